import { isUtf8 } from "node:buffer";
import { withoutMark } from "./byte-order-mark.ts";
import { Misfit } from "./misfit.ts";
import type { TableKind } from "./table-types.ts";

/** A line without its end. */
export interface TextLine {
  /** From 1, empty lines counted. */
  readonly number: number;
  /** Or why it can't be read: too long, no UTF-8. */
  readonly text: string | Misfit;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines of UTF-8 that are not empty, as many at a time as one chunk completes. A byte order mark and carriage
 * returns before line feeds are left out. Holds no more than one line of `maxBytes` and one chunk.
 *
 * Throws the kind's code for UTF-16, which every line would be refused for.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  kind: TableKind,
): AsyncGenerator<TextLine[], void, undefined> {
  const lines = new Lines(maxBytes, kind);
  for await (const chunk of chunks) {
    const complete = lines.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (complete.length > 0) yield complete;
  }
  const last = lines.end();
  if (last.length > 0) yield last;
}

class Lines {
  readonly #maxBytes: number;
  readonly #kind: TableKind;
  /** Parts of the line that has begun; empty once it is too long. */
  #parts: Buffer[] = [];
  #length = 0;
  #number = 0;

  constructor(maxBytes: number, kind: TableKind) {
    this.#maxBytes = maxBytes;
    this.#kind = kind;
  }

  take(chunk: Buffer): TextLine[] {
    const complete: TextLine[] = [];
    let start = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, start)) {
      this.#add(chunk.subarray(start, at));
      this.#finish(complete);
      start = at + 1;
    }
    // A copy, as whoever gave the chunk may use its memory again.
    if (start < chunk.length) this.#add(Buffer.from(chunk.subarray(start)));
    return complete;
  }

  end(): TextLine[] {
    const complete: TextLine[] = [];
    if (this.#length > 0) this.#finish(complete);
    return complete;
  }

  #add(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > this.#maxBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #finish(complete: TextLine[]): void {
    const [first = Buffer.alloc(0)] = this.#parts;
    let bytes = this.#parts.length > 1 ? Buffer.concat(this.#parts) : first;
    const length = this.#length;
    this.#parts = [];
    this.#length = 0;
    this.#number += 1;
    const number = this.#number;
    if (length > this.#maxBytes) {
      complete.push({ number, text: new Misfit(`has more than ${this.#maxBytes} bytes: current value is ${length}`) });
      return;
    }
    if (number === 1) bytes = withoutMark(bytes, this.#kind);
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    if (!isUtf8(bytes)) {
      complete.push({ number, text: new Misfit("is no UTF-8") });
      return;
    }
    const text = bytes.toString("utf8");
    if (text.trim() !== "") complete.push({ number, text });
  }
}
