import type { JobProblem } from "./job-event.ts";

// Problems of a whole job. Codes are the emulator's own reading of wire-protocol 6.2.

const none = { objectType: "", url: "", id: "", errorType: "Microsoft.SharePoint.SPException" };
const GENERIC_EXCEPTION = "-2146232832";

/** What a cancelled job ends with, whoever cancelled it. */
export const CANCELED: JobProblem = { ...none, errorCode: "-2147213196", message: "Operation canceled." };

/** What the fault `fatalAfter` ends a job with. */
export const FATAL_FAULT: JobProblem = {
  ...none,
  errorCode: GENERIC_EXCEPTION,
  message: "The emulator ended the job with a fatal error, as its fault fatalAfter says.",
};

/** What was thrown, as the service shows an exception that has no code of its own. */
export function exceptionProblem(error: unknown, what?: string): JobProblem {
  const message = error instanceof Error ? error.message : String(error);
  return { ...none, errorCode: GENERIC_EXCEPTION, message: what === undefined ? message : `${what}: ${message}` };
}
