import { setTimeout } from "node:timers/promises";

/** Waits; rejects when the signal aborts. Tests put their own in its place. */
export type Timer = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

export const systemTimer: Timer = (milliseconds, signal) =>
  setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
