import { isUtf8 } from "node:buffer";
import { PrimepackError } from "../errors/index.ts";
import { type CellRow, type Delimiter, Misfit, parseJson, readCsvCells } from "../table/index.ts";
import { fieldReader } from "./csv-field.ts";
import { INVENTORY } from "./inventory-kind.ts";

/** A row as the JSON value that says the same. */
export interface CsvRow {
  /** Number of its first line, from 1. */
  readonly number: number;
  /** As far as it can be read. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly fault?: Misfit;
}

/** Puts what a cell says into the row's value. */
type Cell = (row: Record<string, unknown>, text: string) => void;

const TEXTS: ReadonlySet<string> = new Set([
  "kind",
  "of",
  "path",
  "created",
  "modified",
  "author",
  "modifiedBy",
  "id",
  "listItemId",
  "contentTypeId",
  "version",
  "checkinComment",
  "progId",
  "identity",
  "fingerprint",
  "login",
  "name",
  "email",
  "outcome",
  "code",
  "message",
]);
const NUMBERS: ReadonlySet<string> = new Set(["size", "itemId"]);
/** What a cell says in JSON, as a line of NDJSON does. */
const JSON_TEXTS: ReadonlySet<string> = new Set([
  "permissions",
  "moderation",
  "retentionLabel",
  "comments",
  "sharing",
  "versions",
  "attachments",
  "properties",
  "links",
  "eventReceivers",
  "webParts",
  "versionEvents",
  "members",
  "owner",
]);

/**
 * The rows of a CSV file (RFC 4180, UTF-8), the first of which names the columns. Empty cells say nothing, and rows of
 * empty cells are passed over.
 *
 * Throws INVENTORY_INVALID if the first row names no columns, or unknown ones.
 */
export async function* readCsvRows(
  chunks: AsyncIterable<Uint8Array>,
  maxRowBytes: number,
  delimiter: Delimiter,
): AsyncGenerator<CsvRow[], void, undefined> {
  const reader = new RowReader();
  for await (const cells of readCsvCells(chunks, { maxRowBytes, delimiter, kind: INVENTORY })) {
    const rows = reader.read(cells);
    if (rows.length > 0) yield rows;
  }
  reader.end();
}

/** Makes rows of cells, by the names that the first row gives them. */
class RowReader {
  #columns: readonly Cell[] | undefined;

  read(rows: readonly CellRow[]): CsvRow[] {
    const found: CsvRow[] = [];
    for (const { number, cells } of rows) {
      if (this.#columns === undefined) {
        if (cells instanceof Misfit) throw headerError(`a row that ${cells.message}`);
        this.#columns = columnsOf(cells);
        continue;
      }
      const row = cells instanceof Misfit ? { value: {}, fault: cells } : rowOf(cells, this.#columns);
      if (row !== undefined) found.push({ number, ...row });
    }
    return found;
  }

  end(): void {
    if (this.#columns === undefined) throw headerError("an empty file");
  }
}

function rowOf(record: readonly Buffer[], cells: readonly Cell[]): Omit<CsvRow, "number"> | undefined {
  if (record.every((bytes) => bytes.length === 0)) return undefined;
  if (record.length !== cells.length) {
    return { value: {}, fault: new Misfit(`must have ${cells.length} cells, as the first row has`, record.length) };
  }
  const value: Record<string, unknown> = { kind: "file" };
  try {
    for (const [index, bytes] of record.entries()) {
      if (!isUtf8(bytes)) throw new Misfit(`has a cell that is no UTF-8, the ${index + 1}. of the row`);
      if (bytes.length > 0) cells[index]?.(value, bytes.toString("utf8"));
    }
  } catch (reason) {
    if (reason instanceof Misfit) return { value, fault: reason };
    throw reason;
  }
  return { value };
}

function columnsOf(record: readonly Buffer[]): readonly Cell[] {
  const names = record.map((bytes) => (isUtf8(bytes) ? bytes.toString("utf8").trim() : ""));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw headerError(`two columns ${JSON.stringify(repeated)}`);
  if (!names.includes("path") && !names.includes("login")) {
    const isOther = names.length === 1 && /[,;\t]/.test(names[0] ?? "");
    throw headerError(isOther ? "one column, with another delimiter in its name" : "no column path");
  }
  return names.map(cellOf);
}

function cellOf(name: string): Cell {
  if (name === "content")
    return (row, text) => setOwn(row, "content", /^https?:\/\//i.test(text) ? { url: text } : { path: text });
  if (TEXTS.has(name)) return (row, text) => setOwn(row, name, text);
  if (NUMBERS.has(name)) return (row, text) => setOwn(row, name, integerOf(text, name));
  if (JSON_TEXTS.has(name)) return (row, text) => setOwn(row, name, jsonOf(text, name));
  const field = name.startsWith("field:") ? fieldReader(name) : undefined;
  if (field === undefined) throw headerError(`a column ${JSON.stringify(name)}`);
  return (row, text) => {
    const fields = (row.fields ?? []) as unknown[];
    fields.push(field(text));
    row.fields = fields;
  };
}

function setOwn(row: Record<string, unknown>, name: string, value: unknown): void {
  row[name] = value;
}

function integerOf(text: string, name: string): number {
  if (!/^[0-9]{1,16}$/.test(text)) throw new Misfit("must be digits", text).within(name);
  return Number(text);
}

function jsonOf(text: string, name: string): unknown {
  try {
    return parseJson(text);
  } catch (reason) {
    throw reason instanceof Misfit ? reason.within(name) : reason;
  }
}

function headerError(found: string): PrimepackError {
  return new PrimepackError(
    INVENTORY.code,
    `Cannot read ${INVENTORY.noun} as its first row must name its columns: current value is ${found}`,
  );
}
