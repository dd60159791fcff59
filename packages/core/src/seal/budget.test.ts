import { describe, expect, it } from "vitest";
import { Budget, type Lender, type Share } from "./budget.ts";

/** Lets every promise that can settle do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function lenderOf(amount: number) {
  let lendable = amount;
  let wake: (() => void)[] = [];
  const lender: Lender = {
    tryTake: (wanted) => {
      if (wanted > lendable) return false;
      lendable -= wanted;
      return true;
    },
    give: (back) => {
      lendable += back;
      for (const resolve of wake) resolve();
      wake = [];
    },
    whenGiven: () =>
      new Promise((resolve) => {
        wake.push(resolve);
      }),
  };
  return { lender, lendable: () => lendable };
}

describe("Budget", () => {
  it("take() gives at once what is free, and release() gives them back once", async () => {
    const budget = new Budget(10);
    const held = await budget.take(4);
    expect(budget.free).toBe(6);
    held.release();
    held.release();
    expect(budget.free).toBe(10);
  });

  it("take() waits in order, so that a small request does not overtake a large one", async () => {
    const budget = new Budget(10);
    const first = await budget.take(6);
    const order: string[] = [];
    const held: Record<string, Share> = {};
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
    const budget = new Budget(10);
    const all = await budget.take(1000);
    expect(all.amount).toBe(10);
    all.release();
    expect(budget.free).toBe(10);
  });

  it("take() rejects with the signal's reason and takes nothing, and the next one is served", async () => {
    const budget = new Budget(10);
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

  it("take() borrows what is missing, and release() gives it back before anything else", async () => {
    const { lender, lendable } = lenderOf(5);
    const budget = new Budget(10, { lender, owned: 10 });
    const first = await budget.take(8);
    const second = await budget.take(6);
    expect([budget.free, lendable()]).toEqual([0, 1]);
    const third = budget.take(3);
    await settle();
    expect(budget.waiting).toBe(1);
    second.release();
    (await third).release();
    first.release();
    expect([budget.free, lendable()]).toEqual([10, 5]);
  });

  it("take() is served when somebody else gives to the lender, though the budget owns nothing", async () => {
    const { lender, lendable } = lenderOf(0);
    const budget = new Budget(3, { lender, owned: 0 });
    const taken = Promise.all([budget.take(3), budget.take(2)]);
    await settle();
    expect(budget.waiting).toBe(2);
    lender.give(3);
    await settle();
    expect([budget.waiting, lendable()]).toEqual([1, 0]);
    lender.give(2);
    for (const share of await taken) share.release();
    expect([budget.free, lendable()]).toEqual([0, 5]);
  });

  it("Budget refuses a capacity that admits nothing", () => {
    expect(() => new Budget(0)).toThrow(RangeError);
    expect(() => new Budget(Number.NaN)).toThrow(RangeError);
  });
});
