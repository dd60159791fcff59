import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batches } from "./batches.ts";

describe("batches()", () => {
  it("batches() keeps every index, in order, at most 32 in one", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5e7 }), { maxLength: 200, size: "max" }), (sizes) => {
        const made = batches(new Map(sizes.entries()));
        expect(made.flat()).toEqual([...sizes.keys()]);
        expect(made.every((batch) => batch.length >= 1 && batch.length <= 32)).toBe(true);
      }),
    );
  });

  it("batches() takes no further file after 32 MiB", () => {
    const sizes = [1, 33 << 20, 1, 20 << 20, 20 << 20, 1];
    expect(batches(new Map(sizes.entries()))).toEqual([[0, 1], [2, 3, 4], [5]]);
  });
});
