/**
 * Hands events from a producer to at most one reader.
 *
 * With a reader, no event is lost and the producer is held back: `emit` gives a promise while more than `capacity`
 * events wait. Without one (none came, or it left its loop), events are dropped and nothing waits.
 */
export class EventChannel<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #waiting: T[] = [];
  #isHeldBack = true;
  #reading = false;
  #ended = false;
  #failure: unknown;
  #wakeReader: (() => void) | undefined;
  #wakeProducer: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** From now on the producer is held back no more; for an end in sight, so that what still comes is little. */
  letGo(): void {
    this.#isHeldBack = false;
    this.#releaseProducers();
  }

  /** Await what it returns before producing more. */
  emit(event: T): Promise<void> | undefined {
    if (!this.#reading || this.#ended) return undefined;
    this.#waiting.push(event);
    this.#wakeReader?.();
    if (!this.#isHeldBack || this.#waiting.length <= this.#capacity) return undefined;
    return new Promise((resolve) => this.#wakeProducer.push(resolve));
  }

  /** The reader's loop ends after the events that wait; with a failure it then throws. */
  end(failure?: unknown): void {
    this.#ended = true;
    this.#failure = failure;
    this.#wakeReader?.();
  }

  async *#read(): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const event = this.#waiting.shift();
        if (event !== undefined) {
          if (this.#waiting.length <= this.#capacity) this.#releaseProducers();
          yield event;
        } else if (!this.#reading) {
          return;
        } else if (this.#ended) {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
          this.#wakeReader = undefined;
        }
      }
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    this.#reading = false;
    this.#waiting.length = 0;
    this.#wakeReader?.();
    this.#releaseProducers();
  }

  #releaseProducers(): void {
    for (const wake of this.#wakeProducer.splice(0)) wake();
  }

  /** From this call on, not from the first `next()`, events are kept for the reader. */
  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    if (this.#reading) throw new TypeError("Cannot read the events twice as one reader sets the pace");
    this.#reading = true;
    const events = this.#read();
    return {
      next: () => events.next(),
      return: () => {
        // A generator that was not begun ends without its `finally`.
        this.#leave();
        return events.return();
      },
    };
  }
}
