import { describe, expect, it } from "vitest";
import { PacedRun } from "./run.ts";

async function* counting(log: number[], last: number): AsyncGenerator<number, string, undefined> {
  for (let number = 1; number <= last; number++) {
    log.push(number);
    yield number;
  }
  return "done";
}

describe("PacedRun", () => {
  it("goes no further than its reader asks", async () => {
    const log: number[] = [];
    const events = new PacedRun(counting(log, 5))[Symbol.asyncIterator]();
    expect(log).toEqual([]);
    await events.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual([1]);
  });

  it("works without a reader once its result is asked for", async () => {
    const log: number[] = [];
    const run = new PacedRun(counting(log, 3));
    expect(await run.result).toBe("done");
    expect(log).toEqual([1, 2, 3]);
  });

  it("gives its reader every event, also where the result was asked for first", async () => {
    const run = new PacedRun(counting([], 3));
    const { result } = run;
    const seen: number[] = [];
    for await (const event of run) seen.push(event);
    expect(seen).toEqual([1, 2, 3]);
    expect(await result).toBe("done");
  });

  it("goes on to its end when the reader leaves", async () => {
    const log: number[] = [];
    const run = new PacedRun(counting(log, 3));
    for await (const _ of run) break;
    expect(await run.result).toBe("done");
    expect(log).toEqual([1, 2, 3]);
  });

  it("rejects its result with what its reader gets", async () => {
    const failing = async function* (): AsyncGenerator<number, string, undefined> {
      yield 1;
      throw new Error("broken");
    };
    const run = new PacedRun(failing());
    await expect(
      (async () => {
        for await (const _ of run);
      })(),
    ).rejects.toThrow("broken");
    await expect(run.result).rejects.toThrow("broken");
    await expect(new PacedRun(failing()).result).rejects.toThrow("broken");
  });

  it("has one reader", () => {
    const run = new PacedRun(counting([], 1));
    run[Symbol.asyncIterator]();
    expect(() => run[Symbol.asyncIterator]()).toThrow(TypeError);
  });
});
