import { join } from "node:path";
import { formatNdjsonLine, redact } from "@primepack/core";
import {
  BYTE_ORDER_MARK,
  type CsvCell,
  csvLine,
  makeReportFolder,
  withReportFile,
  writeReportFile,
} from "@primepack/core/report";
import type { ItemEnd, MigrationSummary, PackageStatus } from "../types.ts";
import { ItemProblems, problemKinds } from "./item-problems.ts";
import { type JobRow, jobCells, jobColumns, jobRow } from "./job-row.ts";
import { migrationPage } from "./page/page.ts";
import { ThroughputTally } from "./throughput.ts";

export interface ReportOptions {
  /** Folder of the report, made if it isn't there; the files of an earlier report are replaced one by one. */
  readonly directory: string;
  /** The end of every item of the source; read once. */
  readonly ends: AsyncIterable<ItemEnd>;
  /** In the order in which they were planned. */
  readonly packages: Iterable<PackageStatus>;
  /** Given, or made of how many items ended how once all were read. */
  readonly summary: MigrationSummary | ((counts: ItemCounts) => MigrationSummary);
  /** Heading of the page. Default: `Migration report`. */
  readonly title?: string;
}

/** How many items ended how. */
export type ItemCounts = MigrationSummary["counts"];

/** What was written. */
export interface WrittenReport {
  readonly files: ReportFiles;
  readonly summary: MigrationSummary;
}

/** Absolute or relative, as the folder was given. */
export interface ReportFiles {
  readonly page: string;
  readonly itemsCsv: string;
  readonly itemsNdjson: string;
  readonly jobs: string;
  readonly summary: string;
}

/** Jobs that the page shows; `jobs.csv` has all. */
const SHOWN_JOBS = 500;

const itemColumns: readonly string[] = [
  "outcome",
  "kind",
  "path",
  "code",
  "message",
  "warnings",
  "url",
  "id",
  "package",
  "jobId",
  "attempts",
  "size",
  "source",
];

/**
 * Writes what became of a migration: `summary.json`, every item in `items.csv` and `items.ndjson`, every job in
 * `jobs.csv`, and `report.html`, one page that opens from disk. No file is seen before it is whole.
 *
 * Memory: the page's rows, and four numbers for each job; items stream through. Signatures of URLs and other secrets in
 * messages are left out. Throws REPORT_FAILED, or what `ends` throws.
 */
export async function writeReport(options: ReportOptions): Promise<WrittenReport> {
  const { directory, ends, packages, title = "Migration report" } = options;
  const files: ReportFiles = {
    page: join(directory, "report.html"),
    itemsCsv: join(directory, "items.csv"),
    itemsNdjson: join(directory, "items.ndjson"),
    jobs: join(directory, "jobs.csv"),
    summary: join(directory, "summary.json"),
  };
  await makeReportFolder(directory);
  const { problems, counts } = await writeItems(files, ends);
  const summary = typeof options.summary === "function" ? options.summary(counts) : options.summary;
  const { throughput, rows, more } = await writeJobs(files.jobs, packages);
  await writeReportFile(files.summary, `${JSON.stringify(summaryOf(summary, problems), undefined, 2)}\n`);
  await writeReportFile(
    files.page,
    migrationPage({ title, summary, throughput: throughput.throughput, jobs: rows, moreJobs: more, problems }),
  );
  return { files, summary };
}

async function writeItems(
  { itemsCsv, itemsNdjson }: ReportFiles,
  ends: AsyncIterable<ItemEnd>,
): Promise<{ readonly problems: ItemProblems; readonly counts: ItemCounts }> {
  const problems = new ItemProblems();
  const counts: Record<ItemEnd["outcome"], number> = {
    imported: 0,
    deleted: 0,
    unchanged: 0,
    existing: 0,
    excluded: 0,
    skipped: 0,
    failed: 0,
    unknown: 0,
    pending: 0,
  };
  await withReportFile(itemsCsv, (csv) =>
    withReportFile(itemsNdjson, async (ndjson) => {
      await csv(`${BYTE_ORDER_MARK}${csvLine(itemColumns)}`);
      for await (const end of ends) {
        const item = withoutSecrets(end);
        problems.add(item);
        counts[item.outcome] += 1;
        await csv(csvLine(itemCells(item)));
        await ndjson(formatNdjsonLine(item));
      }
    }),
  );
  return { problems, counts };
}

async function writeJobs(
  path: string,
  packages: Iterable<PackageStatus>,
): Promise<{ readonly throughput: ThroughputTally; readonly rows: readonly JobRow[]; readonly more: number }> {
  const throughput = new ThroughputTally();
  const rows: JobRow[] = [];
  let more = 0;
  await withReportFile(path, async (csv) => {
    await csv(`${BYTE_ORDER_MARK}${csvLine(jobColumns)}`);
    for (const status of packages) {
      const { message } = status;
      const row = jobRow(message === undefined ? status : { ...status, message: redact(message) });
      throughput.add(row);
      if (rows.length < SHOWN_JOBS) rows.push(row);
      else more += 1;
      await csv(csvLine(jobCells(row)));
    }
  });
  return { throughput, rows, more };
}

/** What `summary.json` holds: the run's summary, and how often each code stands at a problem. */
function summaryOf(summary: MigrationSummary, problems: ItemProblems): object {
  return {
    ...summary,
    problems: Object.fromEntries(problemKinds.map((kind) => [kind, problems.count(kind)])),
    codes: Object.fromEntries(problems.codes),
  };
}

function itemCells(item: ItemEnd): readonly CsvCell[] {
  return [
    item.outcome,
    item.kind,
    item.sourcePath.join("/"),
    item.code,
    item.message,
    item.warnings?.join("; "),
    item.url,
    item.id,
    item.package,
    item.jobId,
    item.attempts,
    item.size,
    item.source,
  ];
}

function withoutSecrets(item: ItemEnd): ItemEnd {
  const { source, message, warnings, url } = item;
  return {
    ...item,
    source: redact(source),
    ...(message === undefined ? {} : { message: redact(message) }),
    ...(warnings === undefined ? {} : { warnings: warnings.map(redact) }),
    ...(url === undefined ? {} : { url: redact(url) }),
  };
}
