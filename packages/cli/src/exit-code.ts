import type { BuildSummary, PrimepackError } from "@primepack/core";
import type { MigrationSummary } from "@primepack/runner";

/** What the program's exit status says; every command's help lists it. */
export const exitCodes = {
  complete: 0,
  itemsMissing: 1,
  usage: 2,
  aborted: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Of all commands together. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: "complete",
  1: "some items failed, were skipped or are unknown, or verify found errors",
  2: "the command line, or a file or folder that it names, can't be used",
  3: "ended by an error",
  130: "interrupted",
};

export const buildExitCodeMeanings: typeof exitCodeMeanings = {
  ...exitCodeMeanings,
  1: "some items failed or were skipped",
};

export const verifyExitCodeMeanings: typeof exitCodeMeanings = { ...exitCodeMeanings, 1: "errors were found" };

export const migrateExitCodeMeanings: typeof exitCodeMeanings = {
  ...exitCodeMeanings,
  1: "some items failed, were skipped or are unknown",
  3: "ended by an error, or cancelled",
};

/** `cancelled` is what whoever cancelled it wanted, and nobody else. */
export function exitCodeOfMigration({ status, counts }: MigrationSummary): ExitCode {
  if (status === "interrupted") return exitCodes.interrupted;
  if (status === "cancelled") return exitCodes.aborted;
  return counts.failed + counts.skipped + counts.unknown + counts.pending > 0
    ? exitCodes.itemsMissing
    : exitCodes.complete;
}

export function exitCodeOfBuild({ status, counts }: BuildSummary): ExitCode {
  if (status === "interrupted") return exitCodes.interrupted;
  return counts.failed + counts.skipped > 0 ? exitCodes.itemsMissing : exitCodes.complete;
}

/** Codes of other areas that tell of a file or folder which the command line names. */
const inputCodes: ReadonlySet<PrimepackError["code"]> = new Set([
  "INVENTORY_INVALID",
  "OUTPUT_UNREADABLE",
  "RECORDS_INVALID",
  "RUN_CANCELLED",
  "RUN_IN_USE",
  "RUN_MISMATCH",
  "TARGET_NOT_FOUND",
  "USER_MAP_FAILED",
]);

/** `area` is that of the error's code in the registry. */
export function exitCodeOfError(code: PrimepackError["code"], area: string, wasInterrupted: boolean): ExitCode {
  if (wasInterrupted && code === "ABORTED") return exitCodes.interrupted;
  return area === "usage" || inputCodes.has(code) ? exitCodes.usage : exitCodes.aborted;
}
