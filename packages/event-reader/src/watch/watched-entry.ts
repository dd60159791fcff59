import { jobIdOf } from "../parse/values.ts";
import type { JobEvent, WatchedJob } from "../types.ts";

/** What is kept of a job while it is watched. */
export interface WatchedEntry {
  readonly jobId: string;
  token: string | undefined;
  /** It runs now. */
  isRunning: boolean;
  /** It ran, so that only `JobEnd` ends it. */
  hasStarted: boolean;
  /** It was read at least once. */
  isKnown: boolean;
  isForgotten: boolean;
  /** Looks in a row that failed. */
  failures: number;
  /** When it waits until, in milliseconds; 0: not known. */
  pickupTime: number;
  /** Moments in milliseconds. */
  heardAt: number;
  saidSilentAt: number;
  due: number;
}

export function watchedEntry(job: WatchedJob, now: number): WatchedEntry {
  return {
    jobId: jobIdOf(job.jobId),
    token: job.token,
    isRunning: job.running === true,
    hasStarted: job.running === true,
    isKnown: false,
    isForgotten: false,
    failures: 0,
    pickupTime: 0,
    heardAt: now,
    saidSilentAt: now,
    due: now,
  };
}

/** Learns from events; gives how they end the job, if they do. */
export function noteEvents(entry: WatchedEntry, events: readonly JobEvent[]): "ended" | "deleted" | undefined {
  let end: "ended" | "deleted" | undefined;
  for (const event of events) {
    switch (event.type) {
      case "JobEnd":
        end = "ended";
        break;
      case "JobDeleted":
        // One that ran is waited for: a cancelled or fatally failed job still sends its JobEnd.
        if (!entry.hasStarted) end ??= "deleted";
        break;
      case "JobQueued":
        entry.isRunning = false;
        entry.pickupTime = 0;
        break;
      case "JobPostponed":
        entry.isRunning = false;
        entry.pickupTime = event.nextPickupTime?.getTime() ?? 0;
        break;
      case "unknown":
        break;
      default:
        entry.isRunning = true;
        entry.hasStarted = true;
    }
  }
  return end;
}
