import { describe, expect, it } from "vitest";
import { Turns } from "./turns.ts";

describe("Turns", () => {
  it("lets work run one after another, in the order of asking, also after a failure", async () => {
    const turns = new Turns();
    const said: string[] = [];
    const gate = new Gate();
    const first = turns.run(async () => {
      await gate.opened;
      said.push("first");
      throw new Error("broken");
    });
    const second = turns.run(async () => {
      said.push("second");
      return 2;
    });
    gate.open();
    await expect(first).rejects.toThrow("broken");
    expect(await second).toBe(2);
    expect(said).toEqual(["first", "second"]);
  });

  it("has settled when all that was asked for has run", async () => {
    const turns = new Turns();
    let isOver = false;
    const gate = new Gate();
    void turns.run(async () => {
      await gate.opened;
      isOver = true;
    });
    const settled = turns.settled().then(() => isOver);
    gate.open();
    expect(await settled).toBe(true);
    await new Turns().settled();
  });
});

class Gate {
  open: () => void = () => undefined;
  readonly opened: Promise<void>;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
