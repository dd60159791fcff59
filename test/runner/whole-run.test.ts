import { rm, utimes, writeFile } from "node:fs/promises";
import { fileSystemSource, memoryLedger, type SourceItem } from "@primepack/core";
import { type MigrationEvent, memoryJournal, migrate, readStatus } from "@primepack/runner";
import { folderDigest, makeTree, manyFiles, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatedSite, endsByOutcome, startEmulatedSite } from "./emulated-site.ts";

const folder = temporaryFolder();
let site: EmulatedSite;

beforeAll(async () => {
  site = await startEmulatedSite(folder("emulator"));
});
afterAll(() => site?.stop());

const packaging = { limits: { maxItems: 8 } };

describe("migrate()", () => {
  it("brings every file to the library, folders first, and says so of each item", { timeout: 120_000 }, async () => {
    const library = await site.library();
    await makeTree(folder("source"), manyFiles(4, 6));
    const options = library.options({
      directory: folder("run"),
      source: fileSystemSource(folder("source")),
      packaging,
    });
    const run = migrate(options);
    const events: MigrationEvent[] = [];
    for await (const event of run) events.push(event);
    expect(await run.result).toMatchObject({ status: "complete", packages: 4, jobs: 4 });
    expect(await library.digest()).toEqual(await folderDigest(folder("source")));
    const ends = await endsByOutcome(options);
    expect(Object.keys(ends)).toEqual(["imported"]);
    expect(ends.imported).toHaveLength(8 + 24);
    const packages = [...readStatus(options.journal).packages()];
    const structure = packages.find(({ dependsOn }) => dependsOn.length === 0);
    for (const { dependsOn, submittedAt = "" } of packages) {
      if (dependsOn.length > 0) expect(submittedAt >= (structure?.endedAt ?? "z")).toBe(true);
    }
    expect(events.filter(({ type }) => type === "scanned")).toEqual([
      { type: "scanned", items: 32, bytes: expect.any(Number) },
    ]);
    expect(run.progress).toMatchObject({ imported: 32, failed: 0, unknown: 0, build: { scannedItems: 32, files: 24 } });
    expect(JSON.stringify([events, packages, await run.result])).not.toMatch(/sig=|[?&]se=/);
  });

  it("sends in the next run, with the ledger, only what the target lacks", { timeout: 120_000 }, async () => {
    const library = await site.library();
    const source = folder("delta-source");
    await makeTree(source, { "a/1.txt": "one", "a/2.txt": "two", "3.txt": "three" });
    const store = memoryLedger();
    const run = (name: string) => {
      const given = { directory: folder(name), source: fileSystemSource(source), ledger: { store, deletions: true } };
      return migrate(library.options(given)).result;
    };
    expect((await run("delta-1")).counts).toMatchObject({ imported: 4, unchanged: 0 });
    expect(await run("delta-2")).toMatchObject({ packages: 0, counts: { imported: 0, unchanged: 4 } });
    await writeFile(`${source}/a/2.txt`, "changed");
    await utimes(`${source}/a/2.txt`, new Date(), new Date());
    await rm(`${source}/3.txt`);
    expect((await run("delta-3")).counts).toMatchObject({ imported: 1, deleted: 1, unchanged: 2 });
    expect(await library.digest()).toEqual(await folderDigest(source));
  });

  it("brings contents that only this process has", { timeout: 120_000 }, async () => {
    const library = await site.library();
    async function* source(): AsyncGenerator<SourceItem, void, undefined> {
      for (let number = 0; number < 20; number += 1) {
        const bytes = new TextEncoder().encode(`content ${number}`);
        async function* open() {
          yield bytes.slice();
        }
        yield { kind: "file", path: [`${number}.txt`], size: bytes.length, content: { open } };
      }
    }
    const options = library.options({ directory: folder("local-run"), source: source(), packaging });
    expect(await migrate(options).result).toMatchObject({ status: "complete", counts: { imported: 20 } });
    expect(Object.keys(await library.digest())).toHaveLength(20);
  });

  it("ends at once for a run that is complete, and refuses another target", { timeout: 120_000 }, async () => {
    const library = await site.library();
    await makeTree(folder("small"), { "1.txt": "one" });
    const journal = memoryJournal();
    const given = { directory: folder("again"), journal, source: fileSystemSource(folder("small")) };
    const first = await migrate(library.options(given)).result;
    const second = await migrate(library.options({ ...given, source: fileSystemSource(folder("small")) })).result;
    expect(second).toMatchObject({ status: "complete", counts: first.counts, jobs: 1 });
    expect(library.jobs()).toBe(1);
    const other = await site.library();
    await expect(migrate(other.options(given)).result).rejects.toMatchObject({ code: "RUN_MISMATCH" });
  });

  it("reports what could not be read, and brings the rest", { timeout: 120_000 }, async () => {
    const library = await site.library();
    async function* source(): AsyncGenerator<SourceItem, void, undefined> {
      yield { kind: "file", path: ["good.txt"], size: 1, content: new Uint8Array(1) };
      yield { kind: "file", path: ["bad.txt"], size: 9, content: { path: folder("nowhere") } };
      yield { kind: "file", path: ["a|b.txt"], size: 1, content: new Uint8Array(1) };
    }
    const options = library.options({ directory: folder("partly"), source: source() });
    expect((await migrate(options).result).counts).toMatchObject({ imported: 2, failed: 1, unknown: 0 });
    const { failed } = await endsByOutcome(options);
    expect(failed).toMatchObject([{ source: "bad.txt", code: "SOURCE_GONE", package: "000001" }]);
  });

  it("ends well where every item of a package fails", { timeout: 120_000 }, async () => {
    const library = await site.library();
    async function* source(): AsyncGenerator<SourceItem, void, undefined> {
      yield { kind: "file", path: ["bad.txt"], size: 9, content: { path: folder("nowhere") } };
    }
    const options = library.options({ directory: folder("empty"), source: source() });
    expect(await migrate(options).result).toMatchObject({ status: "complete", jobs: 0, counts: { failed: 1 } });
  });
});
