import type { RunLimits } from "@primepack/runner";
import { type FlagValues, plainNumber, present, wholeNumber } from "./flags.ts";

/** Bounds and patience of a run; a resumed run may be given others. */
export const limitFlags = {
  jobs: { type: "string" },
  "jobs-per-site": { type: "string" },
  "packages-ahead": { type: "string" },
  attempts: { type: "string" },
  "sas-hours": { type: "string" },
  "poll-running": { type: "string" },
  "poll-queued": { type: "string" },
  "poll-requests": { type: "string" },
  "silence-hours": { type: "string" },
} as const;

const DAY_SECONDS = 86_400;

/** The values of {@link limitFlags}; what is not named is left to the runner. Throws INVALID_OPTION at the first fault. */
export function readLimits(values: Partial<FlagValues<typeof limitFlags>>): RunLimits {
  const pollRunning = plainNumber("--poll-running", values["poll-running"], 0.01, DAY_SECONDS);
  const pollQueued = plainNumber("--poll-queued", values["poll-queued"], 0.01, DAY_SECONDS);
  const silence = plainNumber("--silence-hours", values["silence-hours"], 0.001, 8760);
  return present({
    jobs: wholeNumber("--jobs", values.jobs, 1, 5000),
    jobsPerSite: wholeNumber("--jobs-per-site", values["jobs-per-site"], 1, 5000),
    packagesAhead: wholeNumber("--packages-ahead", values["packages-ahead"], 1, 1000),
    attempts: wholeNumber("--attempts", values.attempts, 1, 100),
    sasHoursLeft: plainNumber("--sas-hours", values["sas-hours"], 0, 72),
    pollRunningMs: pollRunning && Math.round(pollRunning * 1000),
    pollQueuedMs: pollQueued && Math.round(pollQueued * 1000),
    pollRequestsPerMinute: wholeNumber("--poll-requests", values["poll-requests"], 1, 100_000),
    silenceMs: silence && Math.round(silence * 3_600_000),
  });
}
