import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestKey, guidKey, IdTable } from "./id-table.ts";

describe("IdTable", () => {
  it("behaves as a Map of GUIDs does, also after it has grown", () => {
    const entries = fc.array(fc.tuple(fc.uuid(), fc.integer({ min: 1, max: 0xffffffff })), { maxLength: 3_000 });
    fc.assert(
      fc.property(entries, fc.array(fc.uuid(), { maxLength: 20 }), (pairs, strangers) => {
        const table = new IdTable();
        const map = new Map<string, number>();
        for (const [guid, value] of pairs) {
          expect(table.set(guidKey(guid) ?? new Uint32Array(4), value)).toBe(map.get(guid) ?? 0);
          map.set(guid, value);
        }
        expect(table.size).toBe(map.size);
        for (const guid of [...map.keys(), ...strangers]) {
          expect(table.get(guidKey(guid) ?? new Uint32Array(4))).toBe(map.get(guid) ?? 0);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("keeps GUIDs that were counted up, and tells each from its neighbours", () => {
    const table = new IdTable();
    const guid = (number: number) =>
      guidKey(`20000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`) ?? new Uint32Array(4);
    for (let number = 0; number < 20_000; number += 2) expect(table.add(guid(number))).toBe(true);
    for (let number = 0; number < 20_000; number += 2) {
      expect(table.add(guid(number))).toBe(false);
      expect(table.get(guid(number + 1))).toBe(0);
    }
  });

  it("holds the GUID of zeros as any other", () => {
    const table = new IdTable();
    const zeros = guidKey("00000000-0000-0000-0000-000000000000") ?? Uint32Array.of(1, 1, 1, 1);
    expect(table.get(zeros)).toBe(0);
    expect(table.add(zeros)).toBe(true);
    expect(table.get(zeros)).toBe(1);
  });

  it("refuses values that it can't tell from none", () => {
    expect(() => new IdTable().set(new Uint32Array(4), 0)).toThrow(RangeError);
  });
});

describe("guidKey()", () => {
  it("takes either case, and nothing but GUIDs with hyphens", () => {
    expect(guidKey("ABCDEF01-0000-4000-8000-0000000000FF")).toEqual(guidKey("abcdef01-0000-4000-8000-0000000000ff"));
    for (const text of [
      "",
      "{abcdef01-0000-4000-8000-0000000000ff}",
      "abcdef01000040008000-0000000000ff-----",
      "g".repeat(36),
    ]) {
      expect(guidKey(text)).toBeUndefined();
    }
  });
});

describe("digestKey()", () => {
  it("sets its parts apart", () => {
    expect(digestKey("a", "bc")).not.toEqual(digestKey("ab", "c"));
    expect(digestKey("1")).not.toEqual(digestKey(1));
    expect(digestKey("a", "b")).toEqual(digestKey("a", "b"));
  });
});
