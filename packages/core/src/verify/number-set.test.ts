import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NumberSet } from "./number-set.ts";

describe("NumberSet", () => {
  it("adds each number once, as a Set does", () => {
    const numbers = fc.array(fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.maxSafeNat()), { maxLength: 500 });
    fc.assert(
      fc.property(numbers, (values) => {
        const set = new NumberSet();
        const known = new Set<number>();
        for (const value of values) {
          expect(set.add(value)).toBe(!known.has(value));
          known.add(value);
        }
      }),
    );
  });

  it("takes the last bit of a word and the first of the next page", () => {
    const set = new NumberSet();
    for (const value of [31, 32, 32_767, 32_768, 2_147_483_647]) {
      expect(set.add(value)).toBe(true);
      expect(set.add(value)).toBe(false);
    }
  });
});
