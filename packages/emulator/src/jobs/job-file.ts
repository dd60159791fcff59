import { appendFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isLast, type JobEvent } from "./job-event.ts";

/** First line of a job's file. */
export interface JobHeader {
  readonly jobId: string;
  readonly service: "sharepoint" | "graph";
  readonly siteId: string;
}

/** What opens a job's containers and content; kept apart, for its owner only, and no longer than the job is unfinished. */
export interface JobSecrets {
  readonly dataContainerUri: string;
  readonly manifestContainerUri: string;
  readonly queueUri: string | undefined;
  readonly key: Uint8Array | undefined;
}

/**
 * One job as it is kept: `<path>.ndjson` has a header and then each event, and only grows; `<path>.secret` is there until
 * the job is over. An event is on disk before anybody is told of it. Events of a job that is over are not in memory.
 */
export class JobFile {
  readonly header: JobHeader;
  readonly #path: string;
  #events: JobEvent[] = [];
  #secrets: JobSecrets | undefined;
  #first = 0;
  #last = 0;
  #endTime: string | undefined;

  private constructor(path: string, header: JobHeader) {
    this.#path = path;
    this.header = header;
  }

  /** Makes both files; the job begins with its first event. */
  static create(path: string, header: JobHeader, secrets: JobSecrets, event: JobEvent): JobFile {
    const job = new JobFile(path, header);
    const key = secrets.key === undefined ? undefined : Buffer.from(secrets.key).toString("base64");
    writeFileSync(`${path}.secret`, JSON.stringify({ ...secrets, key }), { flag: "wx", mode: 0o600 });
    writeFileSync(`${path}.ndjson`, `${JSON.stringify(header)}\n${JSON.stringify(event)}\n`, { flag: "wx" });
    job.#secrets = secrets;
    job.#remember(event);
    return job;
  }

  /** Reads a kept job; what a killed process left of a line is cut off. Undefined: not even its first event was kept. */
  static async open(path: string): Promise<JobFile | undefined> {
    const { header, events, length } = await readLines(`${path}.ndjson`);
    truncateSync(`${path}.ndjson`, length);
    if (header === undefined || events.length === 0) {
      rmSync(`${path}.ndjson`, { force: true });
      rmSync(`${path}.secret`, { force: true });
      return undefined;
    }
    const job = new JobFile(path, header);
    for (const event of events) job.#remember(event);
    if (job.isOver) rmSync(`${path}.secret`, { force: true });
    else job.#secrets = await readSecrets(`${path}.secret`);
    return job;
  }

  /** Number of the job's first event: jobs were created in this order. */
  get first(): number {
    return this.#first;
  }

  /** Number of its newest event. */
  get last(): number {
    return this.#last;
  }

  get isOver(): boolean {
    return this.#endTime !== undefined;
  }

  /** Time of the last event of a job that is over, ISO 8601. */
  get endTime(): string | undefined {
    return this.#endTime;
  }

  /** Undefined when the job is over, or when somebody took them away. */
  get secrets(): JobSecrets | undefined {
    return this.#secrets;
  }

  /** All events of an unfinished job; none of one that is over. */
  get events(): readonly JobEvent[] {
    return this.#events;
  }

  /** Nothing can be appended after an event that is the last. */
  append(event: JobEvent): void {
    if (this.isOver) throw new Error(`Job ${this.header.jobId} is over: it has no ${event.type}`);
    appendFileSync(`${this.#path}.ndjson`, `${JSON.stringify(event)}\n`);
    this.#remember(event);
    if (this.isOver) rmSync(`${this.#path}.secret`, { force: true });
  }

  /** At most `limit` events with a greater number, in order. */
  async eventsAfter(number: number, limit: number): Promise<readonly JobEvent[]> {
    const events = this.isOver ? (await readLines(`${this.#path}.ndjson`)).events : this.#events;
    const start = events.findIndex((event) => event.number > number);
    return start < 0 ? [] : events.slice(start, start + limit);
  }

  #remember(event: JobEvent): void {
    if (this.#first === 0) this.#first = event.number;
    this.#last = event.number;
    this.#events.push(event);
    if (!isLast(event)) return;
    this.#endTime = event.time;
    this.#events = [];
    this.#secrets = undefined;
  }
}

/** Whole lines only; `length` is theirs, in bytes. */
async function readLines(path: string): Promise<{
  readonly header: JobHeader | undefined;
  readonly events: readonly JobEvent[];
  readonly length: number;
}> {
  const text = await readFile(path, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const [header, ...events] = whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  return { header, events, length: Buffer.byteLength(whole) };
}

async function readSecrets(path: string): Promise<JobSecrets | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const { key, ...secrets } = JSON.parse(text);
  return { queueUri: undefined, ...secrets, key: key === undefined ? undefined : Buffer.from(key, "base64") };
}
