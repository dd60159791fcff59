/** What tells of Ctrl+C: a process, or an event emitter in a test. */
export interface InterruptSignals {
  on(signal: "SIGINT", listener: () => void): unknown;
  off(signal: "SIGINT", listener: () => void): unknown;
}

/**
 * Signals that come faster than this are one Ctrl+C: a terminal sends it to the whole process group, and npm and npx pass
 * theirs on to the program as well.
 */
const REPEAT_MS = 500;

/**
 * Two steps of ending: the first SIGINT asks to drain, the second to abort. Afterwards the listener is gone, so that a
 * third one ends the process whatever it does.
 */
export class Interrupt {
  readonly #signals: InterruptSignals;
  readonly #abort = new AbortController();
  readonly #now: () => number;
  readonly #onSignal = () => this.#receive();
  #last = Number.NEGATIVE_INFINITY;
  #drain: (() => void) | undefined;
  #requested = false;

  /** `now` in milliseconds that only go forward. */
  constructor(signals: InterruptSignals, now: () => number) {
    this.#signals = signals;
    this.#now = now;
    signals.on("SIGINT", this.#onSignal);
  }

  /** Whether there was a SIGINT. */
  get requested(): boolean {
    return this.#requested;
  }

  /** Aborted by the second SIGINT; by the first while nothing can be drained. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From now on the first SIGINT calls this. */
  drainWith(drain: () => void): void {
    this.#drain = drain;
  }

  close(): void {
    this.#signals.off("SIGINT", this.#onSignal);
  }

  #receive(): void {
    const now = this.#now();
    if (now - this.#last < REPEAT_MS) return;
    this.#last = now;
    this.#step();
  }

  #step(): void {
    const drain = this.#requested ? undefined : this.#drain;
    this.#requested = true;
    if (drain) {
      drain();
    } else {
      this.close();
      this.#abort.abort();
    }
  }
}
