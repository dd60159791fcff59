/**
 * QuickXorHash, the 160-bit checksum of SharePoint and OneDrive (the manifest's `Checksum`): not a protection against
 * tampering, and not an identity.
 *
 * Each byte is XORed into a ring of 160 bits, 11 bits after the byte before it. 160 steps lead back to the start, so the
 * bytes are gathered in 160 columns (byte index modulo 160), and the columns are spread over the ring once, at the end.
 *
 * Source of the rule: "Code Snippets: QuickXorHash Algorithm" (learn.microsoft.com, OneDrive API).
 */
const RING_BITS = 160;
const SHIFT_BITS = 11;
const COLUMNS = 160;
const COLUMN_WORDS: number = COLUMNS / 4;
/** Fewer bytes go through the simple loop: setting up the word loop costs as much as this many of its steps. */
const SHORT_INPUT = 512;
const DIGEST_BYTES = 20;
/** Where the length is XORed into the digest, as a little-endian number of 8 bytes. */
const LENGTH_OFFSET = 12;

export class QuickXorHash {
  readonly #columns = new Uint8Array(COLUMNS);
  readonly #words = new Int32Array(COLUMN_WORDS);
  /** Bytes so far; exact to 2^53, far above the largest file. */
  #length = 0;
  #digest: Uint8Array | undefined;

  /** Takes further bytes; they may be changed afterwards. Throws a RangeError once {@link digest} was called. */
  update(bytes: Uint8Array): this {
    if (this.#digest !== undefined) throw new RangeError("Cannot update a QuickXorHash as its digest was taken");
    const start = this.#length % COLUMNS;
    this.#length += bytes.length;
    if (bytes.length < SHORT_INPUT) {
      foldBytes(bytes, 0, bytes.length, this.#columns, start);
      return this;
    }
    // Words must be aligned in memory, columns need not: words are folded from a column 0 of their own, and the result
    // is turned to the real column afterwards.
    const head = -bytes.byteOffset & 3;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >>> 2);
    const strips = words.length - (words.length % COLUMN_WORDS);
    const tail = head + strips * 4;
    foldBytes(bytes, 0, head, this.#columns, start);
    this.#words.fill(0);
    foldWords(words, strips, this.#words);
    foldBytes(new Uint8Array(this.#words.buffer), 0, COLUMNS, this.#columns, (start + head) % COLUMNS);
    foldBytes(bytes, tail, bytes.length, this.#columns, (start + tail) % COLUMNS);
    return this;
  }

  /** The 20 bytes of the hash. Further calls give the same bytes. */
  digest(): Uint8Array {
    this.#digest ??= spread(this.#columns, this.#length);
    return this.#digest.slice();
  }
}

function foldBytes(bytes: Uint8Array, from: number, to: number, columns: Uint8Array, start: number): void {
  let column = start;
  for (let i = from; i < to; i++) {
    columns[column] = (columns[column] ?? 0) ^ (bytes[i] ?? 0);
    column = column === COLUMNS - 1 ? 0 : column + 1;
  }
}

/** Eight strips of 40 words at a time: one store for eight loads. Measured best of strip and group widths on 64 KiB. */
function foldWords(words: Int32Array, count: number, into: Int32Array): void {
  const STRIDE = COLUMN_WORDS * 8;
  let at = 0;
  for (; at + STRIDE <= count; at += STRIDE) {
    for (let column = 0; column < COLUMN_WORDS; column++) {
      const i = at + column;
      into[column] =
        (into[column] ?? 0) ^
        (words[i] ?? 0) ^
        (words[i + 40] ?? 0) ^
        (words[i + 80] ?? 0) ^
        (words[i + 120] ?? 0) ^
        (words[i + 160] ?? 0) ^
        (words[i + 200] ?? 0) ^
        (words[i + 240] ?? 0) ^
        (words[i + 280] ?? 0);
    }
  }
  for (; at < count; at += COLUMN_WORDS) {
    for (let column = 0; column < COLUMN_WORDS; column++) {
      into[column] = (into[column] ?? 0) ^ (words[at + column] ?? 0);
    }
  }
}

function spread(columns: Uint8Array, length: number): Uint8Array {
  const digest = new Uint8Array(DIGEST_BYTES);
  for (let column = 0; column < COLUMNS; column++) {
    const position = (column * SHIFT_BITS) % RING_BITS;
    const byte = position >>> 3;
    const spreadOver = (columns[column] ?? 0) << (position & 7);
    xorInto(digest, byte, spreadOver & 0xff);
    xorInto(digest, (byte + 1) % DIGEST_BYTES, spreadOver >>> 8);
  }
  let rest = length;
  for (let at = LENGTH_OFFSET; at < DIGEST_BYTES; at++) {
    xorInto(digest, at, rest % 256);
    rest = Math.floor(rest / 256);
  }
  return digest;
}

function xorInto(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ value;
}
