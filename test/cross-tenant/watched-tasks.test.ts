import { crossTenantTasks, type Move, type TaskChange, waitForTask, watchTasks } from "@primepack/cross-tenant";
import { startEmulator } from "@primepack/emulator";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it, onTestFinished } from "vitest";

const path = temporaryFolder();
const MINUTE = 60_000;
const BEGIN = Date.UTC(2027, 0, 31, 6);

/** An emulator and a client whose time passes only when somebody waits for it. */
async function emulated() {
  let time = BEGIN;
  const now = () => new Date(time);
  const timer = async (milliseconds: number, signal: AbortSignal | undefined) => {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    time += milliseconds;
  };
  const organizations = { startDelayMs: MINUTE, moveMs: 10 * MINUTE };
  const emulator = await startEmulator({ directory: path("emulator"), now, organizations });
  const credential = { getToken: async () => ({ token: "emulated", expiresOnTimestamp: Date.UTC(2100, 0) }) };
  const tasks = crossTenantTasks({ graphUrl: emulator.graphBetaUrl, credential, now, retry: { timer } });
  onTestFinished(async () => {
    await tasks.close();
    await emulator.stop();
  });
  return { emulator, tasks, now, timer, minutes: () => (time - BEGIN) / MINUTE };
}

function moveOf(number: number): Move {
  const [source, target] = [`south-${number}`, `north-${number}`];
  const organization = { targetOrganizationHost: "https://north-my.sharepoint.com" };
  if (number % 2 === 0)
    return { kind: "group", source: { mailNickname: source }, target: { mailNickname: target }, ...organization };
  return {
    kind: "site",
    source: { siteUrl: `https://south.sharepoint.com/sites/${source}` },
    target: { siteUrl: `https://north.sharepoint.com/sites/${target}` },
    ...organization,
    // Odd ones wait for an hour.
    preferredStartDateTime: new Date(BEGIN + 60 * MINUTE).toISOString(),
  };
}

describe("watchTasks()", () => {
  it("watches emulated tasks to their ends, throttled and failing on the way", async () => {
    const { emulator, tasks, now, timer, minutes } = await emulated();
    const count = 100;
    emulator.setFaults({ failMove: { every: 10 } });
    const watcher = watchTasks({ tasks, now, timer });
    const cancelled = new Set<string>();
    for (let number = 0; number < count; number++) {
      const { id = "", ...task } = await tasks.create(moveOf(number));
      if (number % 50 === 1) {
        await tasks.cancel(id);
        cancelled.add(id);
      }
      watcher.add(id, number % 3 === 0 ? { id, ...task } : undefined);
    }
    watcher.end();
    emulator.setFaults({ failMove: { every: 10 }, throttle: { every: 40, retryAfterSeconds: 5 } });
    const ends = new Map<string, { readonly change: TaskChange; readonly minute: number }>();
    for await (const change of watcher) {
      if (change.type !== "changed") ends.set(change.taskId, { change, minute: minutes() });
    }
    const statuses = [...ends].map(([taskId, { change }]) => {
      if (cancelled.has(taskId)) expect(change).toMatchObject({ type: "ended", task: { status: "cancelled" } });
      return change.type === "ended" ? change.task.status : change.type;
    });
    const of = (status: string) => statuses.filter((one) => one === status).length;
    expect([ends.size, of("cancelled"), of("failed"), of("completed")]).toEqual([count, 2, 10, 88]);
    // The delayed moves start after 61 minutes and run for 10: each end is seen soon after it.
    const last = Math.max(...[...ends.values()].map(({ minute }) => minute));
    expect(last).toBeGreaterThanOrEqual(71);
    expect(last).toBeLessThan(78);
  });
});

describe("waitForTask()", () => {
  it("waits for an emulated task until it has ended", async () => {
    const { tasks, now, timer } = await emulated();
    const { id = "" } = await tasks.create(moveOf(0));
    expect(await waitForTask(tasks, id, { now, timer })).toMatchObject({
      id,
      status: "completed",
      move: moveOf(0),
      startedDateTime: "2027-01-31T06:01:00.000Z",
      finishedDateTime: "2027-01-31T06:11:00.000Z",
    });
    await expect(
      waitForTask(tasks, "4f02f9a2-8d17-4f02-8d5b-0f6f4a3b5c6d", { now, timer, missingLooks: 2 }),
    ).rejects.toMatchObject({ code: "MIGRATION_TASK_NOT_FOUND" });
  });
});
