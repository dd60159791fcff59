/** Time that passes only when all else waits for it: `run` ends with the work, having moved the clock on meanwhile. */
export class VirtualTime {
  now = Date.UTC(2025, 0, 1);
  #waiting = [];
  /** Work that has to be done before time may pass. */
  busy = 0;

  clock = () => new Date(this.now);

  timer = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const waiter = { at: this.now + milliseconds, wake: () => end(resolve) };
      const end = (how) => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        signal?.removeEventListener("abort", abort);
        how();
      };
      const abort = () => end(() => reject(signal.reason));
      signal?.addEventListener("abort", abort);
      this.#waiting.push(waiter);
    });

  async run(work) {
    let isDone = false;
    const result = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.busy > 0 || this.#waiting.length === 0) continue;
      const next = this.#waiting.reduce((a, b) => (b.at < a.at ? b : a));
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
    return result;
  }
}
