import { fileSystemSource, memoryLedger } from "@primepack/core";
import type { EmulatorFaults } from "@primepack/emulator";
import { type MigrateOptions, migrate, readStatus } from "@primepack/runner";
import { folderDigest, makeTree, manyFiles, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatedSite, endsByOutcome, startEmulatedSite } from "./emulated-site.ts";

const folder = temporaryFolder();
let site: EmulatedSite;
let runs = 0;

beforeAll(async () => {
  site = await startEmulatedSite(folder("emulator"));
  await makeTree(folder("source"), manyFiles(3, 4));
});
afterAll(() => site?.stop());

async function migrated(faults: EmulatorFaults, more: Partial<MigrateOptions> = {}) {
  runs += 1;
  const library = await site.library();
  const ledger = { store: memoryLedger() };
  const options = library.options({
    directory: folder(`run-${runs}`),
    source: fileSystemSource(folder("source")),
    packaging: { limits: { maxItems: 6 } },
    ledger,
    ...more,
  });
  site.setFaults(faults);
  try {
    const summary = await migrate(options).result;
    const packages = [...readStatus(options.journal).packages()];
    return { library, options, ledger, summary, packages, ends: await endsByOutcome(options) };
  } finally {
    site.setFaults({});
  }
}

const whole = { imported: 18, failed: 0, unknown: 0, pending: 0 };

describe("migrate() against a service with faults", () => {
  it.each<[string, EmulatorFaults]>([
    ["that throttles", { throttle: { every: 3, retryAfterSeconds: 0 } }],
    ["that is busy", { throttle: { every: 4, retryAfterSeconds: 0, status: 503 } }],
    ["that fails to tell the progress", { failProgress: { every: 2 } }],
    ["that postpones", { postpone: { times: 2, milliseconds: 10 } }],
    ["that is slow", { slowObjectMs: 5 }],
    ["that restarts jobs", { restartAfter: { objects: 3 } }],
    ["that loses and repeats messages", { loseMessage: { every: 2 }, repeatMessage: { every: 3 } }],
    ["that loses answers to what may be asked again", { loseAnswer: { every: 3, path: "Progress" } }],
  ])("%s brings everything", { timeout: 120_000 }, async (_name, faults) => {
    const { summary, library } = await migrated(faults);
    expect(summary).toMatchObject({ status: "complete", counts: whole });
    expect(await library.digest()).toEqual(await folderDigest(folder("source")));
  });

  it("sends again what a fatal error left open, the folders first", { timeout: 120_000 }, async () => {
    const { summary, packages, library, ledger } = await migrated({ fatalAfter: { objects: 2, jobs: 2 } });
    expect(summary).toMatchObject({ status: "complete", counts: whole });
    expect(packages.filter(({ retryOf }) => retryOf !== undefined).map(({ attempt }) => attempt)).toEqual([2, 3]);
    expect(await library.digest()).toEqual(await folderDigest(folder("source")));
    expect([...ledger.store.entries()].every(({ received }) => received !== undefined)).toBe(true);
  });

  it("gives up after the attempts that it has, and sends nothing that needs what failed", {
    timeout: 120_000,
  }, async () => {
    const { summary, packages, ends, ledger } = await migrated(
      { fatalAfter: { objects: 2 } },
      { limits: { attempts: 2 } },
    );
    expect(summary).toMatchObject({ status: "complete", counts: { imported: 0, unknown: 6, failed: 12 } });
    expect(packages.map(({ name }) => name)).toContain("000001-r2");
    expect(packages.map(({ name }) => name)).not.toContain("000001-r3");
    expect(ends.unknown?.every(({ code, attempts }) => code === "JOB_FAILED" && attempts === 2)).toBe(true);
    expect(ends.failed?.every(({ code }) => code === "DEPENDENCY_NOT_IMPORTED")).toBe(true);
    expect([...ledger.store.entries()].some(({ received }) => received !== undefined)).toBe(false);
  });

  it("reports names that were taken, and doesn't send them again", { timeout: 120_000 }, async () => {
    const { summary, ends, ledger } = await migrated({ alreadyExists: { every: 4 } });
    expect(summary.counts).toMatchObject({ imported: 15, failed: 3, unknown: 0 });
    expect(ends.failed?.map(({ code }) => code)).toEqual(["-2147024816", "-2147024816", "-2147024816"]);
    expect([...ledger.store.entries()].filter(({ received }) => received === undefined)).toHaveLength(3);
  });

  it("refuses SAS that are too short from the beginning", { timeout: 120_000 }, async () => {
    await expect(migrated({ sasLifetimeMs: 3_600_000 })).rejects.toMatchObject({ code: "SAS_TOO_SHORT" });
  });
});
