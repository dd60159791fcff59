import type { JournalValue } from "@primepack/core";
import {
  type ImportResultState,
  importResult,
  type JobEvent,
  type JobUpdate,
  type JobWatcher,
  watchJobs,
} from "@primepack/event-reader";
import { type JobEntry, keyOf, type PackageEntry } from "../journal/entries.ts";
import { put } from "../journal/run-journal.ts";
import type { LivePackage, RunContext } from "../run-context.ts";

/** How the watching of a job ended. */
export type JobEnding = "ended" | "gone" | "deleted" | "silent";

/**
 * Watches the jobs of the run. What events say goes into the journal in one step with where reading goes on, so that a
 * resumed run misses nothing and counts nothing twice.
 */
export class WatchStage {
  readonly #context: RunContext;
  readonly #watcher: JobWatcher;
  readonly #over: (live: LivePackage, how: JobEnding) => Promise<void>;

  /** `over` is called once for each job. */
  constructor(context: RunContext, over: (live: LivePackage, how: JobEnding) => Promise<void>) {
    this.#context = context;
    this.#over = over;
    const { events, limits, clock, timer, logger } = context.options;
    this.#watcher = watchJobs({
      events,
      pollRunningMs: limits.pollRunningMs,
      pollQueuedMs: limits.pollQueuedMs,
      requestsPerMinute: limits.pollRequestsPerMinute,
      silenceMs: limits.silenceMs,
      clock,
      timer,
      signal: context.signal,
      ...(logger === undefined ? {} : { logger }),
    });
  }

  /** Begins to watch the package's job, or goes on where the journal says. */
  watch(live: LivePackage): void {
    const { jobId, startedAt } = live.entry;
    if (jobId === undefined) return;
    const job = this.#restore(live, jobId);
    const { result } = live;
    if (result?.isOver) {
      // The journal has its last event, and reading on would wait for another one in vain.
      const how = result.status === "deleted" ? "deleted" : "ended";
      this.#context.spawn(() => this.#over(live, how));
      return;
    }
    this.#watcher.watch({
      jobId,
      ...(job === undefined ? {} : { token: job.token }),
      ...(startedAt === undefined ? {} : { running: true }),
    });
  }

  /** What the journal holds of a job, for a package that is settled without being watched again. */
  restore(live: LivePackage): void {
    if (live.entry.jobId !== undefined) this.#restore(live, live.entry.jobId);
  }

  /** Until it is closed. */
  async run(): Promise<void> {
    for await (const update of this.#watcher) {
      const name = this.#context.journal.packageOfJob(update.jobId);
      const live = name === undefined ? undefined : this.#context.live.get(name);
      if (live !== undefined && live.entry.stage === "submitted") await this.#on(live, update);
    }
  }

  close(): void {
    this.#watcher.close();
  }

  async #on(live: LivePackage, update: JobUpdate): Promise<void> {
    if (update.type === "events") return this.#events(live, update.events, update.token);
    if (update.type === "silent") {
      this.#watcher.forget(update.jobId);
      return this.#over(live, "silent");
    }
    if (update.how === "failed") throw update.error;
    return this.#over(live, update.how);
  }

  async #events(live: LivePackage, events: readonly JobEvent[], token: string): Promise<void> {
    const { result } = live;
    if (result === undefined) return;
    result.addEvents(events);
    const job: JobEntry = { token, state: result.toState() as JournalValue };
    const changes = [put(keyOf.job(live.name), job)];
    const entry = withEvents(live.entry, events, result.counts);
    if (entry === live.entry) await this.#context.journal.write(changes);
    else await this.#context.update(live, entry, changes);
  }

  #restore(live: LivePackage, jobId: string): JobEntry | undefined {
    const job = this.#context.journal.job(live.name);
    live.result = importResult(jobId, job?.state as ImportResultState | undefined);
    return job;
  }
}

/** The entry itself if the events tell nothing that it holds. */
function withEvents(entry: PackageEntry, events: readonly JobEvent[], counts: PackageEntry["counts"]): PackageEntry {
  const started = events.find(({ type }) => type === "JobStart");
  const hasStarted = entry.startedAt === undefined && started !== undefined;
  const hasCounts = events.some(({ type }) => type === "JobProgress" || type === "JobEnd");
  const wasCancelled = events.some((event) => event.type === "JobCancelled" && event.cancelledByUser === true);
  if (!hasStarted && !hasCounts && !wasCancelled) return entry;
  const startedAt = started?.time?.toISOString();
  return {
    ...entry,
    ...(hasStarted && startedAt !== undefined ? { startedAt } : {}),
    ...(hasCounts && counts !== undefined ? { counts } : {}),
    ...(wasCancelled ? { cancelledByUser: true } : {}),
  };
}
