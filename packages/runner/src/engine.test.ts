import { type Journal, memoryJournal } from "@primepack/core";
import type { MigrationService } from "@primepack/submitter";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { Engine } from "./engine.ts";
import { JOURNAL_SCHEMA_VERSION, keyOf } from "./journal/entries.ts";
import { put } from "./journal/run-journal.ts";
import { JobSlots } from "./stages/job-slots.ts";

const folder = temporaryFolder();
const siteUrl = "https://contoso.example/sites/one";
const planned = {
  ...{ attempt: 1, dependsOn: [], kind: "content", hash: "", portable: true, items: 1, bytes: 0, uploads: 0 },
  ...{ plannedAt: "2026-01-01T00:00:00.000Z", stage: "planned" },
};
const run = {
  ...{ schemaVersion: JOURNAL_SCHEMA_VERSION, runId: "0123456789abcdef", status: "running", service: "sharepoint" },
  ...{ place: siteUrl, listId: "list", settings: "", startedAt: "2026-01-01T00:00:00.000Z" },
};

describe("Engine", () => {
  it("is over, slots and all, only when what it began is, also if it can't take up its packages", async () => {
    const journal = memoryJournal();
    await journal.write([
      put(keyOf.run, run),
      put(keyOf.package("000001"), { ...planned, stage: "submitting", submittedAt: planned.plannedAt }),
      put(keyOf.package("000002"), planned),
    ]);
    let asked = 0;
    let answered = 0;
    const service: Partial<MigrationService> = {
      kind: "sharepoint",
      siteUrl,
      jobs: async (signal) => {
        asked += 1;
        while (signal?.aborted !== true) await new Promise((resolve) => setImmediate(resolve));
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        answered += 1;
        signal.throwIfAborted();
        return [];
      },
    };
    const full: Journal = {
      get: (key) => journal.get(key),
      entries: (prefix) => journal.entries(prefix),
      close: () => journal.close(),
      write: async (changes) => {
        if (changes.some(({ key }) => key === keyOf.package("000002"))) throw new Error("The disk is full");
        await journal.write(changes);
      },
    };
    const slots = new JobSlots();
    const options = {
      ...{ directory: folder("run"), journal: full, service: service as MigrationService },
      events: { read: async () => ({ events: [], token: "" }) },
    };
    await expect(new Engine(options, "cancel", undefined, slots).result).rejects.toThrow("The disk is full");
    expect({ asked, answered, held: slots.of(siteUrl) }).toEqual({ asked: 1, answered: 1, held: 0 });
  });
});
