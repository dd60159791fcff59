import type { Journal, JournalValue } from "@primepack/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

export interface JournalUnderTest {
  /** A new, empty journal. */
  make(): Journal | Promise<Journal>;
  /** Closes the journal and opens it again; undefined for one that ends with its process. */
  reopen?(journal: Journal): Promise<Journal>;
}

/** All records of the journal, by key. */
export const collectJournal = (journal: Journal, prefix = ""): readonly (readonly [string, JournalValue])[] => [
  ...journal.entries(prefix),
];

/** Keys that collide, or change their order, when compared other than by code unit. */
const keyGiven = fc.oneof(
  fc.constantFrom("a", "b", "ab", "a/b", "\0", "a\0", "\udc80", "\ud800", "\ud83d\ude00", "\uffff", "\ue000", "é"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
  fc.constant("k".repeat(500)),
  fc.constant("\uffff".repeat(500)),
);
const valueGiven = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JournalValue>;
const changesGiven = fc.array(fc.record({ key: keyGiven, value: fc.option(valueGiven, { nil: undefined }) }), {
  maxLength: 6,
});

/** What the port promises, held against a journal that is made for it. */
export function describeJournal(name: string, { make, reopen }: JournalUnderTest): void {
  describe(`${name} as a journal`, () => {
    const made: Journal[] = [];
    const makeOne = async (): Promise<Journal> => {
      const journal = await make();
      made.push(journal);
      return journal;
    };
    let shared: Journal;
    beforeAll(async () => {
      shared = await makeOne();
    });
    afterAll(async () => {
      for (const journal of made) await journal.close();
    });

    it("knows nothing at first", () => {
      expect(shared.get("package/000001")).toBeUndefined();
      expect(collectJournal(shared)).toEqual([]);
    });

    it("gives back what was written, as plain JSON", async () => {
      const journal = await makeOne();
      const value = { stage: "built", attempt: 1, keys: ["a", null, true], left: undefined, "": { "\ud800": -0.5 } };
      await journal.write([
        { key: "package/000001", value },
        { key: "null", value: null },
        { key: "false", value: false },
        { key: "empty", value: "" },
      ]);
      expect(journal.get("package/000001")).toEqual(JSON.parse(JSON.stringify(value)));
      expect(journal.get("null")).toBeNull();
      expect(journal.get("false")).toBe(false);
      expect(journal.get("empty")).toBe("");
    });

    it("keeps what was written whatever becomes of the value", async () => {
      const journal = await makeOne();
      const value = { ids: ["a"] };
      await journal.write([{ key: "k", value }]);
      value.ids.push("b");
      const read = journal.get("k") as { ids: string[] };
      expect(read).toEqual({ ids: ["a"] });
      read.ids.push("c");
      expect(journal.get("k")).toEqual({ ids: ["a"] });
    });

    it("forgets a key whose value is undefined, and takes the last of several changes of a key", async () => {
      const journal = await makeOne();
      await journal.write([{ key: "a", value: 1 }]);
      await journal.write([
        { key: "a", value: undefined },
        { key: "b", value: 1 },
        { key: "b", value: 2 },
        { key: "c", value: 1 },
        { key: "c", value: undefined },
        { key: "never", value: undefined },
      ]);
      expect(collectJournal(journal)).toEqual([["b", 2]]);
      await journal.write([]);
      expect(collectJournal(journal)).toEqual([["b", 2]]);
    });

    it("lists the keys of a prefix only, in order of code units", async () => {
      const journal = await makeOne();
      const keys = ["p", "p/", "p/1", "p/10", "p/2", "p/\ud83d\ude00", "p/\uffff", "p0", "o", "q"];
      await journal.write([...keys].reverse().map((key) => ({ key, value: key })));
      expect(collectJournal(journal, "p/").map(([key]) => key)).toEqual([
        "p/",
        "p/1",
        "p/10",
        "p/2",
        "p/\ud83d\ude00",
        "p/\uffff",
      ]);
      expect(collectJournal(journal)).toHaveLength(keys.length);
      expect(collectJournal(journal, "nothing")).toEqual([]);
    });

    it("lists thousands of records, each once, while others are written", async () => {
      const journal = await makeOne();
      const key = (index: number): string => `item/${String(index).padStart(6, "0")}`;
      await journal.write(Array.from({ length: 2500 }, (_, index) => ({ key: key(index), value: index })));
      const seen: JournalValue[] = [];
      for (const [, value] of journal.entries("item/")) {
        seen.push(value);
        if (value === 0) await journal.write([{ key: "item", value: "before the prefix" }]);
      }
      expect(seen).toEqual(Array.from({ length: 2500 }, (_, index) => index));
    });

    it("refuses keys that are empty or too long, and then writes nothing of the call", async () => {
      const journal = await makeOne();
      for (const key of ["", "k".repeat(501)]) {
        await expect(
          journal.write([
            { key: "good", value: 1 },
            { key, value: 1 },
          ]),
        ).rejects.toMatchObject({ code: "INVALID_OPTION" });
        expect(() => journal.get(key)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      }
      expect(collectJournal(journal)).toEqual([]);
    });

    it("holds what a map would hold after any writes", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(changesGiven, { maxLength: 8 }), keyGiven, async (writes, prefix) => {
          const journal = await make();
          const expected = new Map<string, string>();
          for (const changes of writes) {
            await journal.write(changes);
            for (const { key, value } of changes) {
              if (value === undefined) expected.delete(key);
              else expected.set(key, JSON.stringify(value));
            }
          }
          const after = reopen === undefined ? journal : await reopen(journal);
          const sorted = [...expected].sort(([a], [b]) => (a < b ? -1 : 1));
          expect(collectJournal(after).map(([key, value]) => [key, JSON.stringify(value)])).toEqual(sorted);
          expect(collectJournal(after, prefix).map(([key]) => key)).toEqual(
            sorted.map(([key]) => key).filter((key) => key.startsWith(prefix)),
          );
          await after.close();
        }),
        { numRuns: 25 },
      );
    });

    it("refuses everything once it is closed; closing again does nothing", async () => {
      const journal = await make();
      await journal.write([{ key: "a", value: 1 }]);
      const reading = journal.entries("")[Symbol.iterator]();
      await journal.close();
      await journal.close();
      const closed = expect.objectContaining({ code: "JOURNAL_CLOSED" });
      expect(() => journal.get("a")).toThrow(closed);
      expect(() => reading.next()).toThrow(closed);
      await expect(journal.write([{ key: "a", value: 2 }])).rejects.toMatchObject({ code: "JOURNAL_CLOSED" });
    });
  });
}
