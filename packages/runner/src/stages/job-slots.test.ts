import { describe, expect, it } from "vitest";
import { JobSlots } from "./job-slots.ts";

describe("JobSlots", () => {
  it("gives no more than a place may have, and no more than all may", () => {
    const slots = new JobSlots();
    const bounds = { jobs: 3, jobsPerSite: 2 };
    expect(["a", "a", "a", "b", "b"].map((place) => slots.tryTake(place, bounds))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
  });

  it("counts jobs that were there before beyond all bounds", () => {
    const slots = new JobSlots();
    for (let job = 0; job < 4; job += 1) slots.take("a");
    expect(slots.tryTake("a", { jobs: 5, jobsPerSite: 4 })).toBe(false);
    slots.release("a");
    expect(slots.tryTake("a", { jobs: 5, jobsPerSite: 4 })).toBe(true);
    expect(slots.of("a")).toBe(4);
  });

  it("tells of freed slots until nobody listens", () => {
    const slots = new JobSlots();
    let freed = 0;
    const stop = slots.onFreed(() => {
      freed += 1;
    });
    slots.take("a");
    slots.release("a");
    stop();
    slots.take("a");
    slots.release("a");
    expect(freed).toBe(1);
    expect(slots.of("a")).toBe(0);
  });
});
