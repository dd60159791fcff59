import { mkdirSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { JobFile } from "./job-file.ts";

/** All jobs of an emulator, and the numbers of their events. */
export class JobStore {
  readonly directory: string;
  readonly jobs: ReadonlyMap<string, JobFile>;
  readonly #jobs: Map<string, JobFile>;
  #lastNumber: number;

  private constructor(directory: string, jobs: Map<string, JobFile>, lastNumber: number) {
    this.directory = directory;
    this.jobs = jobs;
    this.#jobs = jobs;
    this.#lastNumber = lastNumber;
  }

  static async open(directory: string): Promise<JobStore> {
    mkdirSync(directory, { recursive: true });
    const names = new Set(await readdir(directory));
    for (const name of names) {
      if (name.endsWith(".secret") && !names.has(name.replace(/secret$/, "ndjson"))) rmSync(join(directory, name));
    }
    const opened: JobFile[] = [];
    let lastNumber = 0;
    for (const name of names) {
      if (!name.endsWith(".ndjson")) continue;
      const job = await JobFile.open(join(directory, name.replace(/\.ndjson$/, "")));
      if (job === undefined) continue;
      opened.push(job);
      lastNumber = Math.max(lastNumber, job.last);
    }
    opened.sort((one, other) => one.first - other.first);
    return new JobStore(directory, new Map(opened.map((job) => [job.header.jobId, job])), lastNumber);
  }

  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  add(job: JobFile): void {
    this.#jobs.set(job.header.jobId, job);
  }

  /** Where a job's files are, without their endings. */
  path(jobId: string): string {
    return join(this.directory, jobId);
  }
}
