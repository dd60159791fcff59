import { DueHeap } from "@primepack/core/http";
import type { WatchedEntry } from "./watched-entry.ts";

/** Of four looks, where all could be spent on running jobs, one is for a job that waits. */
const RUNNING_IN_A_ROW = 3;

/** Which job is asked next: running ones first, without starving those that wait. */
export class JobSchedule {
  readonly #running: DueHeap<WatchedEntry> = new DueHeap();
  readonly #waiting: DueHeap<WatchedEntry> = new DueHeap();
  #runningInARow = 0;

  put(entry: WatchedEntry): void {
    (entry.isRunning ? this.#running : this.#waiting).push(entry);
  }

  /** The moment, in milliseconds, when a job is to be asked; undefined if there is none. */
  get due(): number | undefined {
    const [running, waiting] = [firstOf(this.#running)?.due, firstOf(this.#waiting)?.due];
    if (running === undefined || waiting === undefined) return running ?? waiting;
    return Math.min(running, waiting);
  }

  /** Takes out a job that is due. */
  take(now: number): WatchedEntry | undefined {
    const isDue = (heap: DueHeap<WatchedEntry>) => (firstOf(heap)?.due ?? Number.POSITIVE_INFINITY) <= now;
    const takesRunning = isDue(this.#running) && !(this.#runningInARow >= RUNNING_IN_A_ROW && isDue(this.#waiting));
    if (!takesRunning && !isDue(this.#waiting)) return undefined;
    this.#runningInARow = takesRunning ? this.#runningInARow + 1 : 0;
    return (takesRunning ? this.#running : this.#waiting).shift();
  }
}

/** Forgotten jobs stay in the heap until their turn comes. */
function firstOf(heap: DueHeap<WatchedEntry>): WatchedEntry | undefined {
  while (heap.first?.isForgotten === true) heap.shift();
  return heap.first;
}
