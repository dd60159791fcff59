import { join } from "node:path";
import { PrimepackError } from "@primepack/core/errors";
import { systemNow } from "@primepack/core/http";
import type { Journal } from "@primepack/core/model";
import { BYTE_ORDER_MARK, csvLine, makeReportFolder, withReportFile, writeReportFile } from "@primepack/core/report";
import { MappingJournal } from "../mapping-journal.ts";
import { mappingOutcomes } from "../mapping-outcomes.ts";
import type { RunHead } from "../mapping-records.ts";
import type { MappingOutcome, MappingSummary } from "../mapping-run-types.ts";
import { mappingPage } from "./mapping-page.ts";
import { MappingProblems } from "./mapping-problems.ts";

/** What a report of a mapping file is made of. */
export interface MappingReportOptions {
  /** That of the run; of a dry run its scratch journal. */
  readonly journal: Journal;
  /** Folder of the report, made if it isn't there; the files of an earlier report are replaced one by one. */
  readonly directory: string;
  /** Heading of the page. Default: `Identity mappings`. */
  readonly title?: string;
  /** Of the run. Default: made of what the journal holds, with no requests. */
  readonly summary?: MappingSummary;
  /** When the report is written, for a run that has no end yet. Default: the machine's. */
  readonly now?: () => Date;
}

/** What was written; paths are absolute or relative, as the folder was given. */
export interface WrittenMappingReport {
  readonly files: MappingReportFiles;
  readonly summary: MappingSummary;
}

export interface MappingReportFiles {
  readonly page: string;
  readonly mappingsCsv: string;
  readonly mappingsNdjson: string;
  readonly summary: string;
}

const columns = [
  "line",
  "source",
  "target",
  "outcome",
  "code",
  "message",
  "id",
] as const satisfies readonly (keyof MappingOutcome)[];

/**
 * Writes what became of a mapping file: every entry in `mappings.csv` and `mappings.ndjson` (as {@link mappingOutcomes}
 * has them), `summary.json`, and `report.html`, one page that opens from disk. No file is seen before it is whole.
 * Without secrets.
 *
 * Memory: the page's rows; entries stream through. Rejects with JOURNAL_MISSING, JOURNAL_VERSION, JOURNAL_INVALID or
 * REPORT_FAILED.
 */
export async function writeMappingReport(options: MappingReportOptions): Promise<WrittenMappingReport> {
  const { journal, directory, title = "Identity mappings", now = systemNow } = options;
  const head = new MappingJournal(journal).head();
  if (head === undefined) {
    throw new PrimepackError("JOURNAL_MISSING", "Cannot write the report as the journal holds no mappings");
  }
  const files: MappingReportFiles = {
    page: join(directory, "report.html"),
    mappingsCsv: join(directory, "mappings.csv"),
    mappingsNdjson: join(directory, "mappings.ndjson"),
    summary: join(directory, "summary.json"),
  };
  await makeReportFolder(directory);
  const problems = await writeOutcomes(files, mappingOutcomes(journal));
  const summary = options.summary ?? summaryOf(head, problems.counts, now);
  const totals = { ...summary, place: head.place, codes: Object.fromEntries(problems.codes) };
  await writeReportFile(files.summary, `${JSON.stringify(totals, undefined, 2)}\n`);
  await writeReportFile(files.page, mappingPage({ title, place: head.place, summary, problems }));
  return { files, summary };
}

async function writeOutcomes(
  { mappingsCsv, mappingsNdjson }: MappingReportFiles,
  outcomes: Iterable<MappingOutcome>,
): Promise<MappingProblems> {
  const problems = new MappingProblems();
  await withReportFile(mappingsCsv, (csv) =>
    withReportFile(mappingsNdjson, async (ndjson) => {
      await csv(`${BYTE_ORDER_MARK}${csvLine(columns)}`);
      for (const mapping of outcomes) {
        problems.add(mapping);
        await csv(csvLine(columns.map((column) => mapping[column])));
        await ndjson(`${JSON.stringify(mapping)}\n`);
      }
    }),
  );
  return problems;
}

function summaryOf(head: RunHead, counts: MappingSummary["counts"], now: () => Date): MappingSummary {
  const { kind, lines, startedAt, endedAt, status, isDryRun } = head;
  const isEnd = status === "complete" || status === "refused";
  return {
    status: isDryRun === true ? "dryRun" : isEnd ? status : "interrupted",
    kind,
    lines,
    findings: counts.invalid,
    counts,
    requests: 0,
    startedAt,
    endedAt: endedAt ?? now().toISOString(),
  };
}
