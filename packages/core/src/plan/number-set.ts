/** Numbers of one page: 8 KiB of bits. */
const PAGE_BITS = 65_536;

/** A set of integer item ids: a bit for each number of the ranges that it has numbers in. */
export class NumberSet {
  readonly #pages = new Map<number, Uint8Array>();

  add(number: number): void {
    const key = Math.floor(number / PAGE_BITS);
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = new Uint8Array(PAGE_BITS / 8);
      this.#pages.set(key, page);
    }
    const bit = number % PAGE_BITS;
    page[bit >> 3] = (page[bit >> 3] ?? 0) | (1 << (bit & 7));
  }

  has(number: number): boolean {
    const bit = number % PAGE_BITS;
    const byte = this.#pages.get(Math.floor(number / PAGE_BITS))?.[bit >> 3] ?? 0;
    return (byte & (1 << (bit & 7))) !== 0;
  }
}
