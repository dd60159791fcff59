import { fileSystemSource, type Ledger, memoryLedger } from "@primepack/core";
import { type MigrationEvent, memoryJournal, migrate, readStatus } from "@primepack/runner";
import { folderDigest, makeTree, manyFiles, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatedSite, endsByOutcome, startEmulatedSite } from "./emulated-site.ts";

const folder = temporaryFolder();
let site: EmulatedSite;
let runs = 0;

beforeAll(async () => {
  site = await startEmulatedSite(folder("emulator"));
  await makeTree(folder("source"), manyFiles(2, 5));
});
afterAll(() => site?.stop());

async function prepare() {
  const library = await site.library();
  const ledger: Ledger = memoryLedger();
  const begin = () => {
    runs += 1;
    const directory = folder(`run-${runs}`);
    const journal = memoryJournal();
    const options = (resubmitUnknown = false) =>
      library.options({
        directory,
        journal,
        resubmitUnknown,
        source: fileSystemSource(folder("source")),
        ledger: { store: ledger },
        packaging: { limits: { maxItems: 3 } },
        limits: { packagesAhead: 1 },
      });
    return { options, packages: () => [...readStatus(journal).packages()], status: () => readStatus(journal).run };
  };
  /** Drained at its first job, with its source read to the end. */
  const interrupted = async () => {
    const run = begin();
    site.setFaults({ slowObjectMs: 20 });
    const begun = migrate(run.options());
    for await (const event of begun) if (event.type === "package" && event.package.jobId !== undefined) break;
    begun.drain();
    await begun.result;
    site.setFaults({});
    expect(run.status()?.scanned).toBeDefined();
    expect(run.packages().some(({ stage }) => stage === "planned")).toBe(true);
    expect(run.packages().some(({ stage }) => stage === "submitted")).toBe(true);
    return run;
  };
  return { library, ledger, begin, interrupted };
}

describe("migrate() of a run after another one with its ledger", () => {
  it("settles what was submitted, sends nothing more, and ends with PLAN_CHANGED each time", {
    timeout: 120_000,
  }, async () => {
    const { library, ledger, begin, interrupted } = await prepare();
    const first = await interrupted();
    expect(await migrate(begin().options()).result).toMatchObject({ status: "complete" });
    const [jobs, entries] = [library.jobs(), [...ledger.entries()].map(({ id, itemId }) => [id, itemId])];
    const waiting = first.packages().filter(({ jobId }) => jobId === undefined);
    for (const resubmitUnknown of [false, true]) {
      await expect(migrate(first.options(resubmitUnknown)).result).rejects.toMatchObject({ code: "PLAN_CHANGED" });
      expect(first.packages().filter(({ stage }) => stage === "settled").length).toBeGreaterThan(0);
      expect(first.packages().filter(({ jobId }) => jobId === undefined)).toEqual(waiting);
      expect(first.status()?.status).toBe("interrupted");
    }
    expect(library.jobs()).toBe(jobs);
    expect([...ledger.entries()].map(({ id, itemId }) => [id, itemId])).toEqual(entries);
    expect(await library.digest()).toEqual(await folderDigest(folder("source")));
  });

  it.each<[string, (event: MigrationEvent) => boolean]>([
    ["was to go out again", (event) => event.type === "package" && event.package.stage === "settled"],
    ["would go out again", (event) => event.type === "package" && event.package.jobId !== undefined],
  ])("says of what %s how it failed, as nothing more becomes of it", { timeout: 120_000 }, async (_, isEnough) => {
    const { library, begin } = await prepare();
    const first = begin();
    site.setFaults({ fatalAfter: { objects: 1, jobs: 1 }, slowObjectMs: 20 });
    const begun = migrate(first.options());
    for await (const event of begun) if (isEnough(event)) break;
    begun.drain();
    expect((await begun.result).status).toBe("interrupted");
    expect(await migrate(begin().options()).result).toMatchObject({ status: "complete", counts: { failed: 0 } });
    site.setFaults({});
    const jobs = library.jobs();
    await expect(migrate(first.options()).result).rejects.toMatchObject({ code: "PLAN_CHANGED" });
    expect(library.jobs()).toBe(jobs);
    expect(first.packages().filter(({ retryOf }) => retryOf !== undefined)).toEqual([]);
    const sent = first.packages().filter(({ jobId }) => jobId !== undefined);
    expect(sent).toMatchObject([{ stage: "settled", result: "fatal", items: { imported: 0, failed: 0, unknown: 3 } }]);
    const { unknown = [], pending = [], ...others } = await endsByOutcome(first.options());
    expect(unknown.map(({ code, attempts }) => [code, attempts])).toEqual(Array(3).fill(["JOB_FAILED", 1]));
    expect(pending.filter(({ attempts = 0 }) => attempts > 0)).toEqual([]);
    expect(Object.keys(others)).toEqual([]);
  });

  it("goes on where the other one wrote nothing, which then can't go on", { timeout: 120_000 }, async () => {
    const { library, ledger, interrupted } = await prepare();
    const first = await interrupted();
    await ledger.beginRun("other", ledger.highestItemId + 1);
    expect(ledger.asOf("other")).toBeDefined();
    const none = { failed: 0, unknown: 0, pending: 0 };
    expect(await migrate(first.options()).result).toMatchObject({ status: "complete", counts: none });
    expect(await library.digest()).toEqual(await folderDigest(folder("source")));
    expect(ledger.asOf("other")).toBeUndefined();
  });
});
