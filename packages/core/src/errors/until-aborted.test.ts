import { describe, expect, it } from "vitest";
import { untilAborted } from "./until-aborted.ts";

describe("untilAborted()", () => {
  it("untilAborted() gives what the work gives", async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(untilAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
  });

  it("untilAborted() rejects with the signal's reason while the work hangs, and drops what the work gives later", async () => {
    const abort = new AbortController();
    let fail: (reason: unknown) => void = () => undefined;
    const hanging = new Promise<void>((_resolve, reject) => {
      fail = reject;
    });
    const waiting = untilAborted(hanging, abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    fail(new Error("too late"));
    await expect(untilAborted(hanging, abort.signal)).rejects.toThrow("enough");
  });
});
