import { describe, expect, it } from "vitest";
import { ByteBudget, type HeldBytes } from "./byte-budget.ts";

/** Lets every promise that can settle do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("ByteBudget", () => {
  it("take() gives bytes at once while they are free, and release() gives them back once", async () => {
    const budget = new ByteBudget(10);
    const held = await budget.take(4);
    expect(budget.free).toBe(6);
    held.release();
    held.release();
    expect(budget.free).toBe(10);
  });

  it("take() waits in order, so that a small request does not overtake a large one", async () => {
    const budget = new ByteBudget(10);
    const first = await budget.take(6);
    const order: string[] = [];
    const held: Record<string, HeldBytes> = {};
    const ask = async (name: string, bytes: number) => {
      held[name] = await budget.take(bytes);
      order.push(name);
    };
    void ask("large", 8);
    void ask("small", 1);
    await settle();
    expect(order).toEqual([]);
    first.release();
    await settle();
    expect(order).toEqual(["large", "small"]);
    expect(budget.free).toBe(1);
  });

  it("take() counts more than the capacity as the capacity", async () => {
    const budget = new ByteBudget(10);
    const all = await budget.take(1000);
    expect(all.bytes).toBe(10);
    all.release();
    expect(budget.free).toBe(10);
  });

  it("take() rejects with the signal's reason and takes nothing, and the next one is served", async () => {
    const budget = new ByteBudget(10);
    const first = await budget.take(5);
    const abort = new AbortController();
    const large = budget.take(10, abort.signal);
    const small = budget.take(5);
    abort.abort(new Error("enough"));
    await expect(large).rejects.toThrow("enough");
    (await small).release();
    first.release();
    expect([budget.free, budget.waiting]).toEqual([10, 0]);
    await expect(budget.take(1, abort.signal)).rejects.toThrow("enough");
  });

  it("ByteBudget refuses a capacity that admits nothing", () => {
    expect(() => new ByteBudget(0)).toThrow(RangeError);
    expect(() => new ByteBudget(Number.NaN)).toThrow(RangeError);
  });
});
