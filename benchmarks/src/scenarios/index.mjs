import { quickXorHashScenario } from "./quick-xor-hash.mjs";
import { seal } from "./seal.mjs";

/** In the order in which they run; names are stable. */
export const scenarios = [quickXorHashScenario, seal];
