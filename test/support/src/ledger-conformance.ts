import {
  type Ledger,
  type LedgerEntries,
  type LedgerEntry,
  type LedgerState,
  preferredEntry,
  type SourcePath,
} from "@primepack/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

export interface LedgerUnderTest {
  /** A new, empty ledger. */
  make(): Ledger | Promise<Ledger>;
  /** Closes the ledger and opens it again; undefined for one that ends with its process. */
  reopen?(ledger: Ledger): Promise<Ledger>;
}

const state = (packageId: string, fingerprint = "5-100"): LedgerState => ({ package: packageId, fingerprint });

/** An entry of a file, with what a test sets of it. */
export function ledgerEntry(source: SourcePath, fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    kind: "file",
    source,
    path: source,
    id: "11111111-0000-4000-8000-000000000001",
    listItemId: "22222222-0000-4000-8000-000000000002",
    itemId: 1,
    generation: 0,
    built: state("run-1/000001"),
    ...fields,
  };
}

const entriesOf = (entries: Iterable<LedgerEntry>): LedgerEntry[] =>
  [...entries].sort((a, b) => (JSON.stringify(a.source) < JSON.stringify(b.source) ? -1 : 1));

/** All entries, by their source paths. */
export const collectLedger = (ledger: LedgerEntries): LedgerEntry[] => entriesOf(ledger.entries());

/** Names that a file system or a service may give: bytes that are no UTF-8 (lone surrogates), separators, empty ones. */
const nameGiven = fc.oneof(
  fc.constantFrom("", "a", "b", "ab", "a/b", ",", '"', "\0", "\udc80", "\udcff\udc80", "\ud83d", "😀", "é", "e\u0301"),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const pathGiven = fc.array(nameGiven, { minLength: 1, maxLength: 3 });
const guidGiven = fc.oneof(
  fc.uuid(),
  fc.constantFrom("A0000000-0000-4000-8000-00000000000A", "{a0000000-0000-4000-8000-00000000000a}", "no guid", ""),
);
const packageGiven = fc.constantFrom("run-1/000001", "run-1/000002", "run-2/000001", `${"r".repeat(64)}/000001`);
const stateGiven = fc.record({ package: packageGiven, fingerprint: fc.constantFrom("5-100", "6-200", "\ud800", "") });
const entryGiven: fc.Arbitrary<LedgerEntry> = fc
  .record(
    {
      kind: fc.constantFrom("folder", "file", "item"),
      source: pathGiven,
      path: pathGiven,
      id: guidGiven,
      listItemId: guidGiven,
      itemId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      generation: fc.nat(3),
      identity: fc.oneof(fc.constantFrom("1:2:3", "1:2:4", "", "\ud800", "x".repeat(3000)), fc.string()),
      built: stateGiven,
      received: stateGiven,
      movedBy: fc.constantFrom("run-2", "run-3"),
      deletedBy: packageGiven,
    },
    { requiredKeys: ["kind", "source", "path", "id", "listItemId", "itemId", "generation", "built"] },
  )
  .map((entry) => ({ ...entry }));
const runIds = ["run-1", "run-2", "run-3"];
/** What is written; before it a run may begin, or go on. */
const changeGiven = fc.record({
  begins: fc.option(fc.constantFrom(...runIds), { nil: undefined }),
  remove: fc.array(pathGiven, { maxLength: 3 }),
  put: fc.array(entryGiven, { maxLength: 5 }),
});

/** What a ledger is to tell after changes, told in the plainest way. */
class Model {
  highestItemId = 0;
  #entries: ReadonlyMap<string, LedgerEntry> = new Map();
  readonly #runs = new Set<string>();
  /** What runs can be continued by. */
  readonly #asOf = new Map<string, readonly LedgerEntry[]>();
  #begun: string | undefined;

  begin(runId: string): void {
    if (!this.#runs.has(runId)) {
      if (this.#begun !== undefined) this.#asOf.delete(this.#begun);
      this.#begun = runId;
      this.#runs.add(runId);
      this.#asOf.set(runId, this.entries);
    } else if (this.#begun !== undefined && this.#begun !== runId && this.#asOf.has(runId)) {
      this.#asOf.delete(this.#begun);
      this.#begun = undefined;
    }
  }

  write({ put, remove }: { readonly put: readonly LedgerEntry[]; readonly remove: readonly SourcePath[] }): void {
    if (put.length + remove.length > 0 && this.#begun !== undefined) {
      for (const runId of this.#asOf.keys()) if (runId !== this.#begun) this.#asOf.delete(runId);
      this.#begun = undefined;
    }
    const entries = new Map(this.#entries);
    for (const path of remove) entries.delete(JSON.stringify(path));
    for (const entry of put) {
      entries.set(JSON.stringify(entry.source), entry);
      this.highestItemId = Math.max(this.highestItemId, entry.itemId);
    }
    this.#entries = entries;
  }

  get entries(): LedgerEntry[] {
    return [...this.#entries.values()];
  }

  asOf(runId: string): readonly LedgerEntry[] | undefined {
    return this.#runs.has(runId) ? this.#asOf.get(runId) : this.entries;
  }
}

function expectEqual(ledger: Ledger, model: Model, asked: readonly LedgerEntry[]): void {
  expect(ledger.highestItemId).toBe(model.highestItemId);
  expectEntries(ledger, model.entries, asked);
  for (const { built } of asked) {
    expect(entriesOf(ledger.ofPackage(built.package))).toEqual(
      entriesOf(
        model.entries.filter((entry) => entry.built.package === built.package || entry.deletedBy === built.package),
      ),
    );
  }
  for (const runId of runIds) {
    const held = ledger.asOf(runId);
    const wanted = model.asOf(runId);
    if (held === undefined || wanted === undefined) expect(held).toBe(wanted);
    else expectEntries(held, wanted, asked);
  }
}

function expectEntries(entries: LedgerEntries, wanted: readonly LedgerEntry[], asked: readonly LedgerEntry[]): void {
  expect(entries.size).toBe(wanted.length);
  expect(collectLedger(entries)).toEqual(entriesOf(wanted));
  for (const { source, id, identity } of asked) {
    expect(entries.get(source)).toEqual(
      wanted.find((entry) => JSON.stringify(entry.source) === JSON.stringify(source)),
    );
    const holders = wanted.filter((entry) => entry.id === id);
    expect(entries.hasId(id)).toBe(holders.length > 0);
    expect(entriesOf(entries.ofId(id))).toEqual(entriesOf(holders));
    if (identity === undefined) continue;
    expect(entries.byIdentity(identity)).toEqual(preferredEntry(wanted.filter((entry) => entry.identity === identity)));
  }
}

/** What the port `Ledger` promises, run on each implementation. */
export function describeLedger(title: string, { make, reopen }: LedgerUnderTest): void {
  describe(`${title} as a Ledger`, () => {
    const made: Ledger[] = [];
    const makeOne = async (): Promise<Ledger> => {
      const ledger = await make();
      made.push(ledger);
      return ledger;
    };
    let empty: Ledger;
    beforeAll(async () => {
      empty = await makeOne();
    });
    afterAll(async () => {
      for (const ledger of made) await ledger.close();
    });

    it("is empty at first", () => {
      expect(empty.size).toBe(0);
      expect(empty.highestItemId).toBe(0);
      expect([...empty.entries()]).toEqual([]);
      expect(empty.get(["a"])).toBeUndefined();
      expect(empty.byIdentity("1:2:3")).toBeUndefined();
      expect(empty.hasId("11111111-0000-4000-8000-000000000001")).toBe(false);
      expect([...empty.ofPackage("run-1/000001")]).toEqual([]);
      expect(empty.firstItemId("run-1")).toBeUndefined();
    });

    it("gives back every field of what write() put, as soon as it resolves", async () => {
      const ledger = await makeOne();
      const entry = ledgerEntry(["folder", "a.txt"], {
        path: ["Folder", "a_.txt"],
        identity: "64768:123:1700000000000000000",
        itemId: 77,
        generation: 2,
        built: state("run-2/000003", "9-300"),
        received: state("run-1/000001", "9-100"),
        movedBy: "run-3",
        deletedBy: "run-2/000004",
      });
      await ledger.write({ put: [entry] });
      expect(ledger.get(["folder", "a.txt"])).toEqual(entry);
      const plain = ledgerEntry(["plain"], { id: "33333333-0000-4000-8000-000000000003" });
      await ledger.write({ put: [plain] });
      expect(ledger.get(["plain"])).toStrictEqual(plain);
      expect(ledger.highestItemId).toBe(77);
    });

    it("tells names apart that look alike when joined, and keeps bytes that are no UTF-8", async () => {
      const ledger = await makeOne();
      const paths: SourcePath[] = [
        ["a", "b"],
        ["a/b"],
        ["ab"],
        ["", "ab"],
        ["\udc80"],
        ["\udc81"],
        ["\ufffd"],
        ["a\0b"],
      ];
      await ledger.write({ put: paths.map((path, index) => ledgerEntry(path, { itemId: index + 1 })) });
      expect(ledger.size).toBe(paths.length);
      for (const [index, path] of paths.entries()) {
        expect(ledger.get(path)).toMatchObject({ source: path, path, itemId: index + 1 });
      }
    });

    it("finds by its identity the entry that wasn't moved away, else one that was", async () => {
      const ledger = await makeOne();
      await ledger.write({ put: [ledgerEntry(["old"], { identity: "1:2:3" })] });
      expect(ledger.byIdentity("1:2:3")?.source).toEqual(["old"]);
      await ledger.write({
        put: [
          ledgerEntry(["old"], { identity: "1:2:3", movedBy: "run-2" }),
          ledgerEntry(["new"], { identity: "1:2:3" }),
        ],
      });
      expect(ledger.byIdentity("1:2:3")?.source).toEqual(["new"]);
      await ledger.write({ remove: [["new"]] });
      expect(ledger.byIdentity("1:2:3")?.source).toEqual(["old"]);
      await ledger.write({ remove: [["old"]] });
      expect(ledger.byIdentity("1:2:3")).toBeUndefined();
    });

    it("has an id for as long as any entry has it, a moved one too", async () => {
      const ledger = await makeOne();
      const id = "44444444-0000-4000-8000-000000000004";
      await ledger.write({ put: [ledgerEntry(["a"], { id, movedBy: "run-2" }), ledgerEntry(["b"], { id })] });
      await ledger.write({ remove: [["b"]] });
      expect(ledger.hasId(id)).toBe(true);
      await ledger.write({ put: [ledgerEntry(["a"])] });
      expect(ledger.hasId(id)).toBe(false);
    });

    it("forgets paths before it writes entries, in one call", async () => {
      const ledger = await makeOne();
      await ledger.write({ put: [ledgerEntry(["a"]), ledgerEntry(["b"])] });
      await ledger.write({ put: [ledgerEntry(["a"], { itemId: 9 })], remove: [["a"], ["b"], ["never there"]] });
      expect(collectLedger(ledger).map(({ source, itemId }) => [source, itemId])).toEqual([[["a"], 9]]);
      expect(ledger.size).toBe(1);
    });

    it("does not count ids down when entries go", async () => {
      const ledger = await makeOne();
      await ledger.write({ put: [ledgerEntry(["a"], { itemId: 500 })] });
      await ledger.write({ remove: [["a"]] });
      expect(ledger.highestItemId).toBe(500);
    });

    it("keeps what a run began to number with, once", async () => {
      const ledger = await makeOne();
      await ledger.beginRun("run-1", 101);
      await ledger.beginRun("run-1", 999);
      await ledger.beginRun("run-2", 50);
      expect(ledger.firstItemId("run-1")).toBe(101);
      expect(ledger.firstItemId("run-2")).toBe(50);
      expect(ledger.highestItemId).toBe(100);
    });

    it("lets write() be called while entries() and ofPackage() are read", async () => {
      const ledger = await makeOne();
      const put = Array.from({ length: 2500 }, (_, index) => ledgerEntry([`${index}`], { itemId: index + 1 }));
      await ledger.write({ put });
      const seen = new Set<string>();
      for (const entry of ledger.entries()) {
        seen.add(entry.source.join("/"));
        if (seen.size % 1000 === 0) await ledger.write({ put: [{ ...entry, generation: 1 }] });
      }
      expect(seen.size).toBe(2500);
      let count = 0;
      for (const entry of ledger.ofPackage("run-1/000001")) {
        count += 1;
        if (count % 1000 === 0) await ledger.write({ remove: [entry.source] });
      }
      expect(count).toBe(2500);
      expect(ledger.size).toBe(2498);
    });

    it("tells after any changes what the plainest model tells", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(changeGiven, { minLength: 1, maxLength: 5 }), async (changes) => {
          let ledger = await make();
          try {
            const model = new Model();
            for (const { begins, ...change } of changes) {
              if (begins !== undefined) {
                model.begin(begins);
                await ledger.beginRun(begins, 1);
              }
              await ledger.write(change);
              model.write(change);
            }
            const asked = changes.flatMap(({ put, remove }) => [...put, ...remove.map((path) => ledgerEntry(path))]);
            expectEqual(ledger, model, asked);
            if (reopen) {
              ledger = await reopen(ledger);
              expectEqual(ledger, model, asked);
            }
          } finally {
            await ledger.close();
          }
        }),
        { numRuns: reopen ? 25 : 200 },
      );
    });

    it("tells a run in the order of its own what there was when it began, also while it is written to", async () => {
      const ledger = await makeOne();
      const entry = (index: number): LedgerEntry =>
        ledgerEntry([`${index % 7}`, `${index}`], { itemId: index + 1, identity: `${index % 2500}` });
      const held = Array.from({ length: 2500 }, (_, index) => entry(index));
      await ledger.write({ put: held });
      await ledger.beginRun("run-1", 3000);
      const asOf = ledger.asOf("run-1");
      const order = [...(asOf?.entries() ?? [])];
      expect(entriesOf(order)).toEqual(entriesOf(held));
      const seen: LedgerEntry[] = [];
      for (const each of asOf?.entries() ?? []) {
        seen.push(each);
        if (seen.length % 250 !== 1) continue;
        const from = seen.length;
        const put = Array.from({ length: 400 }, (_, index) => ({ ...entry(from * 5 + index), generation: 1 }));
        await ledger.write({ put, remove: order.slice(from, from + 200).map(({ source }) => source) });
      }
      expect(seen).toEqual(order);
      expect([...(asOf?.entries() ?? [])]).toEqual(order);
      expect(asOf?.size).toBe(2500);
      for (const each of held) expect(asOf?.byIdentity(each.identity ?? "")).toEqual(each);
    });

    it("gives up what a run began with when another one has begun and written", async () => {
      const ledger = await makeOne();
      await ledger.write({ put: [ledgerEntry(["a"])] });
      await ledger.beginRun("run-1", 10);
      const asOf = ledger.asOf("run-1");
      await ledger.write({ remove: [["a"]] });
      await ledger.beginRun("run-2", 20);
      expect(asOf?.get(["a"])).toBeDefined();
      expect(ledger.asOf("run-2")?.size).toBe(0);
      // The first goes on, as the second wrote nothing.
      await ledger.beginRun("run-1", 10);
      expect(ledger.asOf("run-2")).toBeUndefined();
      await ledger.write({ put: [ledgerEntry(["b"])] });
      expect(ledger.asOf("run-1")?.get(["a"])).toBeDefined();
      await ledger.beginRun("run-3", 30);
      await ledger.write({ put: [ledgerEntry(["c"])] });
      expect(ledger.asOf("run-1")).toBeUndefined();
      expect(() => asOf?.get(["a"])).toThrow(expect.objectContaining({ code: "PLAN_CHANGED" }));
      expect(ledger.asOf("run-3")?.size).toBe(1);
      expect(ledger.asOf("never")?.size).toBe(2);
    });

    it("is of no use once it is closed, and can be closed twice", async () => {
      const ledger = await makeOne();
      await ledger.close();
      await ledger.close();
      expect(() => ledger.get(["a"])).toThrow(expect.objectContaining({ code: "LEDGER_CLOSED" }));
      expect(() => ledger.size).toThrow(expect.objectContaining({ code: "LEDGER_CLOSED" }));
      await expect(ledger.write({})).rejects.toMatchObject({ code: "LEDGER_CLOSED" });
    });

    if (reopen) {
      it("tells a run when opened again what there was when it began", async () => {
        let ledger = await make();
        await ledger.write({ put: [ledgerEntry(["a"]), ledgerEntry(["b"])] });
        await ledger.beginRun("run-1", 10);
        ledger = await reopen(ledger);
        await ledger.write({ put: [ledgerEntry(["c"])], remove: [["a"]] });
        ledger = await reopen(ledger);
        made.push(ledger);
        expect(collectLedger(ledger).map(({ source }) => source)).toEqual([["b"], ["c"]]);
        const asOf = ledger.asOf("run-1");
        expect([...(asOf?.entries() ?? [])].map(({ source }) => source.join("/")).toSorted()).toEqual(["a", "b"]);
      });

      it("holds when opened again what it held when closed", async () => {
        let ledger = await make();
        await ledger.write({ put: [ledgerEntry(["a"], { itemId: 12 })] });
        await ledger.beginRun("run-1", 8);
        ledger = await reopen(ledger);
        made.push(ledger);
        expect(ledger.get(["a"])?.itemId).toBe(12);
        expect(ledger.firstItemId("run-1")).toBe(8);
        expect(ledger.highestItemId).toBe(12);
      });
    }
  });
}
