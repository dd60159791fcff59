import { formatBytes, formatCount, formatCountOf, formatDuration } from "./quantities.ts";
import type { Work } from "./work-rate.ts";

/** What a progress line tells. */
export interface ProgressState {
  readonly done: Work;
  readonly packages: number;
  /** Undefined until the source is counted. */
  readonly total?: Work;
  readonly bytesPerSecond?: number;
  /** Milliseconds. */
  readonly timeLeft?: number;
}

/** `1,234 of 5,678 files, 1.2 MB of 3.4 GB, 85 MB/s, 12 packages, 2:10 left` */
export function progressText({ done, packages, total, bytesPerSecond, timeLeft }: ProgressState): string {
  const of = (now: string, all: string | undefined) => (all === undefined ? now : `${now} of ${all}`);
  const parts = [
    `${of(formatCount(done.files), total && formatCount(total.files))} files`,
    of(formatBytes(done.bytes), total && formatBytes(total.bytes)),
    `${formatBytes(Math.round(bytesPerSecond ?? 0))}/s`,
    formatCountOf(packages, "package"),
  ];
  if (timeLeft !== undefined) parts.push(`${formatDuration(timeLeft)} left`);
  return parts.join(", ");
}
