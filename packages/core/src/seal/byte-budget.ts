/** Bytes that were taken from a {@link ByteBudget}. */
export interface HeldBytes {
  readonly bytes: number;
  /** Gives them back; further calls do nothing. */
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * A bounded number of bytes, given out in the order in which they were asked for.
 *
 * A small request never overtakes a large one, so that none starves. Who holds bytes must not wait for more of the same
 * budget before giving them back, or waits for ever.
 */
export class ByteBudget {
  readonly capacity: number;
  #free: number;
  readonly #waiting: Set<Waiter> = new Set();

  /** `capacity` in bytes, at least 1. */
  constructor(capacity: number) {
    if (!(capacity >= 1))
      throw new RangeError(`Cannot make a budget as it holds no byte: current value is ${capacity}`);
    this.capacity = capacity;
    this.#free = capacity;
  }

  /** Bytes that nobody holds. */
  get free(): number {
    return this.#free;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until `bytes` are free and takes them. More than the capacity counts as the capacity: the request then waits
   * until nobody else holds anything. Rejects with the signal's reason when it aborts first, and takes nothing then.
   */
  async take(bytes: number, signal?: AbortSignal): Promise<HeldBytes> {
    signal?.throwIfAborted();
    const wanted = Math.min(bytes, this.capacity);
    if (this.#waiting.size > 0 || wanted > this.#free) await this.#wait(wanted, signal);
    else this.#free -= wanted;
    let held = true;
    return {
      bytes: wanted,
      release: () => {
        if (!held) return;
        held = false;
        this.#free += wanted;
        this.#admit();
      },
    };
  }

  #wait(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        reject(signal?.reason);
        this.#admit();
      };
      const waiter: Waiter = {
        bytes,
        admit: () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (waiter.bytes > this.#free) return;
      this.#free -= waiter.bytes;
      this.#waiting.delete(waiter);
      waiter.admit();
    }
  }
}
