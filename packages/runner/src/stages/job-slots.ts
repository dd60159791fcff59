/** Bounds on jobs that have not ended. */
export interface JobBounds {
  /** Of all places. */
  readonly jobs: number;
  /** Of one site, or SharePoint Embedded container. */
  readonly jobsPerSite: number;
}

/**
 * Counts the jobs at the service, over all runs of a process: each run holds its own bounds against the jobs of all.
 */
export class JobSlots {
  #total = 0;
  readonly #byPlace = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  /** Takes a slot if both bounds leave one. */
  tryTake(place: string, { jobs, jobsPerSite }: JobBounds): boolean {
    if (this.#total >= jobs || this.of(place) >= jobsPerSite) return false;
    this.take(place);
    return true;
  }

  /** Takes a slot whatever the bounds say: of a job that there is already. */
  take(place: string): void {
    this.#total += 1;
    this.#byPlace.set(place, this.of(place) + 1);
  }

  release(place: string): void {
    this.#total -= 1;
    const left = this.of(place) - 1;
    if (left > 0) this.#byPlace.set(place, left);
    else this.#byPlace.delete(place);
    for (const freed of [...this.#waiting]) freed();
  }

  /** Jobs of a place. */
  of(place: string): number {
    return this.#byPlace.get(place) ?? 0;
  }

  /** Calls back whenever a slot was freed, until the function that it gives is called. */
  onFreed(freed: () => void): () => void {
    this.#waiting.add(freed);
    return () => this.#waiting.delete(freed);
  }
}

/** Those of this process. */
export const processJobSlots: JobSlots = new JobSlots();
