import { describe, expect, test } from "vitest";
// The ledger that runs have; who plans needs no more of it than the port.
import { memoryLedger } from "../build/memory-ledger.ts";
import type { LedgerEntry, SourcePath } from "../model/index.ts";
import { Delta } from "./delta.ts";

function entry(source: SourcePath, kind: LedgerEntry["kind"], itemId: number): LedgerEntry {
  const id = `a0000000-0000-4000-8000-00000000000${itemId}`;
  const built = { package: "first/000001", fingerprint: "f" };
  const ids = { id, listItemId: id, itemId, generation: 0 };
  return { kind, source, path: source, ...ids, built, received: built };
}

async function goneAfterLosing(...lost: readonly SourcePath[]): Promise<string[]> {
  const store = memoryLedger();
  const entries = [entry(["a"], "folder", 1), entry(["a", "x"], "file", 2), entry(["b"], "file", 3)];
  await store.write({ put: entries });
  const delta = new Delta({ store, runId: "second", deletions: true }, false);
  for (const path of lost) delta.lose(path);
  return [...delta.gone()].map(({ source }) => source.join("/"));
}

describe("Delta", () => {
  test("takes nothing for gone that is in or above what the source can't hand over", async () => {
    expect(await goneAfterLosing()).toEqual(["a/x", "a", "b"]);
    expect(await goneAfterLosing(["a"])).toEqual(["b"]);
    expect(await goneAfterLosing(["a", "y"])).toEqual(["a/x", "b"]);
  });

  test("takes nothing for gone at all when the source has an entry that it can't name", async () => {
    expect(await goneAfterLosing(["b"], [])).toEqual([]);
  });
});
