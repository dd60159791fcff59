import type { Secret } from "@primepack/core";
import { type QueueEvents, type QueueJob, queueEvents } from "@primepack/event-reader";
import { keyOf } from "../journal/entries.ts";
import { put } from "../journal/run-journal.ts";
import type { RunContext } from "../run-context.ts";

/**
 * What the run's own queue proves: a message that a package's key opens is of the job that took this package. Messages of
 * known jobs are removed unread; their events are read where they don't get lost.
 */
export class QueueEvidence {
  readonly #context: RunContext;
  readonly #queue: QueueEvents;
  #reading: Promise<void> | undefined;
  #again: Promise<void> | undefined;

  constructor(context: RunContext, queueUri: Secret) {
    this.#context = context;
    this.#queue = queueEvents({
      queueUri,
      jobs: { [Symbol.iterator]: () => this.#jobs() },
      own: true,
      timer: context.options.timer,
      signal: context.stopping,
      ...(context.options.network === undefined ? {} : { network: context.options.network }),
      ...(context.options.logger === undefined ? {} : { logger: context.options.logger }),
    });
  }

  /** Reads what is in the queue now. What it proves is in the journal when it resolves. */
  read(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#drain().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    // What came since the reading began may have been passed by.
    this.#again ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#again = undefined;
        return this.read();
      });
    return this.#again;
  }

  /** Reads in the background for as long as the run goes on, so that the queue doesn't fill up. */
  async keepReading(until: AbortSignal): Promise<void> {
    const { timer, limits } = this.#context.options;
    while (!until.aborted) {
      await timer(limits.pollQueuedMs, until).catch(() => undefined);
      if (until.aborted) return;
      try {
        await this.read();
      } catch (error) {
        if (until.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        this.#context.options.logger?.warn("The run's queue can't be read", { error: message });
      }
    }
  }

  async #drain(): Promise<void> {
    for await (const update of this.#queue.drain(this.#context.stopping)) {
      if (update.type !== "events") continue;
      const { id, jobId } = update;
      if (id !== undefined && this.#context.journal.packageOfJob(jobId) === undefined) {
        await this.#context.journal.write([put(keyOf.evidence(id), jobId)]);
      }
      await update.acknowledge();
    }
  }

  *#jobs(): Generator<QueueJob, void, undefined> {
    for (const { name, entry } of this.#context.live.values()) {
      const { stage, jobId } = entry;
      if (stage !== "submitting" && stage !== "submitted" && stage !== "ended" && stage !== "unknown") continue;
      const key = this.#context.journal.containers(name)?.encryptionKey;
      yield { id: name, ...(jobId === undefined ? {} : { jobId }), ...(key === undefined ? {} : { key }) };
    }
  }
}
