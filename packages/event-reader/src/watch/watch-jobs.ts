import { abortedError, describe, PrimepackError } from "@primepack/core/errors";
import { RequestBudget, RequestError, systemTimer } from "@primepack/core/http";
import { jobIdOf } from "../parse/values.ts";
import type { EventPage, JobUpdate, JobWatcher, WatchedJob } from "../types.ts";
import { JobSchedule } from "./job-schedule.ts";
import type { WatchOptions } from "./watch-types.ts";
import { noteEvents, type WatchedEntry, watchedEntry } from "./watched-entry.ts";

type ResolvedOptions = Required<Omit<WatchOptions, "jobs" | "signal" | "logger">> &
  Pick<WatchOptions, "signal" | "logger">;

const HOUR_MS = 3_600_000;
/** The longest that a postponed job is left alone: its next pick-up may be brought forward, or be a misprint. */
const MAX_POSTPONED_MS = HOUR_MS;
/** Looks spread by a tenth to both sides, so that jobs that came together don't stay so. */
const JITTER = 0.1;
/** Errors that another attempt would meet again, as far as is known, in a row: a token may have been lost for a moment. */
const MAX_LASTING_FAILURES = 3;

/**
 * Watches jobs until they are over. Iterating begins and goes on for as long as it is read: an update that is not taken
 * keeps its job, and at most `concurrency` others, from being asked. One iteration at a time; one that was left can be
 * followed by another.
 *
 * A job is `over` with `JobEnd`, even one that was cancelled or failed fatally before; with `JobDeleted` if it never ran;
 * when the service doesn't know it or forgot its events; or when its events can't be read for a reason that stays. What
 * passes (500, 503, lost connections) is tried again, more and more rarely, and a `Retry-After` holds back all jobs.
 *
 * @throws INVALID_OPTION
 */
export function watchJobs(options: WatchOptions): JobWatcher {
  return new PollingWatcher(resolved(options), options.jobs ?? []);
}

function resolved(options: WatchOptions): ResolvedOptions {
  const { signal, logger } = options;
  const result = {
    events: options.events,
    pollRunningMs: options.pollRunningMs ?? 60_000,
    pollQueuedMs: options.pollQueuedMs ?? 300_000,
    requestsPerMinute: options.requestsPerMinute ?? 300,
    concurrency: options.concurrency ?? 8,
    silenceMs: options.silenceMs ?? 24 * HOUR_MS,
    clock: options.clock ?? (() => new Date()),
    timer: options.timer ?? systemTimer,
    random: options.random ?? Math.random,
    ...(signal === undefined ? {} : { signal }),
    ...(logger === undefined ? {} : { logger }),
  };
  for (const name of ["pollRunningMs", "pollQueuedMs", "requestsPerMinute", "concurrency", "silenceMs"] as const) {
    if (result[name] > 0) continue;
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot watch jobs as ${name} must be more than 0: current value is ${result[name]}`,
    );
  }
  return result;
}

class PollingWatcher implements JobWatcher {
  readonly #options: ResolvedOptions;
  readonly #schedule = new JobSchedule();
  readonly #budget: RequestBudget;
  readonly #jobs: Map<string, WatchedEntry> = new Map();
  /** What single looks gave, until it is taken. */
  readonly #read: JobUpdate[][] = [];
  #inFlight = 0;
  #isIterated = false;
  #isClosed = false;
  #failure: { readonly reason: unknown } | undefined;
  #wakePump: () => void = () => undefined;
  #wakeReader: () => void = () => undefined;

  constructor(options: ResolvedOptions, jobs: Iterable<WatchedJob>) {
    this.#options = options;
    this.#budget = new RequestBudget(options.requestsPerMinute);
    for (const job of jobs) this.watch(job);
  }

  get size(): number {
    return this.#jobs.size;
  }

  watch(job: WatchedJob): void {
    const entry = watchedEntry(job, this.#now());
    if (this.#jobs.has(entry.jobId)) return;
    this.#jobs.set(entry.jobId, entry);
    this.#schedule.put(entry);
    this.#wakePump();
  }

  forget(jobId: string): void {
    const entry = this.#jobs.get(jobIdOf(jobId));
    if (entry === undefined) return;
    entry.isForgotten = true;
    this.#jobs.delete(entry.jobId);
  }

  close(): void {
    this.#isClosed = true;
    this.#wakePump();
    this.#wakeReader();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JobUpdate, void, undefined> {
    if (this.#isIterated) {
      throw new PrimepackError(
        "INVALID_OPTION",
        "Cannot read updates twice at once: current value is a second iteration",
      );
    }
    this.#isIterated = true;
    const { signal } = this.#options;
    const stop = new AbortController();
    const wake = () => this.#wakeReader();
    signal?.addEventListener("abort", wake);
    const pump = this.#pump(stop.signal).catch((reason: unknown) => this.#break(reason));
    try {
      for (;;) {
        if (signal?.aborted) throw abortedError(signal, "watch jobs");
        if (this.#failure !== undefined) throw this.#failure.reason;
        const [updates] = this.#read;
        const update = updates?.shift();
        if (update !== undefined) yield update;
        else if (updates !== undefined) {
          this.#read.shift();
          this.#wakePump();
        } else if (this.#isClosed) return;
        else await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    } finally {
      signal?.removeEventListener("abort", wake);
      stop.abort();
      this.#wakePump();
      await pump;
      this.#isIterated = false;
    }
  }

  /** Asks jobs when they are due, the budget has a request left and the consumer keeps up. */
  async #pump(stop: AbortSignal): Promise<void> {
    const looks = new Set<Promise<void>>();
    while (!stop.aborted && !this.#isClosed) {
      const now = this.#now();
      const { due } = this.#schedule;
      const isFull = this.#inFlight + this.#read.length >= this.#options.concurrency;
      const waitMs = isFull || due === undefined ? undefined : Math.max(due - now, this.#budget.waitMs(now));
      if (waitMs === undefined || waitMs > 0) {
        await this.#sleep(waitMs);
        continue;
      }
      const entry = this.#schedule.take(now);
      if (entry === undefined) continue;
      this.#budget.take(now);
      this.#inFlight += 1;
      const look = this.#look(entry, stop)
        .catch((reason: unknown) => this.#break(reason))
        .finally(() => {
          this.#inFlight -= 1;
          looks.delete(look);
          this.#wakePump();
        });
      looks.add(look);
    }
    await Promise.all(looks);
  }

  /** What no look should end with comes out of the iteration. */
  #break(reason: unknown): void {
    this.#failure = { reason };
    this.#wakeReader();
  }

  /** Until so much time has passed (undefined: without end), or there is news for the pump. */
  async #sleep(milliseconds: number | undefined): Promise<void> {
    const awake = new AbortController();
    this.#wakePump = () => awake.abort();
    try {
      if (milliseconds !== undefined) await this.#options.timer(Math.min(milliseconds, HOUR_MS), awake.signal);
      else await new Promise((resolve) => awake.signal.addEventListener("abort", resolve));
    } catch (reason) {
      if (!awake.signal.aborted) throw reason;
    } finally {
      this.#wakePump = () => undefined;
    }
  }

  async #look(entry: WatchedEntry, stop: AbortSignal): Promise<void> {
    let updates: JobUpdate[];
    try {
      const page = await this.#options.events.read(entry.jobId, entry.token, stop);
      this.#budget.take(this.#now(), Math.max(0, (page.requests ?? 1) - 1));
      if (entry.isForgotten) return;
      updates = this.#heard(entry, page);
    } catch (error) {
      if (entry.isForgotten) return;
      if (stop.aborted) {
        this.#schedule.put(entry);
        return;
      }
      updates = this.#failed(entry, error);
    }
    const isOver = updates.at(-1)?.type === "over";
    if (isOver) this.forget(entry.jobId);
    else this.#schedule.put(entry);
    if (updates.length === 0) return;
    this.#read.push(updates);
    this.#wakeReader();
  }

  #heard(entry: WatchedEntry, { events, token }: EventPage): JobUpdate[] {
    const now = this.#now();
    const { jobId } = entry;
    entry.token = token;
    entry.failures = 0;
    entry.isKnown = true;
    if (events.length === 0) {
      entry.due = this.#nextLook(entry, now);
      return this.#silence(entry, now);
    }
    entry.heardAt = now;
    entry.saidSilentAt = now;
    const end = noteEvents(entry, events);
    entry.due = this.#nextLook(entry, now);
    const updates: JobUpdate[] = [{ type: "events", jobId, events, token }];
    if (end !== undefined) updates.push({ type: "over", jobId, how: end });
    return updates;
  }

  #failed(entry: WatchedEntry, error: unknown): JobUpdate[] {
    const now = this.#now();
    const { jobId } = entry;
    const { pollRunningMs, pollQueuedMs, logger } = this.#options;
    if (error instanceof PrimepackError && (error.code === "JOB_NOT_FOUND" || error.code === "JOB_STATUS_EXPIRED")) {
      return [{ type: "over", jobId, how: "gone" }];
    }
    entry.failures += 1;
    if (!mayPass(entry, error)) {
      const failure = PrimepackError.from(error, "INTERNAL", "read the events of a job");
      return [{ type: "over", jobId, how: "failed", error: failure }];
    }
    const backOffMs = Math.min(Math.max(pollRunningMs, pollQueuedMs), (pollRunningMs / 2) * 2 ** (entry.failures - 1));
    if (error instanceof RequestError && (error.retryAfterMs !== undefined || error.throttled)) {
      this.#budget.pause(now + (error.retryAfterMs ?? backOffMs));
    }
    entry.due = now + this.#jittered(backOffMs);
    logger?.warn("The events of a job can't be read; they are asked for again", { jobId, error: describe(error) });
    return this.#silence(entry, now);
  }

  #silence(entry: WatchedEntry, now: number): JobUpdate[] {
    if (now - entry.saidSilentAt < this.#options.silenceMs) return [];
    entry.saidSilentAt = now;
    return [{ type: "silent", jobId: entry.jobId, silentMs: now - entry.heardAt }];
  }

  #nextLook(entry: WatchedEntry, now: number): number {
    const { pollRunningMs, pollQueuedMs } = this.#options;
    if (entry.isRunning) return now + this.#jittered(pollRunningMs);
    if (entry.pickupTime <= now) return now + this.#jittered(pollQueuedMs);
    const pickup = Math.min(entry.pickupTime, now + Math.max(MAX_POSTPONED_MS, pollQueuedMs));
    return Math.max(pickup, now + pollRunningMs) + this.#jittered(pollRunningMs * JITTER);
  }

  #jittered(milliseconds: number): number {
    return milliseconds * (1 + JITTER * (2 * this.#options.random() - 1));
  }

  #now(): number {
    return this.#options.clock().getTime();
  }
}

/** Whether a later look may have more luck. */
function mayPass(entry: WatchedEntry, error: unknown): boolean {
  if (!(error instanceof RequestError)) return false;
  if (error.retryable || error.throttled) return true;
  return entry.isKnown && entry.failures < MAX_LASTING_FAILURES;
}
