import { fileSystemSource, type SourceItem } from "@primepack/core";
import {
  cancelMigration,
  type MigrateOptions,
  memoryJournal,
  migrate,
  readStatus,
  settleMigration,
} from "@primepack/runner";
import { folderDigest, makeTree, manyFiles, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatedSite, endsByOutcome, startEmulatedSite } from "./emulated-site.ts";

const folder = temporaryFolder();
let site: EmulatedSite;
let runs = 0;

beforeAll(async () => {
  site = await startEmulatedSite(folder("emulator"));
  await makeTree(folder("source"), manyFiles(2, 3));
});
afterAll(() => site?.stop());

async function run(more: Partial<MigrateOptions> = {}) {
  runs += 1;
  const library = await site.library();
  const given = { directory: folder(`run-${runs}`), journal: memoryJournal(), packaging: { limits: { maxItems: 4 } } };
  const options = () => library.options({ ...given, source: fileSystemSource(folder("source")), ...more });
  const packages = () => [...readStatus(given.journal).packages()];
  return { library, given, options, packages };
}

describe("migrate() when the answer to a submission is lost", () => {
  it("finds the job by its messages in the run's queue", { timeout: 120_000 }, async () => {
    const { library, options } = await run();
    site.setFaults({ loseAnswer: { every: 1, path: "CreateMigrationJob" } });
    const summary = await migrate(options()).result;
    site.setFaults({});
    expect(summary).toMatchObject({ status: "complete", jobs: 3, counts: { imported: 10, unknown: 0 } });
    expect(library.jobs()).toBe(3);
    expect(await library.digest()).toEqual(await folderDigest(folder("source")));
  });

  it("finds the job without a queue by its logs, where it was seen while it ran", { timeout: 120_000 }, async () => {
    const { library, options } = await run({ queue: false });
    site.setFaults({ loseAnswer: { every: 1, path: "CreateMigrationJob" }, postpone: { times: 1, milliseconds: 400 } });
    const summary = await migrate(options()).result;
    site.setFaults({});
    expect(summary).toMatchObject({ status: "complete", jobs: 3, counts: { imported: 10, unknown: 0 } });
    expect(library.jobs()).toBe(3);
  });

  it("calls it unknown where nothing shows it, and sends it again only when told to", {
    timeout: 120_000,
  }, async () => {
    const { library, options, packages } = await run({ queue: false });
    const given = options();
    // As if the service had never shown the job.
    Object.assign(given.service, { jobs: async () => [] });
    site.setFaults({ loseAnswer: { every: 1, path: "CreateMigrationJob" } });
    const summary = await migrate(given).result;
    site.setFaults({});
    expect(summary).toMatchObject({ status: "complete", counts: { imported: 0, unknown: 10 } });
    expect(packages().every(({ stage }) => stage === "unknown")).toBe(true);
    expect((await endsByOutcome(given)).unknown?.[0]).toMatchObject({ code: "SUBMISSION_UNKNOWN" });
    expect(library.jobs()).toBe(1);
    expect((await migrate(options()).result).counts).toMatchObject({ imported: 0, unknown: 10 });
    expect(library.jobs()).toBe(1);
    const again = await migrate({ ...options(), resubmitUnknown: true }).result;
    expect(again).toMatchObject({ status: "complete", counts: { imported: 10, unknown: 0 } });
    expect(library.jobs()).toBe(4);
    expect(await library.digest()).toEqual(await folderDigest(folder("source")));
  });
});

describe("cancelMigration()", () => {
  it("ends the jobs that run, and what was not sent, for good", { timeout: 120_000 }, async () => {
    const { library, options, packages, given } = await run();
    site.setFaults({ slowObjectMs: 300 });
    const begun = migrate(options());
    for await (const event of begun) {
      if (event.type === "package" && event.package.startedAt !== undefined) break;
    }
    begun.drain();
    expect((await begun.result).status).toBe("interrupted");
    const { directory, journal, service, events, limits } = options();
    const summary = await cancelMigration({ directory, journal, service, events, ...(limits ? { limits } : {}) })
      .result;
    site.setFaults({});
    expect(summary.status).toBe("cancelled");
    expect(summary.counts.pending).toBe(0);
    expect(packages().every(({ stage }) => stage === "settled")).toBe(true);
    expect(packages().map(({ result }) => result)).toEqual(["cancelled", undefined, undefined]);
    expect(summary.counts.failed + summary.counts.unknown + summary.counts.imported).toBe(10);
    await expect(migrate(options()).result).rejects.toMatchObject({ code: "RUN_CANCELLED" });
    expect(library.jobs()).toBe(1);
    expect(given.directory).toContain("run-");
  });
});

describe("drain()", () => {
  it("leaves jobs at the service running; settleMigration() settles them, and migrate() does the rest", {
    timeout: 120_000,
  }, async () => {
    const { library, options, packages } = await run();
    site.setFaults({ slowObjectMs: 20 });
    const begun = migrate(options());
    for await (const event of begun) {
      if (event.type === "package" && event.package.jobId !== undefined) break;
    }
    begun.drain();
    expect((await begun.result).status).toBe("interrupted");
    site.setFaults({});
    const { directory, journal, service, events, limits } = options();
    const settled = await settleMigration({ directory, journal, service, events, ...(limits ? { limits } : {}) })
      .result;
    expect(settled.status).toBe("interrupted");
    expect(packages().filter(({ stage }) => stage === "settled")).toHaveLength(1);
    expect(library.jobs()).toBe(1);
    expect(await migrate(options()).result).toMatchObject({ status: "complete", counts: { imported: 10 } });
    expect(library.jobs()).toBe(3);
  });
});

describe("migrate() that reads its source again", () => {
  it("reads it once more if it was stopped in that, as the records of the first time are gone", {
    timeout: 120_000,
  }, async () => {
    const { library, given, options } = await run({ limits: { packagesAhead: 1 } });
    const scanned = () => readStatus(given.journal).run?.scanned;
    site.setFaults({ slowObjectMs: 20 });
    const first = migrate({ ...options(), source: callersOwn() });
    for await (const event of first) if (event.type === "package" && event.package.jobId !== undefined) break;
    first.drain();
    await first.result;
    site.setFaults({});
    expect(scanned()).toBeDefined();
    const again = migrate({ ...options(), source: callersOwn(() => again.drain()) });
    expect((await again.result).status).toBe("interrupted");
    expect(scanned()).toBeUndefined();
    const { status, counts } = await migrate({ ...options(), source: callersOwn() }).result;
    expect({ status, counts }).toMatchObject({ status: "complete", counts: { imported: 12, failed: 0, pending: 0 } });
    expect(Object.keys(await library.digest())).toHaveLength(12);
  });
});

/** Files that only this process can read; it gets stuck after the first where it is to tell of that. */
async function* callersOwn(stuck?: () => void): AsyncGenerator<SourceItem, void, undefined> {
  for (let number = 0; number < 12; number += 1) {
    const open = async () =>
      (async function* () {
        yield Buffer.from("text");
      })();
    yield { kind: "file", path: [`${number}.txt`], size: 4, content: { open } };
    if (stuck === undefined) continue;
    stuck();
    await new Promise(() => {});
  }
}

describe("migrate() with a source that changed while the run was interrupted", () => {
  it("settles what was sent, then ends with PLAN_CHANGED", { timeout: 120_000 }, async () => {
    const { options, packages } = await run();
    const stopped = migrate({ ...options(), limits: { ...options().limits, packagesAhead: 1 } });
    for await (const event of stopped) {
      if (event.type === "package" && event.package.jobId !== undefined) break;
    }
    stopped.drain();
    await stopped.result;
    // As if the source had not been read to its end.
    const { journal } = options();
    const entry = journal.get("run") as Record<string, never>;
    await journal.write([{ key: "run", value: { ...entry, scanned: undefined } }]);
    await makeTree(folder("source"), { "folder 0/a new file.txt": "new" });
    await expect(migrate(options()).result).rejects.toMatchObject({ code: "PLAN_CHANGED" });
    expect(packages().some(({ stage }) => stage === "settled")).toBe(true);
    expect(packages().some(({ stage }) => stage === "submitted")).toBe(false);
  });
});
