/**
 * Work that tells what it does, as it goes: an async generator with a result.
 *
 * Who reads the events sets the pace, and a reader that leaves its loop doesn't end the work. Without a reader the work
 * begins when `result` is asked for, and nothing is kept.
 */
export class PacedRun<Event, Summary> implements AsyncIterable<Event> {
  readonly #work: AsyncGenerator<Event, Summary, undefined>;
  readonly #result: Promise<Summary>;
  #resolve: (summary: Summary) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #reading = false;
  #pumping = false;

  constructor(work: AsyncGenerator<Event, Summary, undefined>) {
    this.#work = work;
    this.#result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who only reads the events gets the error from them.
    this.#result.catch(() => {});
  }

  /** Resolves when the work has ended; rejects with a PrimepackError if it could not go on. */
  get result(): Promise<Summary> {
    void this.#pump();
    return this.#result;
  }

  [Symbol.asyncIterator](): AsyncIterator<Event, void, undefined> {
    if (this.#reading) throw new TypeError("Cannot read the events twice as one reader sets the pace");
    this.#reading = true;
    return {
      next: async () => {
        const step = await this.#step();
        return step === undefined ? { done: true, value: undefined } : { done: false, value: step.value };
      },
      return: async () => {
        this.#reading = false;
        void this.#pump();
        return { done: true, value: undefined };
      },
    };
  }

  /** Goes on until a reader comes. A turn of the event loop later, since one may come right after `result` was asked. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    await new Promise<void>((resolve) => setImmediate(resolve));
    try {
      while (!this.#reading && (await this.#step()) !== undefined);
    } catch {
      // The result has it.
    }
    this.#pumping = false;
  }

  async #step(): Promise<{ readonly value: Event } | undefined> {
    try {
      const step = await this.#work.next();
      if (step.done !== true) return step;
      // A generator that has ended gives undefined when asked again; the promise keeps what came first.
      this.#resolve(step.value);
      return undefined;
    } catch (reason) {
      this.#reject(reason);
      throw reason;
    }
  }
}
