import type { EmulatorFaults, EmulatorSwitches } from "@primepack/emulator";
import type { MigrationEvent } from "@primepack/runner";
import { deterministicRandom, makeTree, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultySite, type PlaceKind } from "./faulty-site.ts";

const folder = temporaryFolder();
let site: FaultySite;

const tree = {
  "empty.txt": 0,
  "one.bin": 1,
  "Plans/a.txt": "a",
  "Plans/b.bin": 40_000,
  "Plans/deep/er/c.txt": "c",
  "Plans/deep/d.txt": "d",
  "Reports/2024/e.txt": "e",
  "Reports/2024/f.txt": "f",
  "Reports/2023/g.txt": "g",
  "Reports/h.txt": "h",
};
const ITEMS = 10 + 6;

/** The value of each switch that is not its default. */
const OTHER_WAY: Required<EmulatorSwitches> = {
  badJobStatus: 500,
  missingSnapshot: "job",
  sideFiles: "strict",
  manifestOrder: "byName",
  existingFiles: "replace",
  movedItems: "move",
  deletedObjects: "ignore",
  errorLimit: 1,
  md5Error: "missing",
  archiveEncryption: "members",
  logLines: "message",
  deleteRunning: "refuse",
};

const HOUR = 3_600_000;
const silent = { debug: () => undefined, info: () => undefined, error: () => undefined };

beforeAll(async () => {
  await makeTree(folder("source"), tree);
  site = await FaultySite.start(folder(), folder("source"));
});
afterAll(() => site?.stop());

/** Faults that no migration may suffer from. */
const HARMLESS: Readonly<Record<string, EmulatorFaults>> = {
  "429": { throttle: { every: 3, retryAfterSeconds: 0 } },
  "503": { throttle: { every: 4, retryAfterSeconds: 0, status: 503 } },
  "failing progress": { failProgress: { every: 2 } },
  "postponed jobs": { postpone: { times: 2, milliseconds: 10 } },
  "slow jobs": { slowObjectMs: 3 },
  "jobs that start twice": { restartAfter: { objects: 3 } },
  "lost messages": { loseMessage: { every: 2 } },
  "repeated messages": { repeatMessage: { every: 1 } },
  "a fatal error in the first two jobs": { fatalAfter: { objects: 2, jobs: 2 } },
};

/** Faults that may leave something undone, which is then said. */
const HARMFUL: Readonly<Record<string, EmulatorFaults>> = {
  "a fatal error in every job": { fatalAfter: { objects: 3 } },
  "names that are taken": { alreadyExists: { every: 3 } },
  "lost answers of all kinds": { loseAnswer: { every: 5 } },
  "lost answers to submissions, and lost messages": {
    loseAnswer: { every: 2, path: "MigrationJob" },
    loseMessage: { every: 2 },
  },
};

const KINDS: readonly PlaceKind[] = ["library", "library by own containers", "embedded"];

describe.each(KINDS)("migrate() into a %s", (kind) => {
  it.each(Object.entries(HARMLESS))("brings everything in spite of %s", { timeout: 120_000 }, async (_name, faults) => {
    const place = site.place(kind);
    const run = await site.migrated(place, faults);
    expect(run.summary.counts).toMatchObject({ imported: ITEMS, failed: 0, unknown: 0 });
  });

  it.each(Object.entries(HARMFUL))("loses nothing by %s", { timeout: 120_000 }, async (_name, faults) => {
    const place = site.place(kind);
    await site.expectNextRunBringsTheRest(place, await site.migrated(place, faults));
  });
});

/** All faults, each as hard as it is drawn. */
function allFaults(seed: string): EmulatorFaults {
  const random = deterministicRandom(seed);
  let drawn = 0;
  const from = (least: number, most: number) => {
    drawn += 1;
    return least + (Buffer.from(random(4, String(drawn))).readUInt32BE() % (most - least + 1));
  };
  return {
    throttle: { every: from(4, 9), retryAfterSeconds: 0, status: from(0, 1) === 0 ? 429 : 503 },
    loseAnswer: { every: from(7, 15) },
    failProgress: { every: from(2, 5) },
    postpone: { times: from(1, 2), milliseconds: from(1, 20) },
    slowObjectMs: from(1, 3),
    sasLifetimeMs: from(13, 72) * 3_600_000,
    loseMessage: { every: from(2, 5) },
    repeatMessage: { every: from(2, 5) },
    fatalAfter: { objects: from(1, 8), jobs: from(1, 3) },
    alreadyExists: { every: from(3, 8) },
    restartAfter: { objects: from(1, 5) },
  };
}

describe.each(KINDS)("migrate() into a %s, with every fault at once", (kind) => {
  it.each(["a", "b", "c"])("loses nothing, seed %s", { timeout: 120_000 }, async (seed) => {
    const place = site.place(kind);
    await site.expectNextRunBringsTheRest(place, await site.migrated(place, allFaults(`${kind} ${seed}`)));
  });
});

describe("migrate() with SAS that end", () => {
  /** Lets hours pass as soon as the service has the first job. */
  function jump(hours: number) {
    let jobs = 0;
    return (event: MigrationEvent) => {
      if (event.type !== "package" || event.package.stage !== "submitted") return;
      jobs += 1;
      if (jobs === 1) site.clock.ahead += hours * HOUR;
    };
  }

  it.each<PlaceKind>(["library", "embedded"])(
    "uploads into a %s again what waited too long for its turn",
    {
      timeout: 120_000,
    },
    async (kind) => {
      const place = site.place(kind);
      const said: string[] = [];
      const run = await site.migrated(
        place,
        { sasLifetimeMs: 13 * HOUR, slowObjectMs: 30 },
        { limits: { jobsPerSite: 1 }, onEvent: jump(2), logger: { ...silent, warn: (message) => said.push(message) } },
      );
      expect(run.summary).toMatchObject({
        jobs: run.packages.length,
        counts: { imported: ITEMS, failed: 0, unknown: 0 },
      });
      expect(said).toContain("A package is uploaded again");
    },
  );

  it.each<PlaceKind>(["library", "embedded"])(
    "sends to a %s again what the service could not read any more",
    {
      timeout: 120_000,
    },
    async (kind) => {
      const place = site.place(kind);
      const run = await site.migrated(
        place,
        { sasLifetimeMs: 13 * HOUR, postpone: { times: 1, milliseconds: 500 } },
        { limits: { jobsPerSite: 1 }, onEvent: jump(14) },
      );
      expect(run.summary.counts).toMatchObject({ imported: ITEMS, failed: 0, unknown: 0 });
      expect(run.packages.map(({ result }) => result)).toContain("fatal");
      expect(run.packages.some(({ retryOf }) => retryOf !== undefined)).toBe(true);
    },
  );
});

describe("migrate() against a service that decides everything else the other way", () => {
  let other: FaultySite;

  beforeAll(async () => {
    other = await FaultySite.start(folder("other"), folder("source"), { switches: OTHER_WAY });
  });
  afterAll(() => other?.stop());

  it.each(KINDS)("brings everything into a %s", { timeout: 120_000 }, async (kind) => {
    const run = await other.migrated(other.place(kind), {});
    expect(run.summary.counts).toMatchObject({ imported: ITEMS, failed: 0, unknown: 0 });
  });

  it.each(KINDS)("loses nothing on its way into a %s, with every fault at once", { timeout: 120_000 }, async (kind) => {
    const place = other.place(kind);
    await other.expectNextRunBringsTheRest(place, await other.migrated(place, allFaults(`other ${kind}`)));
  });
});
