import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { Interrupt } from "./interrupt.ts";

describe("Interrupt", () => {
  it("drains at the first SIGINT, aborts at the second, and leaves a third to the process", () => {
    const signals = new EventEmitter();
    const interrupt = new Interrupt(signals);
    let drained = 0;
    interrupt.drainWith(() => {
      drained += 1;
    });
    expect(interrupt.requested).toBe(false);
    signals.emit("SIGINT");
    expect([drained, interrupt.requested, interrupt.signal.aborted]).toEqual([1, true, false]);
    signals.emit("SIGINT");
    expect([drained, interrupt.signal.aborted, signals.listenerCount("SIGINT")]).toEqual([1, true, 0]);
  });

  it("aborts at the first SIGINT while nothing can be drained", () => {
    const signals = new EventEmitter();
    const interrupt = new Interrupt(signals);
    signals.emit("SIGINT");
    expect(interrupt.signal.aborted).toBe(true);
  });
});
