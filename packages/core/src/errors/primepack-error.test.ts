import { expect, it, describe as suite } from "vitest";
import { codes } from "./codes.ts";
import { describe, PrimepackError } from "./primepack-error.ts";

suite("PrimepackError", () => {
  it("has its code, the registry's remedy as hint, and its cause", () => {
    const cause = new Error("underneath");
    const error = new PrimepackError("DISK_FULL", "Cannot write as the disk is full", { cause });
    expect(error).toMatchObject({ name: "PrimepackError", code: "DISK_FULL", hint: codes.DISK_FULL.remedy, cause });
    expect(String(error)).toBe("PrimepackError [DISK_FULL]: Cannot write as the disk is full");
    expect(new PrimepackError("DISK_FULL", "", { hint: "Wait." }).hint).toBe("Wait.");
  });

  it("has no cause where none is given", () => {
    expect("cause" in new PrimepackError("DISK_FULL", "Cannot write")).toBe(false);
  });

  it("takes secrets out of its message", () => {
    expect(new PrimepackError("INTERNAL", "Cannot go to https://a/b?sig=abc").message).not.toContain("abc");
  });

  it("crosses threads as code, message, hint and the cause's message", () => {
    const error = new PrimepackError("SEAL_FAILED", "Cannot seal", { cause: new Error("no?sig=abc"), hint: "Wait." });
    const arrived = PrimepackError.fromWire(structuredClone(error.toWire()));
    expect(arrived).toBeInstanceOf(PrimepackError);
    expect(arrived).toMatchObject({ code: "SEAL_FAILED", message: "Cannot seal", hint: "Wait." });
    expect(arrived.cause).toMatchObject({ message: "no?sig=[redacted]" });
    expect("cause" in PrimepackError.fromWire(new PrimepackError("SEAL_FAILED", "").toWire())).toBe(false);
  });
});

suite("PrimepackError.from()", () => {
  it("keeps an error that has a code", () => {
    const error = new PrimepackError("DISK_FULL", "Cannot write");
    expect(PrimepackError.from(error, "INTERNAL", "go on")).toBe(error);
  });

  it("words anything else by the grammar, as its cause", () => {
    const reason = new TypeError("x is undefined");
    const error = PrimepackError.from(reason, "INTERNAL", "go on");
    expect(error).toMatchObject({ code: "INTERNAL", message: "Cannot go on as x is undefined", cause: reason });
  });
});

suite("describe()", () => {
  it.each([
    [new Error("text"), "text"],
    [new TypeError(), "TypeError"],
    [new AggregateError([new Error("one"), new Error("two")], "both"), "both: one; two"],
    ["thrown text", "thrown text"],
    [undefined, "undefined"],
    [new Error("no?sig=abc"), "no?sig=[redacted]"],
  ])("says of %s: %s", (reason, text) => {
    expect(describe(reason)).toBe(text);
  });
});
