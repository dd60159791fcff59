import { describe, expect, it } from "vitest";
import { RateGate } from "./rate-gate.ts";

function gateAt(maxHoldMs = 300_000) {
  const waits: number[] = [];
  const gate = new RateGate({
    now: () => new Date(Date.UTC(2026, 0, 1)),
    timer: async (milliseconds) => void waits.push(milliseconds),
    maxHoldMs,
  });
  return { gate, waits };
}

describe("RateGate", () => {
  it("holds nobody beyond the reset, however many wait for the little that remains", async () => {
    const { gate, waits } = gateAt();
    gate.observe(200, { "ratelimit-remaining": "3", "ratelimit-reset": "60" });
    await Promise.all(Array.from({ length: 8 }, () => gate.pass(undefined)));
    expect(waits).toEqual([20_000, 40_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
  });

  it("holds nobody for longer than it may without a refusal", async () => {
    const { gate, waits } = gateAt(5_000);
    gate.observe(200, { "ratelimit-remaining": "1", "ratelimit-reset": "999999999" });
    await Promise.all(Array.from({ length: 3 }, () => gate.pass(undefined)));
    gate.observe(200, { "ratelimit-remaining": "0", "ratelimit-reset": "999999999" });
    await gate.pass(undefined);
    expect(waits).toEqual([5_000, 5_000, 5_000]);
  });

  it("lets requests go where the headers say nothing that can be read", async () => {
    const { gate, waits } = gateAt();
    gate.observe(200, { "ratelimit-remaining": "none", "ratelimit-reset": "-1" });
    gate.observe(200, { "ratelimit-remaining": "0" });
    gate.observe(429, {});
    await gate.pass(undefined);
    expect(waits).toEqual([]);
  });

  it("stops holding a request whose signal aborts", async () => {
    const gate = new RateGate({
      now: () => new Date(0),
      timer: (_milliseconds, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
      maxHoldMs: 300_000,
    });
    expect(gate.observe(429, { "retry-after": "60" })).toBe(60_000);
    const controller = new AbortController();
    const passing = gate.pass(controller.signal);
    controller.abort(new Error("enough"));
    await expect(passing).rejects.toThrow("enough");
  });
});
