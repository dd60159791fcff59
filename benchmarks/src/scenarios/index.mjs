import { manifestRead } from "./manifest-read.mjs";
import { manifestWrite } from "./manifest-write.mjs";
import { quickXorHashScenario } from "./quick-xor-hash.mjs";
import { seal } from "./seal.mjs";

/** In the order in which they run; names are stable. */
export const scenarios = [quickXorHashScenario, seal, manifestWrite, manifestRead];
