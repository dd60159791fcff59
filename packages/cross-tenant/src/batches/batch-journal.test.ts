import { type Journal, type JournalChange, memoryJournal } from "@primepack/core/model";
import { describe, expect, it } from "vitest";
import type { MoveEntry } from "./batch-entries.ts";
import { BatchJournal } from "./batch-journal.ts";

/** A store that tells of its writes, and fails the one with that number. */
function store(failing?: number) {
  const journal = memoryJournal();
  const writes: (readonly JournalChange[])[] = [];
  const told: Journal = {
    ...{ get: (key) => journal.get(key), entries: (prefix) => journal.entries(prefix), close: () => journal.close() },
    write: async (changes) => {
      if (writes.push(changes) === failing) throw new Error("the disk is full");
      await journal.write(changes);
    },
  };
  return { journal: told, writes };
}

const entry = (line: number): MoveEntry => ({ line, stage: "read" });
const begun = { schemaVersion: 1, place: "p", status: "running", startedAt: "", moves: 0, findings: 0 } as const;

describe("BatchJournal", () => {
  it("writes what comes together at once, with the counts of all of it", async () => {
    const { journal, writes } = store();
    const entries = new BatchJournal(journal);
    await entries.writeBatch(begun);
    await Promise.all([2, 3, 4].map((line) => entries.write([{ entry: entry(line), before: undefined }])));
    const validated: MoveEntry = { line: 3, stage: "validated" };
    await entries.write([{ entry: validated, before: entry(3) }]);
    expect(writes).toHaveLength(3);
    const again = new BatchJournal(journal);
    expect(again.counts.stages).toMatchObject({ read: 2, validated: 1 });
    expect([...again.moves()]).toEqual([entry(2), validated, entry(4)]);
  });

  it("fails all that a write was of, and writes nothing behind it", async () => {
    const { journal, writes } = store(1);
    const entries = new BatchJournal(journal);
    const together = [2, 3].map((line) => entries.write([{ entry: entry(line), before: undefined }]));
    for (const one of together) await expect(one).rejects.toThrow("the disk is full");
    await expect(entries.writeBatch(begun)).rejects.toThrow("the disk is full");
    expect(writes).toHaveLength(1);
  });
});
