import type { Site } from "../ports.ts";
import type { JobFile } from "./job-file.ts";
import type { JobRun } from "./job-run.ts";

/** The unfinished jobs of one site: what waits, in the order of creation, what waits for later, and what runs. */
export class SiteJobs {
  readonly site: Site;
  readonly #waiting: JobFile[] = [];
  readonly #postponed = new Map<string, AbortController>();
  readonly runs: Map<string, JobRun> = new Map();

  constructor(site: Site) {
    this.site = site;
  }

  /** Jobs that don't run. */
  get queued(): number {
    return this.#waiting.length + this.#postponed.size;
  }

  /** A job has its place by its creation, whenever it comes (back). */
  enqueue(job: JobFile): void {
    const index = this.#waiting.findLastIndex((other) => other.first < job.first) + 1;
    this.#waiting.splice(index, 0, job);
  }

  next(): JobFile | undefined {
    return this.#waiting.shift();
  }

  postpone(job: JobFile): AbortController {
    const wait = new AbortController();
    this.#postponed.set(job.header.jobId, wait);
    return wait;
  }

  /** False: the job was taken out meanwhile. */
  resume(job: JobFile): boolean {
    const wasPostponed = this.#postponed.delete(job.header.jobId);
    if (wasPostponed) this.enqueue(job);
    return wasPostponed;
  }

  /** Takes a job out of the queue. */
  remove(job: JobFile): void {
    const index = this.#waiting.indexOf(job);
    if (index >= 0) this.#waiting.splice(index, 1);
    this.#postponed.get(job.header.jobId)?.abort();
    this.#postponed.delete(job.header.jobId);
  }

  /** Stops runs and waits. */
  stop(): void {
    for (const wait of this.#postponed.values()) wait.abort();
    for (const run of this.runs.values()) run.stop();
  }
}
