import { describe, expect, it } from "vitest";
import { SpareBlock } from "./spare-block.ts";

describe("SpareBlock", () => {
  it("take() gives a block again that was given back, also when only a part of it was used", () => {
    const spare = new SpareBlock(100);
    const block = spare.take(100);
    spare.give(block.subarray(0, 10));
    const again = spare.take(100);
    expect([again.length, again.buffer === block.buffer]).toEqual([100, true]);
    expect(spare.take(100).buffer).not.toBe(block.buffer);
  });

  it("take() drops the spare block when less is asked for, so that both don't add up", () => {
    const spare = new SpareBlock(100);
    const block = spare.take(100);
    spare.give(block);
    expect(spare.take(7).length).toBe(7);
    expect(spare.take(100).buffer).not.toBe(block.buffer);
  });

  it("give() leaves memory of another size alone", () => {
    const spare = new SpareBlock(100);
    const small = spare.take(7);
    spare.give(small);
    expect(spare.take(100).length).toBe(100);
  });
});
