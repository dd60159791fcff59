import { fileSystemSource, memoryLedger } from "@primepack/core";
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
});
