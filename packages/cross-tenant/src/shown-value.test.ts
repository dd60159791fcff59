import { describe, expect, it } from "vitest";
import { shownValue } from "./shown-value.ts";

describe("shownValue()", () => {
  it("quotes a text, and cuts a longer one", () => {
    expect(shownValue('a "b"', 5)).toBe('"a \\"b\\""');
    expect(shownValue("abcdef", 5)).toBe('"abcde…"');
  });

  it("shows no part of a secret that the cut would go through", () => {
    const key = `${"k".repeat(43)}=`;
    expect(shownValue(`${"x".repeat(50)} ${key}`, 60)).toBe(`"${"x".repeat(50)} [redacted…"`);
  });
});
