import { describe, expect, it } from "vitest";
import { WorkRate } from "./work-rate.ts";

describe("WorkRate", () => {
  it("knows nothing before two samples", () => {
    const rate = new WorkRate();
    rate.add(0, { files: 0, bytes: 0 });
    expect(rate.bytesPerSecond).toBeUndefined();
    expect(rate.timeLeft({ files: 1, bytes: 1 })).toBeUndefined();
  });

  it("follows the last seconds, not the whole run", () => {
    const rate = new WorkRate();
    for (let second = 0; second <= 60; second++) rate.add(second * 1000, { files: 0, bytes: second * 1_000_000 });
    for (let second = 61; second <= 100; second++) {
      rate.add(second * 1000, { files: 0, bytes: 60_000_000 + (second - 60) * 3_000_000 });
    }
    expect(rate.bytesPerSecond).toBe(3_000_000);
  });

  it("estimates from files and bytes alike, so that many empty files count", () => {
    const rate = new WorkRate();
    rate.add(0, { files: 0, bytes: 0 });
    rate.add(10_000, { files: 100, bytes: 0 });
    expect(rate.timeLeft({ files: 300, bytes: 0 })).toBeCloseTo(20_000);
  });

  it("gives no estimate in the first seconds", () => {
    const rate = new WorkRate();
    rate.add(0, { files: 0, bytes: 0 });
    rate.add(2900, { files: 1, bytes: 0 });
    expect(rate.timeLeft({ files: 9, bytes: 0 })).toBeUndefined();
    rate.add(3000, { files: 1, bytes: 0 });
    expect(rate.timeLeft({ files: 9, bytes: 0 })).toBeCloseTo(24_000);
  });

  it("gives no estimate while nothing moves", () => {
    const rate = new WorkRate();
    rate.add(0, { files: 5, bytes: 5 });
    rate.add(5000, { files: 5, bytes: 5 });
    expect(rate.timeLeft({ files: 9, bytes: 9 })).toBeUndefined();
  });
});
