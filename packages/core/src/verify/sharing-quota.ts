import { quoted, type ReportAt } from "./finding.ts";
import { folded } from "./name-rules.ts";

/** Events of one receiver that the service takes within {@link WINDOW_MS}. Shared page. */
const EVENTS_MAX = 1_000;
const WINDOW_MS = 24 * 60 * 60 * 1_000;

interface Receiver {
  readonly login: string;
  readonly times: number[];
  /** Of the last event. */
  place: string;
  packageIndex: number;
}

/** Counts the sharing events of each receiver over all packages: 8 bytes an event. */
export class SharingQuota {
  readonly #receivers = new Map<string, Receiver>();
  /** The package that is being read. */
  packageIndex = 0;

  add(login: string, time: number, place: string): void {
    const key = folded(login);
    const known = this.#receivers.get(key);
    if (known === undefined) {
      this.#receivers.set(key, { login, times: [time], place, packageIndex: this.packageIndex });
      return;
    }
    known.times.push(time);
    known.place = place;
    known.packageIndex = this.packageIndex;
  }

  /** Reports each receiver once who has more than the service takes. */
  end(reportFor: (packageIndex: number) => ReportAt | undefined): void {
    for (const { login, times, place, packageIndex } of this.#receivers.values()) {
      const most = mostWithin(times);
      if (most <= EVENTS_MAX) continue;
      reportFor(packageIndex)?.(
        "SHARING_OVER_LIMIT",
        place,
        `A receiver should get at most ${EVENTS_MAX} sharing events in 24 hours: current value is ${most} of ${quoted(login)}`,
        "warning",
      );
    }
  }
}

/** The most of the times that lie within one window. */
function mostWithin(times: readonly number[]): number {
  const sorted = Float64Array.from(times).sort();
  let most = 0;
  let from = 0;
  for (let to = 0; to < sorted.length; to++) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) >= WINDOW_MS) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
