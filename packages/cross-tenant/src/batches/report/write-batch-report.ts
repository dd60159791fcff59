import { join } from "node:path";
import { PrimepackError } from "@primepack/core/errors";
import { systemNow } from "@primepack/core/http";
import type { Journal } from "@primepack/core/model";
import {
  BYTE_ORDER_MARK,
  type CsvCell,
  csvLine,
  makeReportFolder,
  withReportFile,
  writeReportFile,
} from "@primepack/core/report";
import type { BatchRecord, BatchSummary, MoveStatus } from "../batch-types.ts";
import { readBatch } from "../read-batch.ts";
import { batchPage } from "./batch-page.ts";
import { BatchProblems, type problemKinds } from "./batch-problems.ts";

/** What a report of a batch is made of. */
export interface BatchReportOptions {
  readonly journal: Journal;
  /** Folder of the report, made if it isn't there; the files of an earlier report are replaced one by one. */
  readonly directory: string;
  /** Heading of the page. Default: `Cross-tenant moves`. */
  readonly title?: string;
  /** Of the batch. Default: made of what the journal holds. */
  readonly summary?: BatchSummary;
  /** When the report is written, for a batch that has no end yet. Default: the machine's. */
  readonly now?: () => Date;
}

/** What was written; paths are absolute or relative, as the folder was given. */
export interface WrittenBatchReport {
  readonly files: BatchReportFiles;
  readonly summary: BatchSummary;
}

export interface BatchReportFiles {
  readonly page: string;
  readonly movesCsv: string;
  readonly movesNdjson: string;
  readonly summary: string;
}

/** Moves that the page shows beside its problems; `moves.csv` has all. */
const SHOWN_MOVES = 500;

const columns = [
  "line",
  "kind",
  "source",
  "target",
  "outcome",
  "stage",
  "code",
  "message",
  "taskId",
  "taskStatus",
  "preferredStartDateTime",
  "createdAt",
  "startedAt",
  "endedAt",
] as const satisfies readonly (keyof MoveStatus)[];

/**
 * Writes what became of a batch of moves, at its end or while it goes on: every move in `moves.csv` and `moves.ndjson`,
 * `summary.json`, and `report.html`, one page that opens from disk. No file is seen before it is whole. Without secrets.
 *
 * Memory: the page's rows; moves stream through. Rejects with JOURNAL_MISSING, JOURNAL_VERSION, JOURNAL_INVALID or
 * REPORT_FAILED.
 */
export async function writeBatchReport(options: BatchReportOptions): Promise<WrittenBatchReport> {
  const { journal, directory, title = "Cross-tenant moves", now = systemNow } = options;
  const { batch, moves } = readBatch(journal);
  if (batch === undefined) {
    throw new PrimepackError("JOURNAL_MISSING", "Cannot write the report as the journal holds no batch");
  }
  const files: BatchReportFiles = {
    page: join(directory, "report.html"),
    movesCsv: join(directory, "moves.csv"),
    movesNdjson: join(directory, "moves.ndjson"),
    summary: join(directory, "summary.json"),
  };
  await makeReportFolder(directory);
  const { problems, shown, counts } = await writeMoves(files, moves());
  const summary = options.summary ?? summaryOf(batch, counts, now);
  const totals = { ...summary, place: batch.place, codes: Object.fromEntries(problems.codes) };
  await writeReportFile(files.summary, `${JSON.stringify(totals, undefined, 2)}\n`);
  await writeReportFile(files.page, batchPage({ title, place: batch.place, summary, problems, moves: shown }));
  return { files, summary };
}

async function writeMoves(
  { movesCsv, movesNdjson }: BatchReportFiles,
  moves: Iterable<MoveStatus>,
): Promise<{
  readonly problems: BatchProblems;
  readonly shown: readonly MoveStatus[];
  readonly counts: BatchSummary["counts"];
}> {
  const problems = new BatchProblems();
  const shown: MoveStatus[] = [];
  const counts: Record<keyof BatchSummary["counts"], number> = { completed: 0, validated: 0, ...noProblems() };
  await withReportFile(movesCsv, (csv) =>
    withReportFile(movesNdjson, async (ndjson) => {
      await csv(`${BYTE_ORDER_MARK}${csvLine(columns)}`);
      for (const move of moves) {
        problems.add(move);
        counts[move.outcome ?? "pending"] += 1;
        if (shown.length < SHOWN_MOVES) shown.push(move);
        await csv(csvLine(columns.map((column): CsvCell => move[column])));
        await ndjson(`${JSON.stringify(move)}\n`);
      }
    }),
  );
  return { problems, shown, counts };
}

function noProblems(): Record<(typeof problemKinds)[number], number> {
  return { unknown: 0, failed: 0, invalid: 0, cancelled: 0, skipped: 0, pending: 0 };
}

function summaryOf(
  { status, moves, findings, startedAt, endedAt }: NonNullable<BatchRecord["batch"]>,
  counts: BatchSummary["counts"],
  now: () => Date,
): BatchSummary {
  const isOpen = status === "reading" || status === "running" || status === "cancelling";
  return {
    status: isOpen ? "interrupted" : status,
    moves,
    findings,
    counts,
    startedAt,
    endedAt: endedAt ?? now().toISOString(),
  };
}
