import { describe, expect, it } from "vitest";
import { throwIfAborted } from "./aborted.ts";
import { PrimepackError } from "./primepack-error.ts";

describe("throwIfAborted()", () => {
  it("does nothing without a signal, or before it aborts", () => {
    expect(() => throwIfAborted(undefined, "read")).not.toThrow();
    expect(() => throwIfAborted(new AbortController().signal, "read")).not.toThrow();
  });

  it("throws ABORTED with the caller's reason as cause", () => {
    const reason = new Error("enough");
    expect(() => throwIfAborted(AbortSignal.abort(reason), "read")).toThrow(
      expect.objectContaining({ code: "ABORTED", message: "Cannot read as the caller aborted", cause: reason }),
    );
  });

  it("throws the reason itself if it has a code", () => {
    const reason = new PrimepackError("DISK_FULL", "Cannot write");
    expect(() => throwIfAborted(AbortSignal.abort(reason), "read")).toThrow(reason);
  });
});
