import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerEntry } from "./ledger.ts";
import { besidePath, isDisplaced, placeOf, preferredEntry, runWasOvertaken } from "./ledger-entries.ts";

function entry(name: string, itemId: number, fields: Partial<LedgerEntry> = {}): LedgerEntry {
  const built = { package: "r1/000001", fingerprint: "f" };
  return {
    kind: "file",
    source: [name],
    path: [name],
    id: name,
    listItemId: "",
    itemId,
    generation: 0,
    built,
    ...fields,
  };
}

describe("preferredEntry()", () => {
  const displaced = entry("d", 9, { source: besidePath(["d"], "9"), movedBy: "r2" });
  /** The first are preferred to those behind them. */
  const ranked = [
    entry("young", 2),
    entry("a", 1),
    entry("b", 1),
    entry("deleted", 8, { deletedBy: "r2/000001" }),
    displaced,
    entry("moved", 9, { movedBy: "r2" }),
    entry("moved before", 3, { movedBy: "r2" }),
  ];

  it("gives the entry that tells of the item, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ranked), (entries) => {
        expect(preferredEntry(entries)).toBe(ranked.find((each) => entries.includes(each)));
      }),
    );
  });
});

describe("besidePath()", () => {
  it("gives a path that isDisplaced() and placeOf() know", () => {
    const source = besidePath(["a", "b"], "id");
    expect(isDisplaced({ source })).toBe(true);
    expect(placeOf({ source })).toEqual(["a", "b"]);
    expect(isDisplaced({ source: ["a"] })).toBe(false);
    expect(placeOf({ source: ["a"] })).toEqual(["a"]);
  });
});

describe("runWasOvertaken()", () => {
  it("says what to do", () => {
    expect(runWasOvertaken("r1")).toMatchObject({ code: "PLAN_CHANGED", hint: expect.stringContaining("fresh run") });
  });
});
