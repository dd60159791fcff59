/** What was taken from a {@link Budget}. */
export interface Share {
  readonly amount: number;
  /** Gives it back; further calls do nothing. */
  release(): void;
}

/** Where a budget borrows what it lacks: for what several threads share. */
export interface Lender {
  /** Takes all of `amount` or nothing; never waits. */
  tryTake(amount: number): boolean;
  give(amount: number): void;
  /** Resolves when somebody gives something after this call; it may also resolve for no reason. */
  whenGiven(): Promise<void>;
}

interface Waiter {
  readonly amount: number;
  readonly admit: () => void;
}

/**
 * A bounded amount (of bytes, of requests), given out in the order in which it was asked for.
 *
 * A small request never overtakes a large one, so that none starves. Who holds a share must not wait for more of the same
 * budget before giving it back, or waits for ever.
 */
export class Budget {
  /** Most that one request gets. */
  readonly capacity: number;
  readonly #lender: Lender | undefined;
  readonly #waiting: Set<Waiter> = new Set();
  #free: number;
  #borrowed = 0;
  #awaitsLender = false;

  /**
   * @param capacity At least 1.
   * @param borrowing Where to borrow when less than that is its own. What was borrowed is given back as soon as it is
   *   free. A request for no more than `owned` depends on nobody else.
   */
  constructor(capacity: number, borrowing?: { readonly lender: Lender; readonly owned: number }) {
    if (!(capacity >= 1))
      throw new RangeError(`Cannot make a budget as it holds nothing: current value is ${capacity}`);
    this.capacity = capacity;
    this.#free = borrowing?.owned ?? capacity;
    this.#lender = borrowing?.lender;
  }

  /** What nobody holds, without what could be borrowed. */
  get free(): number {
    return this.#free;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until `amount` is free and takes it. More than the capacity counts as the capacity. Rejects with the signal's
   * reason when it aborts first, and takes nothing then.
   */
  async take(amount: number, signal?: AbortSignal): Promise<Share> {
    signal?.throwIfAborted();
    const wanted = Math.min(amount, this.capacity);
    if (this.#waiting.size > 0 || !this.#tryTake(wanted)) await this.#wait(wanted, signal);
    let held = true;
    return {
      amount: wanted,
      release: () => {
        if (!held) return;
        held = false;
        this.#free += wanted;
        this.#repay();
        this.#admit();
      },
    };
  }

  #tryTake(amount: number): boolean {
    const missing = amount - this.#free;
    if (missing > 0) {
      if (this.#lender === undefined || !this.#lender.tryTake(missing)) return false;
      this.#borrowed += missing;
      this.#free += missing;
    }
    this.#free -= amount;
    return true;
  }

  #repay(): void {
    const amount = Math.min(this.#borrowed, this.#free);
    if (amount === 0) return;
    this.#borrowed -= amount;
    this.#free -= amount;
    this.#lender?.give(amount);
  }

  #wait(amount: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        reject(signal?.reason);
        this.#admit();
      };
      const waiter: Waiter = {
        amount,
        admit: () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      this.#awaitLender();
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (!this.#tryTake(waiter.amount)) break;
      this.#waiting.delete(waiter);
      waiter.admit();
    }
    this.#awaitLender();
  }

  /** Tries again for those who wait whenever the lender got something. */
  #awaitLender(): void {
    if (this.#lender === undefined || this.#awaitsLender || this.#waiting.size === 0) return;
    this.#awaitsLender = true;
    void this.#lender.whenGiven().then(() => {
      this.#awaitsLender = false;
      this.#admit();
    });
    // What was given between the last try and the call above would go unnoticed.
    this.#admit();
  }
}
