import type { CsvCell } from "@primepack/core/report";
import type { PackageStatus } from "../types.ts";

/** A package and its job with what can be computed of them. Times are milliseconds since 1970, spans milliseconds. */
export interface JobRow {
  readonly status: PackageStatus;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** From submission to the job's start. */
  readonly waited?: number;
  /** From the job's start to its end. */
  readonly ran?: number;
  /** Items of the package whose fate is known or not: imported, failed, unknown. */
  readonly items: number;
  /** Bytes of plaintext that the package holds. */
  readonly bytes: number;
  readonly bytesPerSecond?: number;
  /** Imported items a second. */
  readonly itemsPerSecond?: number;
}

/** What `jobs.csv` and the page say of one package. */
export function jobRow(status: PackageStatus): JobRow {
  const { items, record } = status;
  const bytes = record?.bytes ?? 0;
  const submittedAt = timeOf(status.submittedAt);
  const startedAt = timeOf(status.startedAt);
  const endedAt = timeOf(status.endedAt);
  const waited = spanOf(submittedAt, startedAt);
  const ran = spanOf(startedAt, endedAt);
  const imported = items?.imported ?? 0;
  return {
    status,
    items: items === undefined ? itemsOf(record) : imported + items.failed + items.unknown,
    bytes,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(waited === undefined ? {} : { waited }),
    ...(ran === undefined ? {} : { ran }),
    ...(ran === undefined || ran === 0
      ? {}
      : { bytesPerSecond: (bytes / ran) * 1000, itemsPerSecond: (imported / ran) * 1000 }),
  };
}

export const jobColumns: readonly string[] = [
  "package",
  "jobId",
  "attempt",
  "retryOf",
  "stage",
  "result",
  "plannedAt",
  "builtAt",
  "submittedAt",
  "startedAt",
  "endedAt",
  "waitedSeconds",
  "ranSeconds",
  "items",
  "bytes",
  "imported",
  "failed",
  "unknown",
  "bytesPerSecond",
  "itemsPerSecond",
  "errors",
  "warnings",
  "message",
];

export function jobCells(row: JobRow): readonly CsvCell[] {
  const { status } = row;
  return [
    status.name,
    status.jobId,
    status.attempt,
    status.retryOf,
    status.stage,
    status.result,
    status.plannedAt,
    status.builtAt,
    status.submittedAt,
    status.startedAt,
    status.endedAt,
    seconds(row.waited),
    seconds(row.ran),
    row.items,
    row.bytes,
    status.items?.imported,
    status.items?.failed,
    status.items?.unknown,
    rounded(row.bytesPerSecond),
    rounded(row.itemsPerSecond),
    status.counts?.totalErrors,
    status.counts?.totalWarnings,
    status.message,
  ];
}

function itemsOf(record: PackageStatus["record"]): number {
  if (record === undefined) return 0;
  return record.folders + record.files + record.items + record.lists + record.deletions;
}

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Clocks of the service and of this machine may differ: a span is never negative. */
function spanOf(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

function rounded(rate: number | undefined): number | undefined {
  return rate === undefined ? undefined : Math.round(rate * 100) / 100;
}
