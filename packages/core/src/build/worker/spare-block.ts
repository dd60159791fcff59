/**
 * Memory for blocks; keeps one block that was given back, since fresh memory of a block's size costs the system as much
 * time as writing it twice, and the process keeps it until a garbage collection.
 *
 * The spare block takes no more memory than the budget allows: every request either gets it, or drops it.
 */
export class SpareBlock {
  readonly #blockSize: number;
  #spare: Uint8Array | undefined;

  /** `blockSize` in bytes. */
  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  /** Memory of `bytes` bytes with any content. */
  take(bytes: number): Uint8Array {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare !== undefined && bytes === this.#blockSize ? spare : Buffer.allocUnsafeSlow(bytes);
  }

  /** Takes back memory that nobody uses any more; what is no whole block is left to the garbage collector. */
  give(bytes: Uint8Array): void {
    if (bytes.buffer.byteLength === this.#blockSize) this.#spare = new Uint8Array(bytes.buffer);
  }
}
