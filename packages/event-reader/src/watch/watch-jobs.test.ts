import { PrimepackError } from "@primepack/core/errors";
import { ServiceError } from "@primepack/core/http";
import { VirtualTime } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../parse/parse-event.ts";
import type { EventPage, JobUpdate, JobWatcher, PolledEvents } from "../types.ts";
import { watchJobs } from "./watch-jobs.ts";
import type { WatchOptions } from "./watch-types.ts";

const MINUTE = 60_000;

const jobNumber = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const JOB = jobNumber(1);

/** Jobs whose events come at given minutes, and a record of when each was asked. */
class ScriptedEvents implements PolledEvents {
  readonly asked: { readonly jobId: string; readonly at: number; readonly token: string | undefined }[] = [];
  readonly #time: VirtualTime;
  readonly #began: number;
  readonly script: Map<string, readonly (readonly [minute: number, event: string, more?: object])[]> = new Map();
  answer: ((jobId: string) => Promise<EventPage> | undefined) | undefined;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#began = time.now;
  }

  async read(jobId: string, token: string | undefined): Promise<EventPage> {
    this.asked.push({ jobId, at: this.#time.now - this.#began, token });
    const answer = this.answer?.(jobId);
    if (answer !== undefined) return answer;
    const minute = (this.#time.now - this.#began) / MINUTE;
    const past = (this.script.get(jobId) ?? []).filter(([at]) => at <= minute);
    const events = past
      .slice(Number(token ?? 0))
      .map(([, Event, more]) => parseEvent({ Event, JobId: jobId, ...more }));
    return { events, token: String(past.length), requests: events.length > 0 ? 2 : 1 };
  }

  minutesOf(jobId: string): number[] {
    return this.asked.filter((one) => one.jobId === jobId).map(({ at }) => Math.round((at / MINUTE) * 100) / 100);
  }
}

function watching(options: Partial<WatchOptions> = {}) {
  const time = new VirtualTime();
  const events = new ScriptedEvents(time);
  const { clock, timer } = time;
  const watcher = watchJobs({ events, clock, timer, random: () => 0.5, ...options });
  const updates: JobUpdate[] = [];
  return { time, events, watcher, updates, reading: () => collect(watcher, updates) };
}

async function collect(watcher: JobWatcher, updates: JobUpdate[]): Promise<void> {
  for await (const update of watcher) updates.push(update);
}

const shown = (updates: readonly JobUpdate[]) =>
  updates.map((update) => {
    if (update.type === "events") return update.events.map(({ type }) => type).join(" ");
    return update.type === "over" ? `over: ${update.how}` : update.type;
  });

describe("watchJobs()", () => {
  it("asks a job that waits every five minutes and a running one every minute, until JobEnd", async () => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: `{${JOB.toUpperCase()}}` }] });
    events.script.set(JOB, [
      [0, "JobQueued"],
      [7, "JobStart"],
      [11.5, "JobProgress"],
      [13.2, "JobEnd"],
    ]);
    const read = reading();
    await time.pass(60 * MINUTE);
    expect(shown(updates)).toEqual(["JobQueued", "JobStart", "JobProgress", "JobEnd", "over: ended"]);
    expect(events.minutesOf(JOB)).toEqual([0, 5, 10, 11, 12, 13, 14]);
    expect(updates.at(-1)).toEqual({ type: "over", jobId: JOB, how: "ended" });
    expect(watcher.size).toBe(0);
    watcher.close();
    await read;
  });

  it.each([
    ["JobCancelled", ["JobStart", "JobCancelled"]],
    ["JobFatalError", ["JobStart", "JobFatalError"]],
    ["JobDeleted, if it ran", ["JobStart", "JobDeleted"]],
  ])("waits for JobEnd after %s", async (_name, names) => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }] });
    events.script.set(JOB, [...names.map((name) => [0, name] as const), [2, "JobEnd"]]);
    const read = reading();
    await time.pass(1.5 * MINUTE);
    expect(shown(updates)).toEqual([names.join(" ")]);
    await time.pass(10 * MINUTE);
    expect(shown(updates)).toEqual([names.join(" "), "JobEnd", "over: ended"]);
    watcher.close();
    await read;
  });

  it("is over with JobDeleted if the job never ran", async () => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }] });
    events.script.set(JOB, [
      [0, "JobQueued"],
      [1, "JobDeleted"],
    ]);
    const read = reading();
    await time.pass(10 * MINUTE);
    expect(shown(updates)).toEqual(["JobQueued", "JobDeleted", "over: deleted"]);
    watcher.close();
    await read;
  });

  it("asks a postponed job when it is to be picked up, and after an hour at the latest", async () => {
    const { time, events, watcher, reading } = watching({ jobs: [{ jobId: JOB }] });
    const NextPickupTime = (minutes: number) => ({
      NextPickupTime: new Date(time.now + minutes * MINUTE).toISOString(),
    });
    events.script.set(JOB, [
      [0, "JobPostponed", NextPickupTime(20)],
      [19, "JobPostponed", NextPickupTime(500)],
    ]);
    const read = reading();
    await time.pass(90 * MINUTE);
    expect(events.minutesOf(JOB)).toEqual([0, 20.1, 80.2]);
    watcher.close();
    await read;
  });

  it("goes on from a token, and asks a job often that is known to run", async () => {
    const { time, events, watcher, updates, reading } = watching();
    events.script.set(JOB, [
      [0, "JobStart"],
      [0, "JobProgress"],
      [1.5, "JobEnd"],
    ]);
    watcher.watch({ jobId: JOB, token: "2", running: true });
    const read = reading();
    await time.pass(5 * MINUTE);
    expect(events.asked.map(({ token }) => token)).toEqual(["2", "2", "2"]);
    expect(updates[0]).toMatchObject({ type: "events", token: "3", events: [{ type: "JobEnd" }] });
    watcher.close();
    await read;
  });

  it("tells of silence once in each such time, and watches on", async () => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }], silenceMs: 30 * MINUTE });
    events.script.set(JOB, [
      [2, "JobStart"],
      [100, "JobEnd"],
    ]);
    const read = reading();
    await time.pass(120 * MINUTE);
    expect(shown(updates)).toEqual(["JobStart", "silent", "silent", "silent", "JobEnd", "over: ended"]);
    expect(updates[1]).toEqual({ type: "silent", jobId: JOB, silentMs: 30 * MINUTE });
    watcher.close();
    await read;
  });

  it("is silent about a job whose events can't be read, too", async () => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }], silenceMs: 60 * MINUTE });
    events.answer = () => Promise.reject(passing());
    const read = reading();
    await time.pass(70 * MINUTE);
    expect(shown(updates)).toEqual(["silent"]);
    watcher.close();
    await read;
  });

  it.each(["JOB_NOT_FOUND", "JOB_STATUS_EXPIRED"] as const)("gives a job up as gone with %s", async (code) => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }] });
    events.answer = () => Promise.reject(new ServiceError(code, "Cannot read"));
    const read = reading();
    await time.pass(MINUTE);
    expect(shown(updates)).toEqual(["over: gone"]);
    expect(events.asked).toHaveLength(1);
    watcher.close();
    await read;
  });

  it("asks again after errors that pass, after half a minute and then more and more rarely", async () => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }] });
    events.script.set(JOB, [[30, "JobEnd"]]);
    let failing = true;
    events.answer = () => (failing ? Promise.reject(passing()) : undefined);
    const read = reading();
    await time.pass(20 * MINUTE);
    expect(events.minutesOf(JOB)).toEqual([0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5]);
    failing = false;
    await time.pass(20 * MINUTE);
    expect(shown(updates)).toEqual(["JobEnd", "over: ended"]);
    watcher.close();
    await read;
  });

  it("fails a job for an error that stays: at once if it was never read, else after three in a row", async () => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }, { jobId: jobNumber(2) }] });
    const forbidden = new ServiceError("SERVICE_FORBIDDEN", "Cannot read");
    let failing = false;
    events.answer = (jobId) => (failing || jobId !== JOB ? Promise.reject(forbidden) : undefined);
    const read = reading();
    await time.pass(MINUTE);
    expect(updates).toEqual([{ type: "over", jobId: jobNumber(2), how: "failed", error: forbidden }]);
    failing = true;
    await time.pass(10 * MINUTE);
    expect(updates[1]).toEqual({ type: "over", jobId: JOB, how: "failed", error: forbidden });
    expect(events.minutesOf(JOB)).toEqual([0, 5, 5.5, 6.5]);
    watcher.close();
    await read;
  });

  it("makes an error with a code of whatever else is thrown", async () => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }] });
    events.answer = () => Promise.reject(new TypeError("no function"));
    const read = reading();
    await time.pass(MINUTE);
    expect(updates).toMatchObject([{ how: "failed", error: { code: "INTERNAL", cause: { message: "no function" } } }]);
    watcher.close();
    await read;
  });

  it("holds all jobs back for as long as Retry-After asks", async () => {
    const jobs = Array.from({ length: 20 }, (_, at) => ({ jobId: jobNumber(at), running: true }));
    const { time, events, watcher, reading } = watching({ jobs, concurrency: 1 });
    events.answer = () =>
      events.asked.length === 6 ? Promise.reject(passing({ throttled: true, retryAfterMs: 10 * MINUTE })) : undefined;
    const read = reading();
    await time.pass(10 * MINUTE);
    expect(events.asked).toHaveLength(6);
    await time.pass(MINUTE);
    expect(events.asked.length).toBeGreaterThanOrEqual(26);
    watcher.close();
    await read;
  });

  it("keeps to its requests a minute, spread evenly, the further pages of reads counted", async () => {
    const jobs = Array.from({ length: 100 }, (_, at) => ({ jobId: jobNumber(at), running: true }));
    const { time, events, watcher, reading } = watching({ jobs, requestsPerMinute: 30, random: Math.random });
    for (const { jobId } of jobs)
      events.script.set(jobId, [
        [0, "JobStart"],
        [0, "JobProgress"],
      ]);
    const read = reading();
    await time.pass(20 * MINUTE);
    // The first look at each job takes two requests, the others one.
    const requests = events.asked.length + 100;
    expect(requests).toBeLessThanOrEqual(20 * 30 + 1);
    expect(requests).toBeGreaterThanOrEqual(20 * 30 - 2);
    const gaps = events.asked.slice(1).map(({ at }, index) => at - (events.asked[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1999);
    watcher.close();
    await read;
  });

  it("asks running jobs first where the budget is short, and those that wait too", async () => {
    const running = Array.from({ length: 10 }, (_, at) => ({ jobId: jobNumber(at), running: true }));
    const waiting = Array.from({ length: 200 }, (_, at) => ({ jobId: jobNumber(100 + at) }));
    const { time, events, watcher, reading } = watching({ jobs: [...waiting, ...running], requestsPerMinute: 12 });
    const read = reading();
    await time.pass(120 * MINUTE);
    const looks = running.map(({ jobId }) => events.minutesOf(jobId).length);
    // Of 12 requests a minute 9 are left for 10 running jobs at least.
    expect(Math.min(...looks)).toBeGreaterThanOrEqual(100);
    expect(new Set(events.asked.map(({ jobId }) => jobId)).size).toBe(210);
    watcher.close();
    await read;
  });

  it("asks no more jobs than are taken from it", async () => {
    const jobs = Array.from({ length: 20 }, (_, at) => ({ jobId: jobNumber(at) }));
    const { time, events, watcher } = watching({ jobs, concurrency: 3 });
    for (const { jobId } of jobs) events.script.set(jobId, [[0, "JobQueued"]]);
    const iterator = watcher[Symbol.asyncIterator]();
    const first = iterator.next();
    await time.pass(MINUTE);
    expect(events.asked).toHaveLength(3);
    await first;
    await time.pass(MINUTE);
    expect(events.asked).toHaveLength(3);
    const second = iterator.next();
    await time.pass(MINUTE);
    await second;
    expect(events.asked).toHaveLength(4);
    watcher.close();
    expect(await Promise.all([iterator.next(), iterator.next(), iterator.next()])).toMatchObject([
      { value: { jobId: events.asked[2]?.jobId } },
      { value: { jobId: events.asked[3]?.jobId } },
      { done: true },
    ]);
  });

  it("asks nothing before it is iterated, and goes on where an iteration was left", async () => {
    const { time, events, watcher } = watching({ jobs: [{ jobId: JOB }] });
    events.script.set(JOB, [
      [0, "JobStart"],
      [2, "JobEnd"],
    ]);
    await time.pass(MINUTE);
    expect(events.asked).toEqual([]);
    const taken: JobUpdate[] = [];
    const first = (async () => {
      for await (const update of watcher) {
        taken.push(update);
        break;
      }
    })();
    await time.pass(MINUTE);
    await first;
    const second = collect(watcher, taken);
    await time.pass(5 * MINUTE);
    expect(shown(taken)).toEqual(["JobStart", "JobEnd", "over: ended"]);
    watcher.close();
    await second;
  });

  it("forgets a job, also while it is being asked", async () => {
    const { time, events, watcher, updates, reading } = watching({ jobs: [{ jobId: JOB }] });
    let answer: (page: EventPage) => void = () => undefined;
    events.answer = () => new Promise((resolve) => (answer = resolve));
    const read = reading();
    await time.pass(1);
    watcher.forget(JOB.toUpperCase());
    answer({ events: [parseEvent({ Event: "JobEnd", JobId: JOB })], token: "1" });
    await time.pass(60 * MINUTE);
    expect([updates, events.asked.length, watcher.size]).toEqual([[], 1, 0]);
    watcher.close();
    await read;
  });

  it("watches jobs that come later, each once", async () => {
    const { time, events, watcher, updates, reading } = watching();
    events.script.set(JOB, [[0, "JobEnd"]]);
    const read = reading();
    await time.pass(60 * MINUTE);
    watcher.watch({ jobId: JOB });
    watcher.watch({ jobId: `{${JOB}}` });
    expect(watcher.size).toBe(1);
    await time.pass(MINUTE);
    expect(shown(updates)).toEqual(["JobEnd", "over: ended"]);
    watcher.close();
    await read;
  });

  it("ends with ABORTED when its signal aborts, and aborts what it is asking", async () => {
    const abort = new AbortController();
    let asked: AbortSignal | undefined;
    const events: PolledEvents = {
      read: (_jobId, _token, signal) =>
        new Promise((_resolve, reject) => {
          asked = signal;
          signal?.addEventListener("abort", () => reject(signal.reason));
        }),
    };
    const { time, watcher, reading } = watching({ events, jobs: [{ jobId: JOB }], signal: abort.signal });
    const read = reading();
    await time.pass(1);
    abort.abort();
    await expect(read).rejects.toMatchObject({ code: "ABORTED" });
    expect([asked?.aborted, watcher.size]).toEqual([true, 1]);
  });

  it("refuses a second iteration at once, and options that make no sense", async () => {
    const { time, watcher, reading } = watching();
    const read = reading();
    await time.pass(1);
    await expect(collect(watcher, [])).rejects.toMatchObject({ code: "INVALID_OPTION" });
    watcher.close();
    await read;
    expect(() => watching({ pollRunningMs: 0 })).toThrow(PrimepackError);
    expect(() => watching({ requestsPerMinute: Number.NaN })).toThrow(PrimepackError);
  });
});

function passing(advice: { throttled?: boolean; retryAfterMs?: number } = {}): ServiceError {
  return new ServiceError("SERVICE_FAILED", "Cannot read the events", { advice: { retryable: true, ...advice } });
}
