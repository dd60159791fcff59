import { unmarked } from "./byte-order-mark.ts";
import { Misfit } from "./misfit.ts";
import type { Delimiter, TableKind } from "./table-types.ts";

/** The cells of a row, or why it has none. */
export interface CellRow {
  /** Number of the row's first line, from 1. */
  readonly number: number;
  readonly cells: readonly Buffer[] | Misfit;
}

/** How CSV is cut into cells. */
export interface CellOptions {
  /** A longer row is read over. */
  readonly maxRowBytes: number;
  readonly delimiter: Delimiter;
  /** Whether a cell in quotes may hold line breaks; where not, a quote that doesn't end costs its line only. Default: true. */
  readonly lineBreaks?: boolean;
  /** Whether blanks may stand around a cell's quotes; RFC 4180 makes them part of the cell. Default: false. */
  readonly blanksAroundQuotes?: boolean;
  readonly kind: TableKind;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
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
  | "behind a quote and blanks"
  /** Of a row that is wrong, whose end is that of the line. */
  | "in a lost row";

/**
 * The rows of CSV (RFC 4180) as bytes, as many at a time as one chunk completes; quotes, what they double and a byte
 * order mark taken off. Ends of lines are LF or CRLF.
 *
 * What is wrong costs one row, and the next line is read as the next row: the reason why the parser of a library, which
 * loses its place there, doesn't do this. Only a quote that doesn't end swallows what follows. Holds one row of
 * `maxRowBytes`, and reads over the rest of a longer one.
 *
 * Throws the kind's code for UTF-16.
 */
export async function* readCsvCells(
  chunks: AsyncIterable<Uint8Array>,
  options: CellOptions,
): AsyncGenerator<readonly CellRow[], void, undefined> {
  const cells = new CsvCells(options);
  for await (const chunk of unmarked(chunks, options.kind)) {
    const rows = cells.take(chunk);
    if (rows.length > 0) yield rows;
  }
  const last = cells.end();
  if (last.length > 0) yield last;
}

class CsvCells {
  readonly #maxBytes: number;
  readonly #delimiter: number;
  readonly #lineBreaks: boolean;
  readonly #blanksAroundQuotes: boolean;
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

  constructor({ maxRowBytes, delimiter, lineBreaks = true, blanksAroundQuotes = false }: CellOptions) {
    this.#maxBytes = maxRowBytes;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#lineBreaks = lineBreaks;
    this.#blanksAroundQuotes = blanksAroundQuotes;
  }

  take(chunk: Uint8Array): CellRow[] {
    const rows: CellRow[] = [];
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] as number;
      this.#length += 1;
      if (byte === LINE_FEED) {
        this.#line += 1;
        if (this.#place === "in quotes" && this.#lineBreaks) this.#keep(byte);
        else this.#finish(rows);
      } else {
        this.#place = this.#next(byte);
      }
    }
    return rows;
  }

  end(): CellRow[] {
    const rows: CellRow[] = [];
    if (this.#length > 0) this.#finish(rows);
    return rows;
  }

  #next(byte: number): Place {
    switch (this.#place) {
      case "start of a cell":
        if (byte === QUOTE) return "in quotes";
        return this.#inCell(byte);
      case "in a cell":
        if (byte !== QUOTE) return this.#inCell(byte);
        if (this.#blanksAroundQuotes && this.#isBlankSoFar()) {
          this.#used = this.#cellStart();
          return "in quotes";
        }
        return this.#lose("has a quote in a cell that doesn't begin with one");
      case "in quotes":
        if (byte === QUOTE) return "behind a quote";
        this.#keep(byte);
        return "in quotes";
      case "behind a quote":
        if (byte !== QUOTE) return this.#behindQuote(byte);
        this.#keep(byte);
        return "in quotes";
      case "behind a quote and blanks":
        return this.#behindQuote(byte);
      default:
        return "in a lost row";
    }
  }

  #inCell(byte: number): Place {
    if (byte === this.#delimiter) return this.#endCell();
    this.#keep(byte);
    return "in a cell";
  }

  #behindQuote(byte: number): Place {
    if (byte === this.#delimiter) return this.#endCell();
    if (byte === CARRIAGE_RETURN) return "behind a quote and blanks";
    if (this.#blanksAroundQuotes && isBlank(byte)) return "behind a quote and blanks";
    return this.#lose("has a cell that goes on behind its quote");
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

  #cellStart(): number {
    return this.#ends.at(-1) ?? 0;
  }

  #isBlankSoFar(): boolean {
    return this.#row.subarray(this.#cellStart(), this.#used).every(isBlank);
  }

  #finish(rows: CellRow[]): void {
    if (this.#place === "in quotes") this.#fault ??= new Misfit("has a quote that doesn't end");
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

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}
