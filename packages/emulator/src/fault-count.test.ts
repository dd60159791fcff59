import { describe, expect, it } from "vitest";
import { FaultCount } from "./fault-count.ts";
import type { EmulatorFaults } from "./types.ts";

describe("FaultCount", () => {
  it("counts from 1, and anew whenever faults are set, even the same ones", () => {
    let faults: EmulatorFaults = { loseMessage: { every: 2 } };
    const count = new FaultCount(() => faults);
    expect([count.value, count.next(), count.next(), count.value]).toEqual([0, 1, 2, 2]);
    faults = { loseMessage: { every: 2 } };
    expect([count.value, count.next(), count.value]).toEqual([0, 1, 1]);
  });
});
