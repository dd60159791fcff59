import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { labelBelow, versionLabels, versionNumber } from "./version-label.ts";

describe("versionNumber()", () => {
  test.each([
    ["0.1", 1],
    ["1.0", 512],
    ["3.2", 1538],
    ["1.511", 1023],
    ["4194303.511", 2 ** 31 - 1],
  ])("is 512 x major + minor: %s is %i", (label, number) => {
    expect(versionNumber(label)).toBe(number);
  });

  test.each(["0.0", "1", "1.", "01.0", "1.00", "1.512", "4194304.0", "1.0 ", "-1.0", "1.0.0", "", 1.5])(
    "knows %j as no label",
    (label) => {
      expect(versionNumber(label as string)).toBeUndefined();
    },
  );
});

describe("versionLabels()", () => {
  test("counts those that are missing up in majors, from the label before", () => {
    expect(versionLabels([undefined])).toEqual(["1.0"]);
    expect(versionLabels([undefined, undefined, undefined])).toEqual(["1.0", "2.0", "3.0"]);
    expect(versionLabels(["0.3", undefined, "2.5", undefined])).toEqual(["0.3", "1.0", "2.5", "3.0"]);
  });

  test.each([
    [["1.0", "1.0"], "1.0 before 1.0"],
    [["2.0", "1.9"], "2.0 before 1.9"],
    [[undefined, undefined, "1.5"], "2.0 before 1.5"],
    [["0.0"], '"0.0"'],
    [["4194303.0", undefined], "undefined"],
  ])("finds the fault of %j", (given, value) => {
    expect(versionLabels(given)).toEqual({ fault: expect.stringContaining(`current value is ${value}`) });
  });
});

describe("labelBelow()", () => {
  test.each([
    ["2.3", "2.2"],
    ["2.1", "2.0"],
    ["3.0", "2.0"],
    ["1.0", "0.1"],
    ["0.2", "0.1"],
    ["0.1", undefined],
  ])("is, of %s, %s", (label, below) => {
    expect(labelBelow(label)).toBe(below);
  });

  test("is always a label that is lower", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2 ** 31 - 1 }), (number) => {
        const label = `${Math.floor(number / 512)}.${number % 512}`;
        const below = versionNumber(labelBelow(label) ?? "");
        expect(below).toBeGreaterThan(0);
        expect(below).toBeLessThan(number);
      }),
    );
  });
});
