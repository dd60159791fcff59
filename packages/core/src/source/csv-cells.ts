import { Misfit } from "./misfit.ts";

/** The cells of a row, or why it has none. */
export interface CellRow {
  /** Number of the row's first line, from 1. */
  readonly number: number;
  readonly cells: readonly Buffer[] | Misfit;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Cells of a row: each takes far more memory than its delimiter. */
const MAX_CELLS = 10_000;
const FIRST_BUFFER_BYTES: number = 4 * 1024;

/** Where the next byte stands. */
type Place =
  | "start of a cell"
  | "in a cell"
  | "in quotes"
  /** The quote ends the cell, unless another one follows. */
  | "behind a quote"
  /** Of a row that is wrong, whose end is that of the line. */
  | "in a lost row";

/**
 * The rows of CSV (RFC 4180) as bytes, quotes and what they double taken off; ends of lines are LF or CRLF.
 *
 * What is wrong costs one row, and the next line is read as the next row: the reason why the parser of a library, which
 * loses its place there, doesn't do this. Only a quote that doesn't end swallows what follows. Holds one row of
 * `maxBytes`, and reads over the rest of a longer one.
 */
export class CsvCells {
  readonly #maxBytes: number;
  readonly #delimiter: number;
  #place: Place = "start of a cell";
  #fault: Misfit | undefined;
  /** Bytes of the row as they stand in the file. */
  #length = 0;
  #row: Buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);
  #used = 0;
  /** Where in `#row` each finished cell ends. */
  #ends: number[] = [];
  #line = 1;
  #firstLine = 1;

  /** @param delimiter - one ASCII character. */
  constructor(maxBytes: number, delimiter: string) {
    this.#maxBytes = maxBytes;
    this.#delimiter = delimiter.charCodeAt(0);
  }

  take(chunk: Uint8Array): CellRow[] {
    const rows: CellRow[] = [];
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] as number;
      this.#length += 1;
      if (byte === LINE_FEED) {
        this.#line += 1;
        if (this.#place === "in quotes") this.#keep(byte);
        else this.#finish(rows);
      } else {
        this.#place = this.#next(byte);
      }
    }
    return rows;
  }

  end(): CellRow[] {
    const rows: CellRow[] = [];
    if (this.#place === "in quotes") this.#fault ??= new Misfit("has a quote that doesn't end");
    if (this.#length > 0) this.#finish(rows);
    return rows;
  }

  #next(byte: number): Place {
    switch (this.#place) {
      case "start of a cell":
        if (byte === QUOTE) return "in quotes";
        return this.#inCell(byte);
      case "in a cell":
        if (byte === QUOTE) return this.#lose("has a quote in a cell that doesn't begin with one");
        return this.#inCell(byte);
      case "in quotes":
        if (byte === QUOTE) return "behind a quote";
        this.#keep(byte);
        return "in quotes";
      case "behind a quote":
        if (byte === this.#delimiter) return this.#endCell();
        if (byte === CARRIAGE_RETURN) return "behind a quote";
        if (byte !== QUOTE) return this.#lose("has a cell that goes on behind its quote");
        this.#keep(byte);
        return "in quotes";
      default:
        return "in a lost row";
    }
  }

  #inCell(byte: number): Place {
    if (byte === this.#delimiter) return this.#endCell();
    this.#keep(byte);
    return "in a cell";
  }

  #endCell(): Place {
    if (this.#ends.length < MAX_CELLS) this.#ends.push(this.#used);
    else this.#fault ??= new Misfit(`has more than ${MAX_CELLS} cells`);
    return "start of a cell";
  }

  #lose(because: string): Place {
    this.#fault ??= new Misfit(because);
    return "in a lost row";
  }

  #keep(byte: number): void {
    if (this.#length > this.#maxBytes) {
      this.#fault ??= new Misfit(`has more than ${this.#maxBytes} bytes, or a quote that doesn't end`);
      return;
    }
    if (this.#used === this.#row.length) this.#row = Buffer.concat([this.#row], 2 * this.#row.length);
    this.#row[this.#used] = byte;
    this.#used += 1;
  }

  #finish(rows: CellRow[]): void {
    if (this.#place === "in a cell" && this.#row[this.#used - 1] === CARRIAGE_RETURN) this.#used -= 1;
    this.#ends.push(this.#used);
    rows.push({ number: this.#firstLine, cells: this.#fault ?? this.#cells() });
    this.#place = "start of a cell";
    this.#fault = undefined;
    this.#length = 0;
    this.#used = 0;
    this.#ends = [];
    this.#firstLine = this.#line;
  }

  #cells(): Buffer[] {
    const bytes = Buffer.from(this.#row.subarray(0, this.#used));
    return this.#ends.map((end, index) => bytes.subarray(this.#ends[index - 1] ?? 0, end));
  }
}
