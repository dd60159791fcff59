import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { caseFold, comparisonKey } from "./fold.ts";

const anyName = fc.string({ unit: "binary" });

describe("caseFold()", () => {
  // Expected forms: statuses C and F of Unicode's CaseFolding.txt.
  test.each([
    ["Plan.TXT", "plan.txt"],
    ["Straße", "strasse"],
    ["STRAẞE", "strasse"],
    ["ΟΔΟΣ οδος", "οδοσ οδοσ"],
    ["İ", "i\u0307"],
    ["ı", "ı"],
    ["\u212a", "k"],
    ["ﬁ", "fi"],
    ["ŉ", "ʼn"],
    ["ᾳ", "αι"],
    ["ꭰᏸ", "ᎠᏰ"],
    ["𐐀", "𐐨"],
    ["E\u0301", "é"],
  ])("folds %j to %j", (name, folded) => {
    expect(caseFold(name)).toBe(folded);
  });

  test("gives one form for all cases and normal forms of a name, and keeps it", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const folded = caseFold(name);
        expect(caseFold(folded)).toBe(folded);
        expect(caseFold(name.normalize("NFD"))).toBe(folded);
        expect(folded.normalize("NFC")).toBe(folded);
      }),
    );
  });
});

describe("comparisonKey()", () => {
  test.each([
    ["Ｐｌａｎ１", "plan1"],
    ["ｱｲｳ", "アイウ"],
    ["ガギ", "がぎ"],
    ["ｶﾞ", "ガ"],
    ["so\u00adft\u200d", "soft"],
    ["ﬃ", "FFI"],
  ])("holds %j and %j equal", (one, other) => {
    expect(comparisonKey(one)).toBe(comparisonKey(other));
  });

  test.each([
    ["é", "e"],
    ["ı", "i"],
    ["日本", "日木"],
    ["ー", "~"],
  ])("tells %j from %j", (one, other) => {
    expect(comparisonKey(one)).not.toBe(comparisonKey(other));
  });

  test("is equal wherever caseFold() is", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(comparisonKey(caseFold(name))).toBe(comparisonKey(name));
        expect(comparisonKey(name.normalize("NFD"))).toBe(comparisonKey(name));
      }),
    );
  });
});
