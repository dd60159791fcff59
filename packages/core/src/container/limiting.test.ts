import { describe, expect, it } from "vitest";
import { describeContainer, withMd5 } from "./container.conformance.ts";
import { LimitingContainer } from "./limiting.ts";
import { MemoryContainer } from "./memory.ts";

describeContainer("LimitingContainer", {
  make: () => new LimitingContainer(new MemoryContainer(), 2),
  snapshots: true,
});

describe("LimitingContainer", () => {
  it("lets so many requests run at once, and the others in their order", async () => {
    const gates: (() => void)[] = [];
    const started: string[] = [];
    const inner = new MemoryContainer();
    inner.putBlob = (name) => {
      started.push(name);
      return new Promise((resolve) => gates.push(resolve));
    };
    const container = new LimitingContainer(inner, 2);
    const bytes = Buffer.from("x");
    const all = ["a", "b", "c", "d"].map((name) => container.putBlob(name, bytes, withMd5(bytes)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(["a", "b"]);
    gates[0]?.();
    await all[0];
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(["a", "b", "c"]);
    while (gates.length < 4) {
      for (const open of gates) open();
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const open of gates) open();
    await Promise.all(all);
    expect(started).toEqual(["a", "b", "c", "d"]);
  });
});
