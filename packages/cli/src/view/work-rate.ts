/** Work of opening, recording and storing one file, in bytes of content that take as long; near enough for an estimate. */
const FILE_WORTH = 64 * 1024;

/** Span of the average: long enough to be steady, short enough to follow a change of the source. */
const WINDOW_MS = 20_000;

/** Below this an estimate jumps about: the first files are still on their way. */
const ESTIMATE_AFTER_MS = 3000;

/** Counts of work, done or in all. */
export interface Work {
  readonly files: number;
  readonly bytes: number;
}

interface Sample extends Work {
  readonly at: number;
}

/** The speed of the last seconds, and the time that the rest will take at that speed. */
export class WorkRate {
  #samples: Sample[] = [];

  /** `at` in milliseconds of a clock that only goes forward; samples come in its order. */
  add(at: number, done: Work): void {
    this.#samples.push({ at, ...done });
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) <= at - WINDOW_MS) this.#samples.shift();
  }

  /** Undefined before there are two samples a moment apart. */
  get bytesPerSecond(): number | undefined {
    const span = this.#span();
    return span && ((span.last.bytes - span.first.bytes) / span.milliseconds) * 1000;
  }

  /** Milliseconds; undefined in the first seconds, and while nothing moves. */
  timeLeft(total: Work): number | undefined {
    const span = this.#span();
    if (!span || span.milliseconds < ESTIMATE_AFTER_MS) return undefined;
    const speed = (weigh(span.last) - weigh(span.first)) / span.milliseconds;
    return speed > 0 ? Math.max(0, weigh(total) - weigh(span.last)) / speed : undefined;
  }

  #span(): { first: Sample; last: Sample; milliseconds: number } | undefined {
    const first = this.#samples.at(0);
    const last = this.#samples.at(-1);
    if (!first || !last || last.at <= first.at) return undefined;
    return { first, last, milliseconds: last.at - first.at };
  }
}

function weigh({ files, bytes }: Work): number {
  return bytes + files * FILE_WORTH;
}
