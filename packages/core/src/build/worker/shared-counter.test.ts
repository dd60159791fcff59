import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { Counter, SharedCounters } from "./shared-counter.ts";

describe("SharedCounters", () => {
  it("add() shows in every SharedCounters of the same memory", () => {
    const counters = new SharedCounters();
    const elsewhere = new SharedCounters(counters.memory);
    counters.add(Counter.sealedBytes, 2 ** 40);
    elsewhere.add(Counter.sealedBytes, -1);
    expect(counters.get(Counter.sealedBytes)).toBe(2 ** 40 - 1);
    expect(elsewhere.get(Counter.freeUploads)).toBe(0);
  });

  it("lender() lends what there is, to whoever asks first", () => {
    const counters = new SharedCounters();
    counters.add(Counter.freeUploads, 3);
    const lender = counters.lender(Counter.freeUploads);
    const elsewhere = new SharedCounters(counters.memory).lender(Counter.freeUploads);
    expect([lender.tryTake(2), elsewhere.tryTake(2), elsewhere.tryTake(1)]).toEqual([true, false, true]);
    lender.give(2);
    expect(elsewhere.tryTake(2)).toBe(true);
  });

  it("lender() tells who waits, on any thread, that something was given", async () => {
    const counters = new SharedCounters();
    const lender = counters.lender(Counter.freeUploads);
    const given = lender.whenGiven();
    const giver = new Worker(
      `const { workerData } = require("node:worker_threads");
       const values = new BigInt64Array(workerData);
       Atomics.add(values, ${Counter.freeUploads}, 1n);
       Atomics.notify(values, ${Counter.freeUploads});`,
      { eval: true, workerData: counters.memory },
    );
    const exit = once(giver, "exit");
    await given;
    expect(lender.tryTake(1)).toBe(true);
    await exit;
  });
});
