import { getEventListeners } from "node:events";
import { PrimepackError } from "@primepack/core/errors";
import { ServiceError } from "@primepack/core/http";
import { VirtualTime } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { hasEnded, readTask } from "./read-task.ts";
import type {
  CrossTenantTasks,
  MigrationTask,
  TaskChange,
  TaskLookup,
  TaskWatcher,
  WatchTasksOptions,
} from "./task-types.ts";
import { watchTasks } from "./watch-tasks.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const taskNumber = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const TASK = taskNumber(1);

const noSuchTask = () => new ServiceError("MIGRATION_TASK_NOT_FOUND", "Cannot find", { answer: { status: 404 } });

function passing(advice: { throttled?: boolean; retryAfterMs?: number } = {}): ServiceError {
  return new ServiceError("SERVICE_FAILED", "Cannot look up", { advice: { retryable: true, ...advice } });
}

/** A status, or a whole task, or an error, from a minute on. */
type Step = readonly [minute: number, shown: string | MigrationTask | Error];

/** Tasks whose statuses change at given minutes, and a record of when each was looked at. */
class ScriptedTasks implements CrossTenantTasks {
  readonly looks: { readonly taskId: string; readonly at: number }[] = [];
  readonly script: Map<string, readonly Step[]> = new Map();
  readonly #time: VirtualTime;
  readonly #began: number;
  /** Milliseconds that a look takes. */
  latencyMs = 0;
  readonly underWay: Set<string> = new Set();
  overlaps = 0;
  atOnce = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#began = time.now;
  }

  async get(lookup: TaskLookup, signal?: AbortSignal): Promise<MigrationTask> {
    const taskId = "taskId" in lookup ? lookup.taskId : "";
    const at = this.#time.now - this.#began;
    this.looks.push({ taskId, at });
    if (this.underWay.has(taskId)) this.overlaps++;
    this.underWay.add(taskId);
    this.atOnce = Math.max(this.atOnce, this.underWay.size);
    try {
      if (this.latencyMs > 0) await this.#time.timer(this.latencyMs, signal);
    } finally {
      this.underWay.delete(taskId);
    }
    const shown = (this.script.get(taskId) ?? [[0, "inProgress"]]).findLast(([minute]) => minute * MINUTE <= at)?.[1];
    if (shown === undefined || shown instanceof Error) throw shown ?? noSuchTask();
    return typeof shown === "string" ? readTask({ id: taskId, status: shown }) : shown;
  }

  create(): Promise<never> {
    return Promise.reject(new Error("not called"));
  }

  find(): Promise<never> {
    return this.create();
  }

  cancel(): Promise<never> {
    return this.create();
  }

  async close(): Promise<void> {}

  minutesOf(taskId: string): number[] {
    return this.looks.filter((look) => look.taskId === taskId).map(({ at }) => Math.round((at / MINUTE) * 100) / 100);
  }
}

function watching(options: Partial<WatchTasksOptions> = {}) {
  const time = new VirtualTime();
  const tasks = new ScriptedTasks(time);
  const { clock: now, timer } = time;
  const watcher = watchTasks({ tasks, now, timer, ...options });
  const changes: TaskChange[] = [];
  return { time, tasks, watcher, changes, reading: () => collect(watcher, changes) };
}

async function collect(watcher: TaskWatcher, changes: TaskChange[]): Promise<void> {
  for await (const change of watcher) changes.push(change);
}

const shown = (changes: readonly TaskChange[]) =>
  changes.map((change) => ("task" in change ? `${change.type}: ${change.task.status}` : change.type));

const taskStarting = (time: VirtualTime, minutes: number) =>
  readTask({
    id: TASK,
    status: "notStarted",
    parameters: { preferredStartDateTime: new Date(time.now + minutes * MINUTE).toISOString() },
  });

describe("watchTasks()", () => {
  it("looks at a task that waits every five minutes and at a running one every minute, until it has ended", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    watcher.add(`{${TASK.toUpperCase()}}`);
    watcher.end();
    tasks.script.set(TASK, [
      [0, "notStarted"],
      [7, "inProgress"],
      [12.5, "completed"],
    ]);
    const read = reading();
    await time.pass(60 * MINUTE);
    await read;
    expect(shown(changes)).toEqual(["changed: notStarted", "changed: inProgress", "ended: completed"]);
    expect(new Set(changes.map(({ taskId }) => taskId))).toEqual(new Set([TASK]));
    expect(tasks.minutesOf(TASK)).toEqual([0, 5, 10, 11, 12, 13]);
  });

  it.each(["completed", "cancelled", "failed"])("looks no more at a task that is %s", async (status) => {
    const { time, tasks, watcher, changes, reading } = watching();
    watcher.add(TASK);
    tasks.script.set(TASK, [[0, status]]);
    const read = reading();
    await time.pass(60 * MINUTE);
    expect([shown(changes), tasks.looks.length]).toEqual([[`ended: ${status}`], 1]);
    watcher.end();
    await read;
  });

  it("goes on with statuses that it doesn't know", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    watcher.add(TASK);
    watcher.end();
    tasks.script.set(TASK, [
      [0, "unknownFutureValue"],
      [2, ""],
      [3, "Success"],
    ]);
    const read = reading();
    await time.pass(10 * MINUTE);
    await read;
    expect(shown(changes)).toEqual(["changed: unknownFutureValue", "changed: ", "ended: completed"]);
  });

  it("tells of dates and errors that come too, and only of what is new", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    const seen = { id: TASK, status: "inProgress", startedDateTime: "2025-01-01T00:00:00Z" };
    watcher.add(TASK, readTask(seen));
    watcher.end();
    tasks.script.set(TASK, [
      [0, readTask(seen)],
      [3, readTask({ ...seen, lastUpdatedDateTime: "2025-01-01T00:02:00Z" })],
      [5, readTask({ ...seen, lastUpdatedDateTime: "2025-01-01T00:02:00Z", error: { code: "slow" } })],
      [7, "failed"],
    ]);
    const read = reading();
    await time.pass(60 * MINUTE);
    await read;
    expect(tasks.minutesOf(TASK)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(shown(changes)).toEqual(["changed: inProgress", "changed: inProgress", "ended: failed"]);
  });

  it("looks at a task soon after its preferred start, and every five minutes before it", async () => {
    const { time, tasks, watcher, reading } = watching();
    const task = taskStarting(time, 12);
    watcher.add(TASK, task);
    tasks.script.set(TASK, [
      [0, task],
      [12, "inProgress"],
      [14, "completed"],
    ]);
    const read = reading();
    await time.pass(60 * MINUTE);
    expect(tasks.minutesOf(TASK)).toEqual([5, 10, 12.1, 13.1, 14.1]);
    watcher.end();
    await read;
  });

  it("looks every five minutes at a task whose preferred start has passed", async () => {
    const { time, tasks, watcher, reading } = watching();
    const task = taskStarting(time, 1);
    watcher.add(TASK, task);
    tasks.script.set(TASK, [
      [0, task],
      [11, "cancelled"],
    ]);
    const read = reading();
    await time.pass(60 * MINUTE);
    expect(tasks.minutesOf(TASK)).toEqual([1.1, 6.1, 11.1]);
    watcher.end();
    await read;
  });

  it("waits with one task for as long as its answer asks, an hour at most", async () => {
    const { time, tasks, watcher, reading } = watching();
    const asking = (retryAfterMs: number) => ({ ...readTask({ id: TASK, status: "inProgress" }), retryAfterMs });
    watcher.add(TASK);
    watcher.add(taskNumber(2));
    watcher.end();
    tasks.script.set(TASK, [
      [0, asking(7 * MINUTE)],
      [5, asking(30 * SECOND)],
      [8, asking(1e15)],
      [60, "completed"],
    ]);
    tasks.script.set(taskNumber(2), [
      [0, "inProgress"],
      [3, "completed"],
    ]);
    const read = reading();
    await time.pass(90 * MINUTE);
    await read;
    expect(tasks.minutesOf(TASK)).toEqual([0, 7, 8, 68]);
    expect(tasks.minutesOf(taskNumber(2))).toEqual([0, 1, 2, 3]);
  });

  it("loses a task that five looks in a row don't find, and none that appears before", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    const late = taskNumber(2);
    watcher.add(TASK);
    watcher.add(late);
    watcher.end();
    tasks.script.set(TASK, [
      [0, "inProgress"],
      [2, noSuchTask()],
      [4, passing()],
      [4.2, noSuchTask()],
    ]);
    tasks.script.set(late, [
      [0, noSuchTask()],
      [4, "inProgress"],
      [5, noSuchTask()],
      [9, "completed"],
    ]);
    const read = reading();
    await time.pass(60 * MINUTE);
    await read;
    expect(changes.filter(({ taskId }) => taskId === TASK).map(({ type }) => type)).toEqual(["changed", "lost"]);
    // The look that failed doesn't count, and another was made half a minute after it.
    expect(tasks.minutesOf(TASK)).toEqual([0, 1, 2, 3, 4, 4.5, 5.5, 6.5]);
    expect(shown(changes.filter(({ taskId }) => taskId === late))).toEqual(["changed: inProgress", "ended: completed"]);
  });

  it("never gives up on errors that pass: it looks after half a minute, then more and more rarely", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    watcher.add(TASK);
    tasks.script.set(TASK, [
      [0, passing()],
      [600, "completed"],
    ]);
    const read = reading();
    await time.pass(20 * MINUTE);
    expect(tasks.minutesOf(TASK)).toEqual([0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5]);
    await time.pass(600 * MINUTE);
    expect(shown(changes)).toEqual(["ended: completed"]);
    watcher.end();
    await read;
  });

  it("fails a task for an error that stays: at once if it was never seen, else after three in a row", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    const forbidden = new ServiceError("CROSS_TENANT_ACCESS_DENIED", "Cannot look up");
    watcher.add(TASK);
    watcher.add(taskNumber(2));
    watcher.end();
    tasks.script.set(TASK, [
      [0, "inProgress"],
      [1, forbidden],
    ]);
    tasks.script.set(taskNumber(2), [[0, forbidden]]);
    const read = reading();
    await time.pass(30 * MINUTE);
    await read;
    expect(changes.filter(({ type }) => type === "failed")).toEqual([
      { type: "failed", taskId: taskNumber(2), error: forbidden },
      { type: "failed", taskId: TASK, error: forbidden },
    ]);
    expect(tasks.minutesOf(TASK)).toEqual([0, 1, 1.5, 2.5]);
  });

  it("doesn't take the end of a long outage for an error that stays", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    watcher.add(TASK);
    watcher.end();
    tasks.script.set(TASK, [
      [0, "inProgress"],
      [1, passing()],
      [20, new ServiceError("SERVICE_UNAUTHORIZED", "Cannot look up")],
      [26, passing()],
      [36, new ServiceError("SERVICE_UNAUTHORIZED", "Cannot look up")],
      [46, "completed"],
    ]);
    const read = reading();
    await time.pass(60 * MINUTE);
    await read;
    expect(shown(changes)).toEqual(["changed: inProgress", "ended: completed"]);
  });

  it("counts errors that stay anew once the service has answered, be it that there is no task", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    const forbidden = new ServiceError("CROSS_TENANT_ACCESS_DENIED", "Cannot look up");
    watcher.add(TASK);
    watcher.end();
    // Looks at 0, 1, 1.5, 2.5, 3.5, 4 and 5.
    tasks.script.set(TASK, [
      [0, "inProgress"],
      [1, forbidden],
      [2, noSuchTask()],
      [3, forbidden],
      [4.9, "completed"],
    ]);
    const read = reading();
    await time.pass(30 * MINUTE);
    await read;
    expect(tasks.minutesOf(TASK)).toEqual([0, 1, 1.5, 2.5, 3.5, 4, 5]);
    expect(shown(changes)).toEqual(["changed: inProgress", "ended: completed"]);
  });

  it.each([
    ["a refusal that asks to wait", passing({ retryAfterMs: 10 * MINUTE }), 10],
    ["a refusal that asks to wait for years, for an hour only", passing({ retryAfterMs: 1e15 }), 60],
    ["a refusal for too much load, though it doesn't say for how long", passing({ throttled: true }), 0.5],
  ])("holds other tasks back by %s", async (_, refusal, minutes) => {
    const { time, tasks, watcher, reading } = watching({ requestsPerMinute: 60 });
    watcher.add(TASK);
    watcher.add(taskNumber(2));
    watcher.end();
    tasks.script.set(TASK, [
      [0, refusal],
      [0.1, "completed"],
    ]);
    tasks.script.set(taskNumber(2), [[0, "completed"]]);
    const read = reading();
    await time.pass(90 * MINUTE);
    await read;
    expect(Math.min(...tasks.minutesOf(taskNumber(2)))).toBe(minutes);
  });

  it("makes an error with a code of whatever else is thrown", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    watcher.add(TASK);
    tasks.script.set(TASK, [[0, new TypeError("no function")]]);
    const read = reading();
    await time.pass(MINUTE);
    expect(changes).toMatchObject([{ type: "failed", error: { code: "INTERNAL", cause: { message: "no function" } } }]);
    watcher.end();
    await read;
  });

  it("holds all tasks back for as long as a refusal asks", async () => {
    const { time, tasks, watcher, reading } = watching();
    for (let number = 0; number < 20; number++) watcher.add(taskNumber(number));
    tasks.script.set(taskNumber(5), [
      [0, passing({ throttled: true, retryAfterMs: 10 * MINUTE })],
      [1, "inProgress"],
    ]);
    const read = reading();
    await time.pass(10 * MINUTE);
    // The budget spaces the first looks by 200 ms; the refused one is among them.
    const before = tasks.looks.length;
    expect(tasks.looks.at(-1)).toMatchObject({ taskId: taskNumber(5), at: (before - 1) * 200 });
    await time.pass(MINUTE);
    expect(tasks.looks.length).toBeGreaterThanOrEqual(before + 20);
    for (let number = 0; number < 20; number++) tasks.script.set(taskNumber(number), [[0, "completed"]]);
    watcher.end();
    await time.pass(10 * MINUTE);
    await read;
  });

  it("watches 5,000 tasks within its requests a minute, all of them alike, no two looks at one at once", async () => {
    const { time, tasks, watcher, changes, reading } = watching({ requestsPerMinute: 600 });
    tasks.latencyMs = 700;
    const count = 5000;
    for (let number = 0; number < count; number++) {
      watcher.add(taskNumber(number));
      tasks.script.set(taskNumber(number), [
        [0, "notStarted"],
        [10, "inProgress"],
        [15 + number / 500, "completed"],
      ]);
    }
    watcher.end();
    const read = reading();
    await time.pass(8 * MINUTE);
    expect(new Set(tasks.looks.map(({ taskId }) => taskId)).size).toBe(tasks.looks.length);
    await time.pass(60 * MINUTE);
    await read;
    const byMinute = new Map<number, number>();
    for (const { at } of tasks.looks)
      byMinute.set(Math.floor(at / MINUTE), (byMinute.get(Math.floor(at / MINUTE)) ?? 0) + 1);
    expect(Math.max(...byMinute.values())).toBeLessThanOrEqual(601);
    expect(changes.filter(({ type }) => type === "ended")).toHaveLength(count);
    expect(changes.every((change) => change.type === "changed" || ("task" in change && hasEnded(change.task)))).toBe(
      true,
    );
    expect([tasks.overlaps, tasks.atOnce <= 8]).toEqual([0, true]);
  });

  it("looks at no more tasks than are taken from it", async () => {
    const { time, tasks, watcher } = watching();
    for (let number = 0; number < 20; number++) watcher.add(taskNumber(number));
    const iterator = watcher[Symbol.asyncIterator]();
    const first = iterator.next();
    await time.pass(MINUTE);
    expect((await first).value).toMatchObject({ type: "changed" });
    // One was taken and eight wait.
    expect(tasks.looks).toHaveLength(9);
    await iterator.next();
    await time.pass(MINUTE);
    expect(tasks.looks).toHaveLength(10);
    await iterator.return?.();
  });

  it("looks at nothing before it is iterated, and goes on where an iteration was left", async () => {
    const { time, tasks, watcher, changes } = watching();
    watcher.add(TASK);
    watcher.end();
    tasks.script.set(TASK, [
      [1, "inProgress"],
      [3, "completed"],
    ]);
    await time.pass(MINUTE);
    expect(tasks.looks).toEqual([]);
    const first = (async () => {
      for await (const change of watcher) {
        changes.push(change);
        break;
      }
    })();
    await time.pass(MINUTE);
    await first;
    const second = collect(watcher, changes);
    await time.pass(5 * MINUTE);
    await second;
    expect(shown(changes)).toEqual(["changed: inProgress", "ended: completed"]);
  });

  it("takes a look that the end of an iteration cut off for none", async () => {
    const { time, tasks, watcher, changes } = watching();
    watcher.add(TASK, readTask({ id: TASK, status: "completed" }));
    watcher.add(taskNumber(2));
    watcher.end();
    tasks.latencyMs = SECOND;
    tasks.script.set(taskNumber(2), [[0, "completed"]]);
    const iterator = watcher[Symbol.asyncIterator]();
    await iterator.next();
    expect(tasks.underWay).toEqual(new Set([taskNumber(2)]));
    await iterator.return?.();
    expect(tasks.underWay.size).toBe(0);
    const read = collect(watcher, changes);
    await time.pass(MINUTE);
    await read;
    expect(shown(changes)).toEqual(["ended: completed"]);
  });

  it("watches tasks that come later, each once, and tells at once of one that has ended", async () => {
    const { time, tasks, watcher, changes, reading } = watching();
    tasks.script.set(TASK, [[0, "completed"]]);
    const read = reading();
    await time.pass(60 * MINUTE);
    watcher.add(TASK);
    watcher.add(TASK.toUpperCase());
    watcher.add(taskNumber(2), readTask({ id: taskNumber(2), status: "failed" }));
    await time.pass(MINUTE);
    expect(shown(changes).sort()).toEqual(["ended: completed", "ended: failed"]);
    expect(tasks.looks).toHaveLength(1);
    watcher.end();
    await read;
    expect(() => watcher.add(taskNumber(3))).toThrow(PrimepackError);
  });

  it("ends at once with ABORTED when its signal aborts, and aborts what it is asking", async () => {
    const abort = new AbortController();
    const { time, tasks, watcher, changes, reading } = watching({ signal: abort.signal });
    tasks.latencyMs = MINUTE;
    watcher.add(TASK);
    const read = reading();
    await time.pass(1);
    expect(tasks.underWay.size).toBe(1);
    abort.abort();
    await expect(read).rejects.toMatchObject({ code: "ABORTED" });
    expect([tasks.underWay.size, changes.length]).toEqual([0, 0]);
    await expect(collect(watcher, changes)).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("leaves nothing on its signal when the iteration ends", async () => {
    const { signal } = new AbortController();
    const { time, tasks, watcher, reading } = watching({ signal });
    watcher.add(TASK);
    watcher.end();
    tasks.script.set(TASK, [[0, "completed"]]);
    const read = reading();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await time.pass(MINUTE);
    await read;
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("is over only when no look is under way, also where one doesn't hear the signal", async () => {
    const abort = new AbortController();
    const { time, tasks, watcher } = watching({ signal: abort.signal });
    let answer: (task: MigrationTask) => void = () => undefined;
    tasks.get = () => new Promise((resolve) => (answer = resolve));
    watcher.add(TASK);
    let isOver = false;
    const read = collect(watcher, []).finally(() => (isOver = true));
    const rejected = expect(read).rejects.toMatchObject({ code: "ABORTED" });
    abort.abort();
    await time.pass(MINUTE);
    expect(isOver).toBe(false);
    answer(readTask({ id: TASK, status: "inProgress" }));
    await rejected;
  });

  it("asks its timer for no more than an hour, as timers of the machine can't wait for months", async () => {
    const asked: number[] = [];
    const time = new VirtualTime();
    const tasks = new ScriptedTasks(time);
    const timer = (milliseconds: number, signal: AbortSignal | undefined) => {
      asked.push(milliseconds);
      return time.timer(milliseconds, signal);
    };
    const watcher = watchTasks({ tasks, now: time.clock, timer, pollRunningMs: 300 * MINUTE });
    watcher.add(TASK);
    const read = collect(watcher, []).catch(() => undefined);
    await time.pass(3 * 60 * MINUTE);
    expect([tasks.looks.length, Math.max(...asked)]).toEqual([1, 60 * MINUTE]);
    tasks.script.set(TASK, [[0, "completed"]]);
    watcher.end();
    await time.pass(300 * MINUTE);
    await read;
    expect(tasks.looks).toHaveLength(2);
  });

  it("breaks with its timer, and stays broken", async () => {
    const { watcher } = watching({ timer: () => Promise.reject(new RangeError("no time")) });
    const reads = [collect(watcher, [])];
    watcher.add(TASK);
    watcher.add(taskNumber(2));
    await expect(reads[0]).rejects.toThrow("no time");
    await expect(collect(watcher, [])).rejects.toThrow("no time");
  });

  it("refuses a second iteration at once, and what makes no sense", async () => {
    const { time, watcher, reading } = watching();
    const read = reading();
    await time.pass(1);
    await expect(collect(watcher, [])).rejects.toMatchObject({ code: "INVALID_OPTION" });
    watcher.end();
    await read;
    for (const name of ["pollRunningMs", "pollNotStartedMs", "requestsPerMinute", "missingLooks"]) {
      expect(() => watching({ [name]: 0 })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      expect(() => watching({ [name]: Number.NaN })).toThrow(PrimepackError);
    }
    expect(() => watching().watcher.add("..")).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});
