import { describe, expect, it } from "vitest";
import { formatBytes, formatCountOf, formatDuration } from "./quantities.ts";

describe("formatBytes()", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9_949, "9.9 kB"],
    [9_950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [340_000_000_000, "340 GB"],
    [2.5e18, "2,500 PB"],
  ])("writes %d as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("formatDuration()", () => {
  it.each([
    [0, "0:00"],
    [6_600, "0:07"],
    [754_000, "12:34"],
    [3_599_600, "1:00:00"],
    [3_723_000, "1:02:03"],
  ])("writes %d ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe("formatCountOf()", () => {
  it("takes the singular for one only", () => {
    expect([0, 1, 1234].map((count) => formatCountOf(count, "file"))).toEqual(["0 files", "1 file", "1,234 files"]);
  });
});
