import { PassThrough } from "node:stream";

/** A clock that stands until it is told to go on. */
export interface ManualClock {
  now(): number;
  every(milliseconds: number, callback: () => void): () => void;
  /** Calls back what is due on the way. */
  advance(milliseconds: number): void;
  /** Callbacks that are still to come. */
  readonly timers: number;
}

export function manualClock(): ManualClock {
  let now = 0;
  const timers = new Map<() => void, { interval: number; next: number }>();
  return {
    now: () => now,
    every(interval, callback) {
      timers.set(callback, { interval, next: now + interval });
      return () => void timers.delete(callback);
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const due = [...timers].filter(([, { next }]) => next <= end).sort(([, a], [, b]) => a.next - b.next)[0];
        if (!due) break;
        const [callback, timer] = due;
        now = timer.next;
        timer.next += timer.interval;
        callback();
      }
      now = end;
    },
    get timers() {
      return timers.size;
    },
  };
}

/** What a program writes to, and what it has written. */
export interface CollectingStream {
  readonly stream: PassThrough & { readonly isTTY: boolean; readonly columns: number };
  text(): string;
}

export function collectingStream({ isTTY, columns = 70 }: { isTTY: boolean; columns?: number }): CollectingStream {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  return { stream, text: () => text };
}
