import { isUtf8 } from "node:buffer";
import { PrimepackError } from "../errors/index.ts";
import { type CellOptions, type CellRow, readCsvCells } from "./csv-cells.ts";
import { Misfit, shown } from "./misfit.ts";
import type { TableColumns } from "./table-columns.ts";
import type { TableKind } from "./table-types.ts";

const SPACE = 0x20;

/** The values of a row by its columns, or why it has none. */
export interface ReadRow {
  readonly line: number;
  readonly values: Readonly<Record<string, string>> | Misfit;
}

/** The rows of CSV behind the first, which names the columns; rows of empty cells are passed over. */
export async function* readCsvTable(
  chunks: AsyncIterable<Uint8Array>,
  columns: TableColumns,
  options: CellOptions,
): AsyncGenerator<readonly ReadRow[], void, undefined> {
  let header: readonly (string | undefined)[] | undefined;
  for await (const rows of readCsvCells(chunks, options)) {
    const read: ReadRow[] = [];
    for (const { number, cells } of rows) {
      if (header === undefined) {
        if (isEmpty(cells)) continue;
        header = headerOf(cells, columns, options.kind);
      } else if (!isEmpty(cells)) {
        read.push({ line: number, values: valuesOf(cells, header) });
      }
    }
    if (read.length > 0) yield read;
  }
  if (header === undefined) throw headerError(options.kind, "name the columns", "an empty file");
}

function isEmpty(cells: CellRow["cells"]): boolean {
  return !(cells instanceof Misfit) && cells.every((bytes) => bytes.every((byte) => byte <= SPACE));
}

/** For each cell of a row the column that it belongs to, undefined for one that is passed over. */
function headerOf(cells: CellRow["cells"], columns: TableColumns, kind: TableKind): readonly (string | undefined)[] {
  if (cells instanceof Misfit) throw headerError(kind, "name the columns", `a row that ${cells.message}`);
  const texts = cells.map((bytes) => {
    if (!isUtf8(bytes)) throw headerError(kind, "name the columns", "a name that is no UTF-8");
    return bytes.toString("utf8").trim();
  });
  const header = texts.map((text) => columns.named(text));
  const missing = columns.required.find((name) => !header.includes(name));
  if (missing !== undefined) {
    const isOther = texts.length === 1 && /[,;\t]/.test(texts[0] ?? "");
    throw headerError(
      kind,
      `name the column ${JSON.stringify(missing)}`,
      isOther ? "one name, with another delimiter in it" : shown(texts.join(", ")),
    );
  }
  for (const [index, name] of header.entries()) {
    const text = texts[index] ?? "";
    if (name === undefined && columns.others === "refused") {
      throw headerError(kind, `name no columns but ${columns.names.join(", ")}`, shown(text));
    }
    if (name !== undefined && header.indexOf(name) !== index) {
      throw headerError(kind, "name each column once", shown(text));
    }
  }
  return header;
}

function valuesOf(
  cells: CellRow["cells"],
  header: readonly (string | undefined)[],
): Readonly<Record<string, string>> | Misfit {
  if (cells instanceof Misfit) return cells;
  if (cells.length !== header.length) {
    return new Misfit(`must have ${header.length} cells, as the first row has`, cells.length);
  }
  const values: Record<string, string> = {};
  for (const [index, bytes] of cells.entries()) {
    if (!isUtf8(bytes)) return new Misfit(`has a cell that is no UTF-8, the ${index + 1}. of the row`);
    const name = header[index];
    const text = name === undefined ? "" : bytes.toString("utf8").trim();
    if (name !== undefined && text !== "") values[name] = text;
  }
  return values;
}

function headerError({ noun, code }: TableKind, constraint: string, found: string): PrimepackError {
  return new PrimepackError(code, `Cannot read ${noun} as its first row must ${constraint}: current value is ${found}`);
}
