import { join } from "node:path";
import { type Journal, PrimepackError } from "@primepack/core";
import { itemEnds } from "../item-ends.ts";
import { readStatus } from "../status.ts";
import type { ItemEnd, MigrationSummary, RunStatus } from "../types.ts";
import { type WrittenReport, writeReport } from "./write-report.ts";

export interface ReportRunOptions {
  /** Folder of the run. */
  readonly directory: string;
  /** Of the run; reading it is enough. */
  readonly journal: Journal;
  /** Folder of the report. Default: `report` in the run's folder. */
  readonly into?: string;
  /** Heading of the page. Default: `Migration to` the site or container. */
  readonly title?: string;
  /** What the run came to. Default: what the journal says of it. */
  readonly summary?: MigrationSummary;
  /** Told of each item on the way; must not throw. Default: nobody. */
  readonly onItem?: (item: ItemEnd) => void;
}

/**
 * Writes the report of a run, at its end or while it goes on: see `writeReport`.
 *
 * Throws JOURNAL_MISSING where the journal holds no run, REPORT_FAILED, or what reading the run's records throws.
 */
export async function reportRun(options: ReportRunOptions): Promise<WrittenReport> {
  const { directory, journal, into = join(directory, "report"), onItem } = options;
  const status = readStatus(journal);
  const { run } = status;
  if (run === undefined) {
    throw new PrimepackError(
      "JOURNAL_MISSING",
      `Cannot report the run as its journal holds none: current value is ${directory}`,
    );
  }
  let importedBytes = 0;
  async function* ends(): AsyncGenerator<ItemEnd> {
    for await (const item of itemEnds(directory, journal)) {
      if (item.outcome === "imported") importedBytes += item.size ?? 0;
      onItem?.(item);
      yield item;
    }
  }
  let packages = 0;
  let jobs = 0;
  let lastEnd = run.startedAt;
  for (const { jobId, endedAt } of status.packages()) {
    packages += 1;
    if (jobId !== undefined) jobs += 1;
    if (endedAt !== undefined && endedAt > lastEnd) lastEnd = endedAt;
  }
  return writeReport({
    directory: into,
    ends: ends(),
    packages: status.packages(),
    title: options.title ?? `Migration to ${run.place}`,
    summary:
      options.summary ??
      ((counts) => ({
        status: endOf(run),
        counts,
        packages,
        jobs,
        importedBytes,
        startedAt: run.startedAt,
        endedAt: run.endedAt ?? lastEnd,
      })),
  });
}

/** A run that goes on is reported as what it would be if it were interrupted now. */
function endOf({ status }: RunStatus): MigrationSummary["status"] {
  if (status === "complete") return "complete";
  return status === "cancelled" ? "cancelled" : "interrupted";
}
