import { describe, expect, it } from "vitest";
import { PlanQueue } from "./plan-queue.ts";

describe("PlanQueue", () => {
  it("gives out what sends items again, then folders, then contents, each in the order in which it came", async () => {
    const queue = new PlanQueue(() => true);
    queue.add("000001", "content");
    queue.add("000002", "content");
    queue.add("000003", "structure");
    queue.add("000001-r2", "retry");
    expect([await queue.take(), await queue.take(), await queue.take(), await queue.take()]).toEqual([
      "000001-r2",
      "000003",
      "000001",
      "000002",
    ]);
  });

  it("keeps contents back while there is no room, but nothing that others may wait for", async () => {
    let room = false;
    const queue = new PlanQueue(() => room);
    queue.add("000001", "content");
    const taken = queue.take();
    queue.add("000002", "structure");
    expect(await taken).toBe("000002");
    const next = queue.take();
    room = true;
    queue.poke();
    expect(await next).toBe("000001");
  });

  it("gives what was put back next", async () => {
    const queue = new PlanQueue(() => true);
    queue.add("000001-r2", "retry");
    queue.add("000002-r2", "retry");
    const taken = (await queue.take()) ?? "";
    queue.putBack(taken);
    expect(await queue.take()).toBe("000001-r2");
  });

  it("gives nothing more once it is closed, and lets nobody wait", async () => {
    const queue = new PlanQueue(() => true);
    const taken = queue.take();
    const waiting = queue.until(() => false);
    queue.close();
    expect(await taken).toBeUndefined();
    await waiting;
    queue.add("000001", "content");
    expect(await queue.take()).toBeUndefined();
  });

  it("asks a condition again whenever something changed", async () => {
    const queue = new PlanQueue(() => true);
    queue.add("000001", "content");
    const emptied = queue.until(() => queue.size === 0);
    await queue.take();
    await emptied;
    expect(queue.size).toBe(0);
  });
});
