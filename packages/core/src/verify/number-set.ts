const PAGE_BITS = 32_768;

/** A set of integers from 0 to 2^53: one bit each where they lie close together, as counted-up item ids do. */
export class NumberSet {
  readonly #pages = new Map<number, Uint32Array>();

  /** True the first time. */
  add(value: number): boolean {
    const number = Math.floor(value / PAGE_BITS);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint32Array(PAGE_BITS / 32);
      this.#pages.set(number, page);
    }
    const bit = value % PAGE_BITS;
    const word = page[bit >>> 5] ?? 0;
    const mask = 1 << (bit & 31);
    if ((word & mask) !== 0) return false;
    page[bit >>> 5] = word | mask;
    return true;
  }
}
