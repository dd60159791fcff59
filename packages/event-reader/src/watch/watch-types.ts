import type { Timer } from "@primepack/core/http";
import type { Logger } from "@primepack/core/model";
import type { PolledEvents, WatchedJob } from "../types.ts";

/** How jobs are watched. */
export interface WatchOptions {
  readonly events: PolledEvents;
  /** Watched from the beginning. Default: none; `watch()` adds more. */
  readonly jobs?: Iterable<WatchedJob>;
  /** Milliseconds between two looks at a running job. Default: 60,000 (Progress page: about once a minute). */
  readonly pollRunningMs?: number;
  /** Milliseconds between two looks at a job that waits. Default: 300,000. */
  readonly pollQueuedMs?: number;
  /**
   * Requests a minute over all jobs. Where it doesn't suffice, all are asked more rarely; running jobs come first, but
   * queued ones have at least a quarter of it. Default: 300.
   */
  readonly requestsPerMinute?: number;
  /** Jobs that are asked at once, updates that wait for the consumer included. Default: 8. */
  readonly concurrency?: number;
  /** Milliseconds without an event after which a job is told of as `silent`, once in each such time. Default: 24 hours. */
  readonly silenceMs?: number;
  /** The present moment. Default: the machine's. */
  readonly clock?: () => Date;
  /** Waits. Default: the machine's timer. */
  readonly timer?: Timer;
  /** From 0 up to 1, to spread the looks evenly. Default: `Math.random`. */
  readonly random?: () => number;
  /** Ends the iteration with ABORTED, or with its reason if that has a code. */
  readonly signal?: AbortSignal;
  /** Told of looks that failed and are repeated. Default: nobody. */
  readonly logger?: Logger;
}
