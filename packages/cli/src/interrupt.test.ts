import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { Interrupt } from "./interrupt.ts";

describe("Interrupt", () => {
  let now = 0;
  const press = (signals: EventEmitter) => {
    now += 1000;
    signals.emit("SIGINT");
  };
  const interruptOf = (signals: EventEmitter) => new Interrupt(signals, () => now);

  it("drains at the first SIGINT, aborts at the second, and leaves a third to the process", () => {
    const signals = new EventEmitter();
    const interrupt = interruptOf(signals);
    let drained = 0;
    interrupt.drainWith(() => {
      drained += 1;
    });
    expect(interrupt.requested).toBe(false);
    press(signals);
    expect([drained, interrupt.requested, interrupt.signal.aborted]).toEqual([1, true, false]);
    press(signals);
    expect([drained, interrupt.signal.aborted, signals.listenerCount("SIGINT")]).toEqual([1, true, 0]);
  });

  it("aborts at the first SIGINT while nothing can be drained", () => {
    const signals = new EventEmitter();
    const interrupt = interruptOf(signals);
    press(signals);
    expect(interrupt.signal.aborted).toBe(true);
  });

  it("takes signals that come at once, as npm and a terminal send them, for one", () => {
    const signals = new EventEmitter();
    const interrupt = interruptOf(signals);
    interrupt.drainWith(() => {});
    press(signals);
    signals.emit("SIGINT");
    now += 499;
    signals.emit("SIGINT");
    expect(interrupt.signal.aborted).toBe(false);
    press(signals);
    expect(interrupt.signal.aborted).toBe(true);
  });
});
