import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DueHeap } from "./due-heap.ts";

describe("DueHeap", () => {
  it("gives what was put in by the moment when it is due", () => {
    // Undefined takes one out.
    const steps = fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined, freq: 2 }));
    fc.assert(
      fc.property(steps, (dues) => {
        const heap = new DueHeap<{ readonly due: number }>();
        const model: number[] = [];
        for (const due of dues) {
          if (due === undefined) expect(heap.shift()?.due).toBe(model.shift());
          else {
            heap.push({ due });
            model.push(due);
            model.sort((a, b) => a - b);
          }
          expect(heap.first?.due).toBe(model[0]);
        }
        expect(model.map(() => heap.shift()?.due)).toEqual(model);
        expect(heap.shift()).toBeUndefined();
      }),
    );
  });
});
