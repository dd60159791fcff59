/** Time that passes only when everything else waits for it. */
export class VirtualTime {
  /** Milliseconds. */
  now: number = Date.UTC(2025, 0, 1);
  readonly #waiting: Set<{ readonly at: number; readonly wake: () => void }> = new Set();
  readonly clock = (): Date => new Date(this.now);
  readonly timer = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const waiter = { at: this.now + milliseconds, wake: () => end(resolve) };
      const end = (how: () => void) => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener("abort", abort);
        how();
      };
      const abort = () => end(() => reject(signal?.reason));
      signal?.addEventListener("abort", abort);
      this.#waiting.add(waiter);
    });

  /** Lets so many milliseconds pass, each waiter woken at its own moment. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    for (;;) {
      await settled();
      const [next] = [...this.#waiting].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
    this.now = until;
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
