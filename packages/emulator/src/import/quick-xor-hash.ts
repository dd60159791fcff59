const ringBits = 160;
const step = 11;

/**
 * QuickXorHash: the input is folded into 160 byte columns, as the place of a byte in the ring repeats every 160 bytes;
 * the columns are spread over the ring once, at the end.
 */
export class QuickXorHash {
  readonly #columns = new Uint8Array(ringBits);
  #length = 0;

  update(bytes: Uint8Array): void {
    let column = this.#length % ringBits;
    const columns = this.#columns;
    for (let index = 0; index < bytes.length; index += 1) {
      columns[column] = (columns[column] as number) ^ (bytes[index] as number);
      column += 1;
      if (column === ringBits) column = 0;
    }
    this.#length += bytes.length;
  }

  /** Base64 of the 20 bytes. */
  digest(): string {
    const ring = Buffer.alloc(20);
    for (const [column, value] of this.#columns.entries()) {
      const place = (column * step) % ringBits;
      const byte = place >> 3;
      const shifted = value << (place & 7);
      ring[byte] = (ring[byte] as number) ^ (shifted & 0xff);
      const next = (byte + 1) % ring.length;
      ring[next] = (ring[next] as number) ^ (shifted >> 8);
    }
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(this.#length));
    for (const [index, value] of length.entries()) ring[12 + index] = (ring[12 + index] as number) ^ value;
    return ring.toString("base64");
  }
}
