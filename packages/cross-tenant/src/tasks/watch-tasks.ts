import { abortedError, PrimepackError } from "@primepack/core/errors";
import { DueHeap, guidOf, RequestBudget, RequestError, systemNow, systemTimer } from "@primepack/core/http";
import { hasEnded } from "./read-task.ts";
import type { MigrationTask, TaskChange, TaskWatcher, WatchTasksOptions } from "./task-types.ts";
import { noteAnswer, noteTask, type WatchedTask, watchedTask } from "./watched-task.ts";

type ResolvedOptions = Required<Omit<WatchTasksOptions, "signal">> & Pick<WatchTasksOptions, "signal">;

const HOUR_MS = 3_600_000;
/** The longest that a Retry-After holds a look back: more may be a misprint. */
const MAX_ASKED_MS = HOUR_MS;
/** Looks under way, and results that wait for their reader, at most. */
const LOOKS_AT_ONCE = 8;
/** Failures in a row that seem to last, of a task that was seen before: a token may have been lost for a moment. */
const MAX_LASTING_FAILURES = 3;
/** Part of `pollRunningMs` that a task is given after its preferred start. */
const START_MARGIN = 0.1;

/**
 * Watches tasks until they have ended. Iterating begins and goes on for as long as it is read: a change that isn't taken
 * keeps its task, and at most seven others, from being looked at. One iteration at a time; one that was left can be
 * followed by another.
 *
 * All tasks share one schedule and one budget of requests; where it doesn't suffice, all are looked at more rarely, the
 * longest due first. A look that fails by what passes (lost connections, 429, most 5xx, after the client's own attempts)
 * is made again after half of `pollRunningMs`, then twice as long each time up to the longer poll interval; it never
 * ends the watching. What stays (access, say) is `failed`: at once for a task that was never seen, else after three looks
 * in a row. `Retry-After` holds back all tasks where it comes with a refusal, else the task that it came with, by an hour
 * at most.
 *
 * Iterating ends with ABORTED when the signal aborts, or with its reason if that has a code.
 *
 * @throws INVALID_OPTION; `add` does for what is no GUID, or after `end`
 */
export function watchTasks(options: WatchTasksOptions): TaskWatcher {
  return new PollingTaskWatcher(resolved(options));
}

function resolved(options: WatchTasksOptions): ResolvedOptions {
  const { tasks, signal } = options;
  const result = {
    tasks,
    pollRunningMs: options.pollRunningMs ?? 60_000,
    pollNotStartedMs: options.pollNotStartedMs ?? 300_000,
    requestsPerMinute: options.requestsPerMinute ?? 300,
    missingLooks: options.missingLooks ?? 5,
    now: options.now ?? systemNow,
    timer: options.timer ?? systemTimer,
    ...(signal === undefined ? {} : { signal }),
  };
  for (const name of ["pollRunningMs", "pollNotStartedMs", "requestsPerMinute", "missingLooks"] as const) {
    if (!(result[name] > 0)) throw refused(`${name} must be more than 0`, String(result[name]));
  }
  return result;
}

function refused(constraint: string, value: string): PrimepackError {
  return new PrimepackError(
    "INVALID_OPTION",
    `Cannot watch migration tasks as ${constraint}: current value is ${value}`,
  );
}

class PollingTaskWatcher implements TaskWatcher {
  readonly #options: ResolvedOptions;
  readonly #budget: RequestBudget;
  readonly #schedule: DueHeap<WatchedTask> = new DueHeap();
  /** Watched tasks, by id. */
  readonly #ids: Set<string> = new Set();
  /** What single looks gave, until it is taken. */
  readonly #read: TaskChange[] = [];
  #inFlight = 0;
  #isIterated = false;
  #isComplete = false;
  #failure: { readonly reason: unknown } | undefined;
  #wakePump: () => void = () => undefined;
  #wakeReader: () => void = () => undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#budget = new RequestBudget(options.requestsPerMinute);
  }

  add(taskId: string, task?: MigrationTask): void {
    const id = guidOf(taskId);
    if (id === undefined) throw refused("the id of a task must be a GUID", JSON.stringify(taskId));
    if (this.#isComplete) throw refused("none are added after the end", id);
    if (this.#ids.has(id)) return;
    if (task !== undefined && hasEnded(task)) {
      this.#tell({ type: "ended", taskId: id, task });
      return;
    }
    const now = this.#now();
    const watched = watchedTask(id, now);
    if (task !== undefined) {
      noteTask(watched, task);
      watched.due = this.#nextLook(watched, now, task.retryAfterMs);
    }
    this.#ids.add(id);
    this.#schedule.push(watched);
    this.#wakePump();
  }

  end(): void {
    this.#isComplete = true;
    this.#wakeReader();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TaskChange, void, undefined> {
    if (this.#isIterated) throw refused("its changes are read once at a time", "a second iteration");
    this.#isIterated = true;
    const { signal } = this.#options;
    const stop = new AbortController();
    const wake = () => this.#wakeReader();
    signal?.addEventListener("abort", wake);
    const pump = this.#pump(stop.signal).catch((reason: unknown) => this.#break(reason));
    try {
      for (;;) {
        if (signal?.aborted) throw abortedError(signal, "watch migration tasks");
        if (this.#failure !== undefined) throw this.#failure.reason;
        const change = this.#read.shift();
        if (change !== undefined) {
          this.#wakePump();
          yield change;
        } else if (this.#isComplete && this.#ids.size === 0) return;
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

  /** Looks at tasks when they are due, the budget has a request left and the reader keeps up. */
  async #pump(stop: AbortSignal): Promise<void> {
    const looks = new Set<Promise<void>>();
    while (!stop.aborted) {
      const now = this.#now();
      const due = this.#schedule.first?.due;
      const isFull = this.#inFlight + this.#read.length >= LOOKS_AT_ONCE;
      const waitMs = isFull || due === undefined ? undefined : Math.max(due - now, this.#budget.waitMs(now));
      if (waitMs === undefined || waitMs > 0) {
        await this.#sleep(waitMs);
        continue;
      }
      const watched = this.#schedule.shift();
      if (watched === undefined) continue;
      this.#budget.take(now);
      this.#inFlight += 1;
      const look = this.#look(watched, stop)
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

  async #look(watched: WatchedTask, stop: AbortSignal): Promise<void> {
    let change: TaskChange | undefined;
    try {
      const task = await this.#options.tasks.get({ taskId: watched.taskId }, stop);
      change = this.#seen(watched, task);
    } catch (error) {
      // Whoever goes on with the iteration looks again.
      change = stop.aborted ? undefined : this.#failed(watched, error);
    }
    if (change === undefined || change.type === "changed") this.#schedule.push(watched);
    else this.#ids.delete(watched.taskId);
    if (change !== undefined) this.#tell(change);
  }

  #tell(change: TaskChange): void {
    this.#read.push(change);
    this.#wakeReader();
  }

  #seen(watched: WatchedTask, task: MigrationTask): TaskChange | undefined {
    const { taskId } = watched;
    const isChanged = noteTask(watched, task);
    if (hasEnded(task)) return { type: "ended", taskId, task };
    watched.due = this.#nextLook(watched, this.#now(), task.retryAfterMs);
    return isChanged ? { type: "changed", taskId, task } : undefined;
  }

  #failed(watched: WatchedTask, error: unknown): TaskChange | undefined {
    const { taskId } = watched;
    const { pollRunningMs, pollNotStartedMs, missingLooks } = this.#options;
    const now = this.#now();
    if (error instanceof PrimepackError && error.code === "MIGRATION_TASK_NOT_FOUND") {
      noteAnswer(watched);
      watched.missing += 1;
      watched.due = now + pollRunningMs;
      return watched.missing < missingLooks ? undefined : { type: "lost", taskId };
    }
    watched.failures += 1;
    watched.lastingFailures = isPassing(error) ? 0 : watched.lastingFailures + 1;
    const isToBeTried = error instanceof RequestError && watched.status !== undefined;
    if (watched.lastingFailures >= (isToBeTried ? MAX_LASTING_FAILURES : 1)) {
      return { type: "failed", taskId, error: PrimepackError.from(error, "INTERNAL", "look at a migration task") };
    }
    const backOffMs = Math.min(
      Math.max(pollRunningMs, pollNotStartedMs),
      (pollRunningMs / 2) * 2 ** (watched.failures - 1),
    );
    if (error instanceof RequestError && (error.retryAfterMs !== undefined || error.throttled)) {
      this.#budget.pause(now + Math.min(error.retryAfterMs ?? backOffMs, MAX_ASKED_MS));
    }
    watched.due = now + backOffMs;
    return undefined;
  }

  #nextLook({ status, startsAt }: WatchedTask, now: number, askedMs = 0): number {
    const { pollRunningMs, pollNotStartedMs } = this.#options;
    const asked = now + Math.min(askedMs, MAX_ASKED_MS);
    if (status !== "notStarted") return Math.max(asked, now + pollRunningMs);
    const usual = now + pollNotStartedMs;
    if (startsAt <= now) return Math.max(asked, usual);
    return Math.max(asked, Math.min(usual, startsAt + START_MARGIN * pollRunningMs));
  }

  #now(): number {
    return this.#options.now().getTime();
  }
}

/** Whether a later look may have more luck. */
function isPassing(error: unknown): boolean {
  return error instanceof RequestError && (error.retryable || error.throttled);
}
