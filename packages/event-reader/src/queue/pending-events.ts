import type { JobEvent } from "../types.ts";
import type { QueueMessage } from "./queue-connection.ts";

type Receipt = Pick<QueueMessage, "messageId" | "popReceipt">;

/** An event of which one or more messages were read. */
export interface PendingEvent {
  readonly event: JobEvent;
  readonly fingerprint: string;
  readonly messages: Receipt[];
}

/** The events of a job that are handed out together. */
export interface Heard {
  readonly jobId: string;
  readonly id: string | undefined;
  readonly entries: readonly PendingEvent[];
}

interface PendingJob {
  id: string | undefined;
  readonly entries: Map<string, PendingEvent>;
}

/** Events that were read but not handed out, by job. */
export class PendingEvents {
  readonly #jobs: Map<string, PendingJob> = new Map();

  add(
    jobId: string,
    {
      id,
      event,
      fingerprint,
      message,
    }: {
      readonly id: string | undefined;
      readonly event: JobEvent;
      readonly fingerprint: string;
      readonly message: QueueMessage;
    },
  ): void {
    const job = this.#jobs.get(jobId) ?? { id, entries: new Map<string, PendingEvent>() };
    this.#jobs.set(jobId, job);
    job.id ??= id;
    const { messageId, popReceipt } = message;
    const known = job.entries.get(fingerprint);
    if (known === undefined)
      job.entries.set(fingerprint, { event, fingerprint, messages: [{ messageId, popReceipt }] });
    else known.messages.push({ messageId, popReceipt });
  }

  /** By time, for each job. `JobEnd` stays behind unless all was read, since what belongs before it may still come. */
  *take(isAll: boolean): Generator<Heard, void, undefined> {
    for (const [jobId, { id, entries }] of [...this.#jobs]) {
      const ready = [...entries.values()].filter(({ event }) => isAll || event.type !== "JobEnd");
      for (const { fingerprint } of ready) entries.delete(fingerprint);
      if (entries.size === 0) this.#jobs.delete(jobId);
      if (ready.length > 0) yield { jobId, id, entries: ready.sort(byTime) };
    }
  }
}

/** For events of one moment the order of a job's life decides. */
const PLACES: Partial<Record<JobEvent["type"], number>> = { JobQueued: 0, JobPostponed: 1, JobStart: 2, JobEnd: 4 };
const ANY_PLACE = 3;

function byTime({ event: a }: PendingEvent, { event: b }: PendingEvent): number {
  const [timeA, timeB] = [timeOf(a), timeOf(b)];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return (PLACES[a.type] ?? ANY_PLACE) - (PLACES[b.type] ?? ANY_PLACE);
}

/** Without a time an event comes first, but the end last. */
function timeOf({ time, type }: JobEvent): number {
  return time?.getTime() ?? (type === "JobEnd" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
}
