import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { codeOf, describeContainer, withMd5 } from "./container.conformance.ts";
import { MemoryContainer } from "./memory.ts";
import { StorageError } from "./storage-error.ts";
import { ThrottleGate, ThrottlingContainer } from "./throttling.ts";

describeContainer("ThrottlingContainer", {
  make: () => new ThrottlingContainer(new MemoryContainer(), new ThrottleGate()),
  snapshots: true,
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const bytes = Buffer.from("bytes");

/** Settled or not, after what is due has run. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  await vi.advanceTimersByTimeAsync(0);
  return done;
}

describe("ThrottleGate", () => {
  it("is open until it is held, and after the longest hold", async () => {
    const gate = new ThrottleGate();
    expect(gate.pass(undefined)).toBeUndefined();
    gate.hold(1000);
    gate.hold(3000);
    const passing = gate.pass(undefined);
    if (passing === undefined) throw new Error("the gate is open");
    await vi.advanceTimersByTimeAsync(2999);
    expect(await isDone(passing)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await isDone(passing)).toBe(true);
    expect(gate.pass(undefined)).toBeUndefined();
  });

  it("lets go who aborts", async () => {
    const gate = new ThrottleGate();
    const controller = new AbortController();
    gate.hold(1000);
    const passing = gate.pass(controller.signal);
    controller.abort();
    expect(await codeOf(passing ?? Promise.resolve())).toBe("ABORTED");
  });

  it("keeps the process alive only while somebody waits", async () => {
    vi.useRealTimers();
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const timeouts = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length - before;
    const gate = new ThrottleGate();
    const controller = new AbortController();
    gate.hold(60_000);
    expect(timeouts()).toBe(0);
    const passing = codeOf(gate.pass(controller.signal) ?? Promise.resolve());
    expect(timeouts()).toBe(1);
    controller.abort();
    expect(await passing).toBe("ABORTED");
    expect(timeouts()).toBe(0);
  });
});

describe("ThrottlingContainer", () => {
  it("holds the requests of all containers of the store after one was refused for load", async () => {
    const gate = new ThrottleGate();
    const busy = new MemoryContainer();
    busy.putBlob = async () => {
      throw new StorageError("CONTAINER_BUSY", "Cannot", undefined, { throttled: true, retryAfterMs: 5000 });
    };
    const [refused, other] = [
      new ThrottlingContainer(busy, gate),
      new ThrottlingContainer(new MemoryContainer(), gate),
    ];
    expect(await codeOf(refused.putBlob("a", bytes, withMd5(bytes)))).toBe("CONTAINER_BUSY");
    const held = other.putBlob("b", bytes, withMd5(bytes));
    expect(await isDone(held)).toBe(false);
    await vi.advanceTimersByTimeAsync(5000);
    await held;
  });

  it("holds nobody for a fault that says nothing about load", async () => {
    const gate = new ThrottleGate();
    const faulty = new MemoryContainer();
    faulty.snapshot = async () => {
      throw new StorageError("CONTAINER_BUSY", "Cannot", undefined, { retryable: true, retryAfterMs: 5000 });
    };
    expect(await codeOf(new ThrottlingContainer(faulty, gate).snapshot("a"))).toBe("CONTAINER_BUSY");
    expect(gate.pass(undefined)).toBeUndefined();
  });
});
