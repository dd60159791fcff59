import type { BuildSummary, PrimepackError } from "@primepack/core";
import type { BatchSummary, MappingSummary } from "@primepack/cross-tenant";
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

export const mapExitCodeMeanings: typeof exitCodeMeanings = {
  ...exitCodeMeanings,
  1: "some mappings failed or lines were left out",
  2: "the command line, or a line of the file, can't be used; nothing was sent",
};

export const batchExitCodeMeanings: typeof exitCodeMeanings = {
  ...exitCodeMeanings,
  1: "some moves failed, were cancelled, left out or are unknown",
  2: "the command line, or a line of the file, can't be used; nothing was created",
  3: "ended by an error, or cancelled",
};

/** `isForgiven`: lines that can't be used are left out, and don't keep the others from being sent. */
export function exitCodeOfMapping({ status, findings, counts }: MappingSummary, isForgiven: boolean): ExitCode {
  if (status === "interrupted") return exitCodes.interrupted;
  // A dry run says what the real one would.
  if (status === "refused" || (status === "dryRun" && findings > 0 && !isForgiven)) return exitCodes.usage;
  const isDone = status === "dryRun" || counts.pending === 0;
  return counts.failed + counts.invalid > 0 || !isDone ? exitCodes.itemsMissing : exitCodes.complete;
}

/** `isCancelling`: a batch that was cancelled is what whoever cancels it wanted, and nobody else. */
export function exitCodeOfBatch({ status, counts }: BatchSummary, isCancelling: boolean): ExitCode {
  if (status === "cancelled") return isCancelling ? exitCodes.complete : exitCodes.aborted;
  if (status === "interrupted") return exitCodes.interrupted;
  if (status === "refused") return exitCodes.usage;
  const { failed, cancelled, invalid, skipped, unknown, pending } = counts;
  const lost = failed + cancelled + invalid + skipped + unknown + pending;
  return lost > 0 ? exitCodes.itemsMissing : exitCodes.complete;
}

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
