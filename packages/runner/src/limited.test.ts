import { describe, expect, it } from "vitest";
import { limited } from "./limited.ts";

describe("limited()", () => {
  it("does no more at once than it may, in order, and goes on after failures", async () => {
    const inTurn = limited(2);
    const order: number[] = [];
    let going = 0;
    let most = 0;
    const work = (number: number) =>
      inTurn(async () => {
        order.push(number);
        going += 1;
        most = Math.max(most, going);
        await new Promise((resolve) => setImmediate(resolve));
        going -= 1;
        if (number % 3 === 0) throw new Error("failed");
        return number;
      }).catch(() => -1);
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7].map(work))).toEqual([1, 2, -1, 4, 5, -1, 7]);
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(2);
  });
});
