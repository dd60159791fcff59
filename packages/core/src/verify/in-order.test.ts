import { describe, expect, it } from "vitest";
import { mapInOrder } from "./in-order.ts";

/** Promises that the test settles by hand. */
function gates() {
  const open = new Map<number, { resolve: (value: string) => void; reject: (reason: Error) => void }>();
  const apply = (item: number) =>
    new Promise<string>((resolve, reject) => {
      open.set(item, { resolve, reject });
    });
  return { open, apply };
}

describe("mapInOrder()", () => {
  it("yields in the order of the items, whatever ends first, and begins no more than it may", async () => {
    const { open, apply } = gates();
    const results = mapInOrder([1, 2, 3], 2, apply);
    const first = results.next();
    await Promise.resolve();
    expect([...open.keys()]).toEqual([1, 2]);
    open.get(2)?.resolve("b");
    open.get(1)?.resolve("a");
    expect(await first).toEqual({ done: false, value: "a" });
    const second = results.next();
    expect(await second).toEqual({ done: false, value: "b" });
    const third = results.next();
    open.get(3)?.resolve("c");
    expect(await third).toEqual({ done: false, value: "c" });
    expect((await results.next()).done).toBe(true);
  });

  it("begins nothing after a failure, and waits for what is in flight", async () => {
    const { open, apply } = gates();
    const results = mapInOrder([1, 2, 3], 2, apply);
    let isOver = false;
    const first = results.next().finally(() => {
      isOver = true;
    });
    first.catch(() => {});
    await Promise.resolve();
    open.get(1)?.reject(new Error("broken"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    open.get(2)?.resolve("b");
    await expect(first).rejects.toThrow("broken");
    expect(open.size).toBe(2);
  });
});
