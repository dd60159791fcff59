const MINUTE_MS = 60_000;

/** Spaces requests evenly over time; what took more of them than was known before is made up for by a longer pause. */
export class RequestBudget {
  readonly #spacingMs: number;
  /** Moment in milliseconds from which on the next request may go out. */
  #next: number = Number.NEGATIVE_INFINITY;

  constructor(requestsPerMinute: number) {
    this.#spacingMs = MINUTE_MS / requestsPerMinute;
  }

  /** Milliseconds until a request may go out; 0: now. */
  waitMs(now: number): number {
    return Math.max(0, this.#next - now);
  }

  take(now: number, requests = 1): void {
    this.#next = Math.max(this.#next, now) + requests * this.#spacingMs;
  }

  /** Nothing goes out before `until`, a moment in milliseconds. */
  pause(until: number): void {
    this.#next = Math.max(this.#next, until);
  }
}
