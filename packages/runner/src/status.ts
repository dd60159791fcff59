import type { Journal } from "@primepack/core";
import type { PackageEntry, RunEntry } from "./journal/entries.ts";
import { RunJournal } from "./journal/run-journal.ts";
import type { MigrationStatus, PackageStatus, RunStatus } from "./types.ts";

/**
 * How far the journal's run is; for views of a run that goes on elsewhere, too. Shows no secret.
 *
 * Throws JOURNAL_VERSION for a journal of another release.
 */
export function readStatus(journal: Journal): MigrationStatus {
  const entries = new RunJournal(journal);
  const run = entries.run();
  return {
    run: run === undefined ? undefined : runStatus(run),
    *packages() {
      for (const [name, entry] of entries.packages()) yield packageStatus(name, entry);
    },
  };
}

function runStatus({ runId, status, service, place, startedAt, endedAt, scanned }: RunEntry): RunStatus {
  return {
    ...{ runId, status, service, place, startedAt },
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(scanned === undefined ? {} : { scanned }),
  };
}

/** What of an entry is for others. */
export function packageStatus(name: string, entry: PackageEntry): PackageStatus {
  const { stage, attempt, retryOf, dependsOn, jobId, plannedAt, builtAt, submittedAt, startedAt, endedAt } = entry;
  const { record, counts, result, message, tally } = entry;
  return {
    ...{ name, stage, attempt, dependsOn, plannedAt },
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(jobId === undefined ? {} : { jobId }),
    ...(builtAt === undefined ? {} : { builtAt }),
    ...(submittedAt === undefined ? {} : { submittedAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(record === undefined ? {} : { record }),
    ...(counts === undefined ? {} : { counts }),
    ...(result === undefined ? {} : { result }),
    ...(message === undefined ? {} : { message }),
    ...(tally === undefined
      ? {}
      : { items: { imported: tally.imported, failed: tally.failed, unknown: tally.unknown } }),
  };
}
