import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BatchOptions,
  type BatchSummary,
  cancelBatch,
  readBatch,
  runBatch,
  writeBatchReport,
} from "@primepack/cross-tenant";
import { openLmdbJournal } from "@primepack/store-lmdb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmulatedPair, startEmulatedPair } from "./emulated-organizations.ts";

const USERS = 30;

let directory = "";
let pair: EmulatedPair;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "batch-"));
  pair = await startEmulatedPair(join(directory, "emulated"), { organizations: { moveMs: 60, startDelayMs: 20 } });
});
afterEach(async () => {
  await pair.stop();
  await rm(directory, { recursive: true });
});

const upn = (number: number) => `user${number}@south.example`;

async function fileOfMoves(): Promise<string> {
  const users = Array.from({ length: USERS }, (_, at) => `user,${upn(at)},user${at}@north.example`);
  const others = [
    'site,https://south.sharepoint.com/sites/one,"https://north.sharepoint.com/sites/one"',
    "site,https://south.sharepoint.com/sites/Team%20Ä,https://north.sharepoint.com/sites/two",
    "group,ops,ops-new",
  ];
  const path = join(directory, "moves.csv");
  await writeFile(path, `\ufeffKind,Source,Target\r\n${[...users, ...others].join("\r\n")}\r\n`);
  return path;
}

/** A run with a journal of its own process's, which is closed at its end. */
async function go(
  options: Partial<BatchOptions>,
  begin: (options: BatchOptions) => ReturnType<typeof runBatch>,
  drainAt = Number.POSITIVE_INFINITY,
): Promise<BatchSummary> {
  const journal = await openLmdbJournal({ path: join(directory, "journal") });
  try {
    const run = begin({
      journal,
      tasks: pair.tasks,
      place: "https://south-my.sharepoint.com",
      limits: { tasks: 8, pollRunningMs: 20, pollNotStartedMs: 20, requestsPerMinute: 600_000, searchMs: 30 },
      ...options,
    });
    let events = 0;
    for await (const _ of run) if (++events === drainAt) run.drain();
    return await run.result;
  } finally {
    await journal.close();
  }
}

describe("a batch of moves in the emulator", () => {
  it("is drained and gone on with among lost answers, throttling and moves that fail, and makes no task twice", async () => {
    await pair.map(...Array.from({ length: USERS }, (_, at) => upn(at)));
    const rows = {
      file: await fileOfMoves(),
      defaults: { target: { targetOrganizationHost: "https://north-my.sharepoint.com" } },
    };
    pair.emulator.setFaults({
      loseAnswer: { every: 7 },
      throttle: { every: 9, retryAfterSeconds: 0 },
      failMove: { every: 5 },
    });
    let summary = await go({ rows }, runBatch, 5);
    for (const events of [40, 70, 30, 20]) summary = await go({ rows }, runBatch, events);
    summary = await go({}, runBatch);
    const tasks = pair.emulator.crossTenant.tasks();
    const ends = tasks.map(({ status }) => status);
    expect(tasks).toHaveLength(USERS + 3);
    expect(summary).toMatchObject({ status: "complete", moves: USERS + 3, findings: 0 });
    expect(summary.counts).toMatchObject({
      completed: ends.filter((status) => status === "completed").length,
      failed: ends.filter((status) => status === "failed").length,
      unknown: 0,
    });
    const journal = await openLmdbJournal({ path: join(directory, "journal"), readOnly: true });
    const { files } = await writeBatchReport({ journal, directory: join(directory, "report") });
    for (const { taskId, outcome } of readBatch(journal).moves()) {
      expect(tasks.find(({ id }) => id === taskId)?.status).toBe(outcome);
    }
    await journal.close();
    expect(files.page).toBe(join(directory, "report", "report.html"));
  });

  it("tells before anything is created which users have no identity mapping, and cancels what is scheduled", async () => {
    await pair.map(...Array.from({ length: USERS - 2 }, (_, at) => upn(at)));
    const rows = {
      file: await fileOfMoves(),
      defaults: {
        target: { targetOrganizationHost: "https://north-my.sharepoint.com" },
        times: { preferredStartDateTime: "2999-01-31T06:00:00Z" },
      },
    };
    expect(await go({ rows }, runBatch)).toMatchObject({
      status: "refused",
      counts: { invalid: 2, pending: USERS + 1 },
    });
    expect(pair.emulator.crossTenant.tasks()).toEqual([]);
    let summary = await go({ skipInvalid: true }, runBatch, 12);
    expect(summary.status).toBe("interrupted");
    const made = pair.emulator.crossTenant.tasks().length;
    expect(made).toBeGreaterThan(0);
    summary = await go({}, cancelBatch);
    expect(summary).toMatchObject({ status: "cancelled", counts: { invalid: 2, cancelled: USERS + 1 } });
    expect(pair.emulator.crossTenant.tasks().map(({ status }) => status)).toEqual(
      Array.from({ length: made }, () => "cancelled"),
    );
  });
});
