import type { JobRow } from "./job-row.ts";

/** What jobs did in one span of time, on average. */
export interface ThroughputBar {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly bytesPerSecond: number;
  readonly itemsPerSecond: number;
}

export interface Throughput {
  /** Milliseconds that each bar spans. */
  readonly span: number;
  readonly bars: readonly ThroughputBar[];
}

interface Ran {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly items: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const spans: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((count) => count * DAY),
];
const MAX_BARS = 60;

/** Gathers when jobs ran: four numbers for each. */
export class ThroughputTally {
  readonly #ran: Ran[] = [];

  add({ startedAt, endedAt, bytes, status }: JobRow): void {
    const to = endedAt;
    const items = status.items?.imported ?? 0;
    if (to === undefined || (bytes === 0 && items === 0) || status.stage === "unknown") return;
    this.#ran.push({ from: Math.min(startedAt ?? to, to), to, bytes, items });
  }

  /**
   * Bars over the whole time, at most {@link MAX_BARS}; each job's work is spread evenly over the time that it ran.
   * Undefined if no job has ended.
   */
  get throughput(): Throughput | undefined {
    if (this.#ran.length === 0) return undefined;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const { from, to } of this.#ran) {
      first = Math.min(first, from);
      last = Math.max(last, to);
    }
    const span = spans.find((length) => Math.floor(last / length) - Math.floor(first / length) < MAX_BARS) ?? last;
    const begin = Math.floor(first / span);
    const sums = Array.from({ length: Math.floor(last / span) - begin + 1 }, () => ({ bytes: 0, items: 0 }));
    for (const { from, to, bytes, items } of this.#ran) {
      const lastBar = Math.floor(to / span) - begin;
      for (let bar = Math.floor(from / span) - begin; bar <= lastBar; bar += 1) {
        const sum = sums[bar];
        if (sum === undefined) continue;
        const start = Math.max(from, (begin + bar) * span);
        const end = Math.min(to, (begin + bar + 1) * span);
        const share = to === from ? 1 : (end - start) / (to - from);
        sum.bytes += bytes * share;
        sum.items += items * share;
      }
    }
    const perSecond = SECOND / span;
    return {
      span,
      bars: sums.map(({ bytes, items }, bar) => ({
        from: (begin + bar) * span,
        bytesPerSecond: bytes * perSecond,
        itemsPerSecond: items * perSecond,
      })),
    };
  }
}
