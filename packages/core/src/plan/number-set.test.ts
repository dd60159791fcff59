import fc from "fast-check";
import { expect, test } from "vitest";
import { NumberSet } from "./number-set.ts";

test("NumberSet has what was added and nothing else", () => {
  const number = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }));
  fc.assert(
    fc.property(fc.array(number), fc.array(number), (added, asked) => {
      const set = new NumberSet();
      for (const each of added) set.add(each);
      for (const each of [...added, ...asked]) expect(set.has(each)).toBe(added.includes(each));
    }),
  );
});
