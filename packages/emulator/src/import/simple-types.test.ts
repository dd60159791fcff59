import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dateOf, isGuid, type SimpleType, typeFault } from "./simple-types.ts";

const fits = (value: string, type: SimpleType) => typeFault(value, type, "urn:x") === undefined;

describe("typeFault()", () => {
  it.each<[SimpleType, readonly string[], readonly string[]]>([
    ["int", ["0", "-1", "+7", " 12 ", "2147483647"], ["", " ", "1.0", "2147483648", "1e3", "x"]],
    ["short", ["32767"], ["32768"]],
    ["byte", ["-128"], ["128"]],
    ["unsignedByte", ["255"], ["-1", "256"]],
    ["boolean", ["true", "false", "0", "1", " true "], ["", "True", "yes"]],
    ["float", ["100", "-1.5e3", ".5", "INF", "NaN"], ["", "1,5", "inf"]],
    [
      "dateTime",
      ["2024-02-29T23:59:59", "2024-01-01T00:00:00.123Z", "2024-01-01T24:00:00", "2024-01-01T00:00:00+14:00"],
      ["2023-02-29T00:00:00", "2024-01-01", "2024-13-01T00:00:00", "01/02/2024 00:00:00", "2024-01-01T24:00:01", ""],
    ],
    [{ name: "Level", values: ["High"] }, ["High"], ["high", " High", ""]],
  ])("tells values of %s from others", (type, good, bad) => {
    expect(good.filter((value) => !fits(value, type))).toEqual([]);
    expect(bad.filter((value) => fits(value, type))).toEqual([]);
  });

  it("takes every date that JavaScript writes, and dateOf() reads it as UTC with or without its zone", () => {
    const date = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (given) => {
        const text = given.toISOString();
        expect([fits(text, "dateTime"), fits(text.slice(0, -1), "dateTime")]).toEqual([true, true]);
        expect([dateOf(text), dateOf(text.slice(0, -1))]).toEqual([given, given]);
      }),
    );
  });
});

describe("isGuid()", () => {
  it("takes hyphens in either case, and no braces", () => {
    const guid = "0A0a0a0a-0000-4000-8000-00000000000f";
    expect([guid, `{${guid}}`, guid.replaceAll("-", ""), "", undefined].map(isGuid)).toEqual([
      ...[true, false, false, false, false],
    ]);
  });
});
