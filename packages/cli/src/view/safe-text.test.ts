import { describe, expect, it } from "vitest";
import { safeText } from "./safe-text.ts";

describe("safeText()", () => {
  it("leaves names of any script alone", () => {
    expect(safeText("naïve 日本語 \u{1f600} R&D #1.txt")).toBe("naïve 日本語 \u{1f600} R&D #1.txt");
  });

  it("writes out what a terminal would act on", () => {
    expect(safeText("a\u001b[2Jb\r\nc\u0085\u202etxt\ud800\u2028")).toBe(
      "a\\u{1b}[2Jb\\u{d}\\u{a}c\\u{85}\\u{202e}txt\\u{d800}\\u{2028}",
    );
  });
});
