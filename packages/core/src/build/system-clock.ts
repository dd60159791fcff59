import type { Clock } from "../model/index.ts";

/** The machine's clock: the default of the `clock` option, and the one place in core that reads it. */
export const systemClock: Clock = () => new Date();
