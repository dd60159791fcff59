import type { Lender } from "../../seal/budget.ts";

/** Index of each counter that the threads share. */
export const Counter = { sealedBytes: 0, freeUploads: 1, freeBlockBytes: 2 } as const;

/** In `Atomics` since ECMAScript 2024, and in every Node of the supported range. */
interface AsyncAtomics {
  waitAsync(
    values: BigInt64Array,
    index: number,
    value: bigint,
  ): { readonly async: false } | { readonly async: true; readonly value: Promise<unknown> };
}

const { waitAsync } = Atomics as unknown as AsyncAtomics;

/** Numbers up to 2^63 in memory that all threads share. */
export class SharedCounters {
  /** Send it to another thread, and make the counters there from it. */
  readonly memory: SharedArrayBuffer;
  readonly #values: BigInt64Array;

  constructor(memory?: SharedArrayBuffer) {
    const bytes = Object.keys(Counter).length * BigInt64Array.BYTES_PER_ELEMENT;
    this.memory = memory ?? new SharedArrayBuffer(bytes);
    this.#values = new BigInt64Array(this.memory);
  }

  get(counter: number): number {
    return Number(Atomics.load(this.#values, counter));
  }

  add(counter: number, amount: number): void {
    Atomics.add(this.#values, counter, BigInt(amount));
  }

  /** A counter as something to borrow from: it never falls below 0. */
  lender(counter: number): Lender {
    return {
      tryTake: (amount) => this.#tryTake(counter, BigInt(amount)),
      give: (amount) => {
        this.add(counter, amount);
        Atomics.notify(this.#values, counter);
      },
      whenGiven: async () => {
        const waiting = waitAsync(this.#values, counter, Atomics.load(this.#values, counter));
        if (waiting.async) await waiting.value;
      },
    };
  }

  #tryTake(counter: number, amount: bigint): boolean {
    for (;;) {
      const free = Atomics.load(this.#values, counter);
      if (free < amount) return false;
      if (Atomics.compareExchange(this.#values, counter, free, free - amount) === free) return true;
    }
  }
}
