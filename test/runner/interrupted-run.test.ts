import { readFile } from "node:fs/promises";
import { fileSystemSource, memoryLedger, type SourceItem } from "@primepack/core";
import { memoryJournal, migrate, readStatus } from "@primepack/runner";
import { folderDigest, makeTree, manyFiles, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashingJournal, type EmulatedSite, endsByOutcome, startEmulatedSite } from "./emulated-site.ts";

const folder = temporaryFolder();
let site: EmulatedSite;

beforeAll(async () => {
  site = await startEmulatedSite(folder("emulator"));
  await makeTree(folder("source"), manyFiles(1, 2));
});
afterAll(() => site?.stop());

const packaging = { limits: { maxItems: 3 } };

describe("migrate() after its process was killed", () => {
  it.each([
    ["kept", true],
    ["lost", false],
  ])(
    "ends as if it had not been, after whichever write of its journal; a further one was %s",
    {
      timeout: 280_000,
    },
    async (name, lastIsKept) => {
      let writes = 0;
      for (let kept = 0; ; kept += 1) {
        const library = await site.library();
        const directory = folder(`run-${name}-${kept}`);
        const journal = memoryJournal();
        const ledger = memoryLedger();
        const crashing = new CrashingJournal(journal, kept, lastIsKept);
        const source = () => fileSystemSource(folder("source"));
        const more = { directory, packaging, ledger: { store: ledger } };
        const killed = migrate(library.options({ ...more, journal: crashing, source: source() }));
        const end = await killed.result.then(
          () => "whole",
          () => "killed",
        );
        if (end === "whole") {
          writes = crashing.writes;
          break;
        }
        const left = [...readStatus(journal).packages()];
        const isSubmitting = left.some(({ stage }) => stage === "submitting");
        const known = left.filter(({ jobId }) => jobId !== undefined).length;
        const options = library.options({ ...more, journal, source: source() });
        const sent = library.jobs();
        let summary = await migrate(options).result;
        if (summary.counts.unknown > 0) {
          // Killed before the submission went out: nothing can show that it didn't.
          expect(isSubmitting && sent === known, `unknown after ${kept} writes`).toBe(true);
          summary = await migrate({ ...library.options({ ...more, journal, source: source() }), resubmitUnknown: true })
            .result;
        }
        const packages = [...readStatus(journal).packages()];
        const context = `killed after ${kept} writes: ${JSON.stringify(packages.map(({ name, stage, result }) => [name, stage, result]))}`;
        expect(summary.status, context).toBe("complete");
        expect(summary.counts, context).toMatchObject({ imported: 4, failed: 0, unknown: 0, pending: 0 });
        expect(await library.digest(), context).toEqual(await folderDigest(folder("source")));
        expect(new Set(packages.map(({ jobId }) => jobId)).size, context).toBe(packages.length);
        expect(
          [...ledger.entries()].filter(({ received }) => received === undefined),
          context,
        ).toEqual([]);
        expect((await endsByOutcome(options)).imported?.length, context).toBe(4);
      }
      expect(writes).toBeGreaterThan(20);
    },
  );

  it.each([1, 2, 3, 4, 5, 6])(
    "ends as it should with every fault on, killed again and again (%i)",
    {
      timeout: 200_000,
    },
    async (seed) => {
      const random = lcg(seed);
      const library = await site.library();
      const directory = folder(`faulty-${seed}`);
      const journal = memoryJournal();
      const ledger = { store: memoryLedger() };
      const options = () => {
        const source = seed % 2 === 0 ? localFiles() : fileSystemSource(folder("source"));
        return library.options({ directory, packaging, ledger, journal, source });
      };
      site.setFaults({
        throttle: { every: 7, retryAfterSeconds: 0 },
        loseAnswer: { every: 2, path: "CreateMigrationJob" },
        failProgress: { every: 3 },
        postpone: { times: 1, milliseconds: 20 },
        fatalAfter: { objects: 1, jobs: 2 },
        restartAfter: { objects: 1 },
        loseMessage: { every: 5 },
        repeatMessage: { every: 3 },
      });
      for (let kill = 0; kill < 4; kill += 1) {
        const crashing = new CrashingJournal(journal, 2 + random(12), random(2) === 1);
        await migrate({ ...options(), journal: crashing }).result.catch(() => undefined);
      }
      let summary = await migrate(options()).result;
      for (let time = 0; summary.counts.unknown > 0 && time < 4; time += 1) {
        const unknown = [...readStatus(journal).packages()].filter(({ stage }) => stage === "unknown");
        expect(unknown.length, JSON.stringify(summary.counts)).toBeGreaterThan(0);
        summary = await migrate({ ...options(), resubmitUnknown: true }).result;
      }
      site.setFaults({});
      expect(summary).toMatchObject({ status: "complete", counts: { imported: 4, failed: 0, unknown: 0, pending: 0 } });
      expect(await library.digest()).toEqual(await folderDigest(folder("source")));
      expect([...ledger.store.entries()].every(({ received }) => received !== undefined)).toBe(true);
    },
  );
});

/** The same files as those of the folder, as contents that only this process has. */
async function* localFiles(): AsyncGenerator<SourceItem, void, undefined> {
  for await (const item of fileSystemSource(folder("source"))) {
    if (item.kind !== "file" || !("path" in item.content)) yield item;
    else {
      const { path } = item.content as { readonly path: string };
      yield {
        ...item,
        content: {
          open: async () =>
            (async function* () {
              yield await readFile(path);
            })(),
        },
      };
    }
  }
}

/** Numbers from 0 up to `below`, the same for the same seed. */
function lcg(seed: number): (below: number) => number {
  let state = seed * 7919;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}
