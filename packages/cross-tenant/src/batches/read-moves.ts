import { redact } from "@primepack/core/errors";
import type { JournalChange } from "@primepack/core/model";
import { readTable, type TableRow } from "@primepack/core/table";
import type { LineFinding } from "../mappings/mapping-run-types.ts";
import type { BatchContext } from "./batch-context.ts";
import { keyOf, type MoveEntry } from "./batch-entries.ts";
import { put } from "./batch-journal.ts";
import type { MoveFileOptions } from "./batch-types.ts";
import { sourceDigest, targetDigest } from "./move-ends.ts";
import { moveColumns, moveTable, readMoveRow } from "./move-row.ts";

/** Characters of a finding's message; a row may have many faults. */
const MESSAGE_MAX_LENGTH = 2000;

/** Lines that go into the journal in one write. */
const LINES_AT_ONCE = 500;

/** How many lines the file has, and how many of them can't be used. */
export interface ReadMoves {
  readonly moves: number;
  readonly findings: number;
}

/** Reads the file into the journal, to its end; undefined: the batch is stopping, because of TABLE_INVALID, SOURCE_UNREADABLE, say. */
export async function readMoves(context: BatchContext, rows: MoveFileOptions): Promise<ReadMoves | undefined> {
  const { file, format, delimiter, defaults } = rows;
  let moves = 0;
  let findings = 0;
  const table = readTable({
    file,
    ...(format === undefined ? {} : { format }),
    ...(delimiter === undefined ? {} : { delimiter }),
    columns: moveColumns,
    // No value of a move has a line break; so a quote that doesn't end costs its own line only.
    lineBreaks: false,
    kind: moveTable,
    signal: context.stopping,
  });
  let step = new ReadingStep(context, defaults);
  const write = async () => {
    const { entries, changes, findings: found } = step;
    step = new ReadingStep(context, defaults);
    moves += entries.length;
    findings += found.length;
    await context.write(entries, changes);
    for (const finding of found) await context.events.emit({ type: "finding", finding });
  };
  // A file that gives nothing for long keeps nobody from draining the batch.
  await context.guard(async () => {
    for await (const lines of table) {
      for (const row of lines) {
        if (context.isStopping) return;
        step.add(row);
        if (step.entries.length >= LINES_AT_ONCE) await write();
      }
    }
    await write();
  });
  return context.isStopping ? undefined : { moves, findings };
}

/** What one write puts into the journal. */
class ReadingStep {
  readonly entries: { readonly entry: MoveEntry; readonly before: undefined }[] = [];
  readonly changes: JournalChange[] = [];
  readonly findings: LineFinding[] = [];
  /** What the journal doesn't have yet. */
  readonly #ends = new Map<string, number>();
  readonly #context: BatchContext;
  readonly #defaults: MoveFileOptions["defaults"];

  constructor(context: BatchContext, defaults: MoveFileOptions["defaults"]) {
    this.#context = context;
    this.#defaults = defaults;
  }

  add(row: TableRow): void {
    this.entries.push({ entry: this.#entryOf(row), before: undefined });
  }

  #entryOf({ line, values, fault }: TableRow): MoveEntry {
    if (fault !== undefined) return this.#refused(line, "MOVE_INVALID", [fault], { names: { source: "", target: "" } });
    const read = readMoveRow(values, this.#defaults);
    if ("faults" in read) return this.#refused(line, "MOVE_INVALID", read.faults, { names: read.names });
    const { move } = read;
    const ends = { source: keyOf.source(sourceDigest(move)), target: keyOf.target(targetDigest(move)) };
    const same = Object.entries(ends).flatMap(([end, key]) => {
      const other = this.#lineOf(key);
      return other === undefined ? [] : [`its ${end} must be on one line only: current value is on line ${other} too`];
    });
    if (same.length > 0) return this.#refused(line, "MOVE_DUPLICATE", same, { move });
    for (const key of Object.values(ends)) {
      this.#ends.set(key, line);
      this.changes.push(put(key, line));
    }
    return { line, move, stage: "read" };
  }

  #refused(
    line: number,
    code: LineFinding["code"],
    faults: readonly string[],
    what: Pick<MoveEntry, "move" | "names">,
  ): MoveEntry {
    const said = redact(`Cannot use line ${line} of ${moveTable.noun} as ${faults.join("; ")}`);
    const message = said.length > MESSAGE_MAX_LENGTH ? `${said.slice(0, MESSAGE_MAX_LENGTH)}…` : said;
    this.findings.push({ line, code, message });
    return { line, ...what, stage: "ended", outcome: "invalid", code, message, endedAt: this.#context.now() };
  }

  #lineOf(key: string): number | undefined {
    return this.#ends.get(key) ?? this.#context.journal.lineOf(key);
  }
}
