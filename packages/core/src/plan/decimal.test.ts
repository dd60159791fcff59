import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimal, isDecimal } from "./decimal.ts";

describe("decimal()", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [1, "1"],
    [-1.5, "-1.5"],
    [0.1, "0.1"],
    [1e-7, "0.0000001"],
    [-1.25e-9, "-0.00000000125"],
    [1e21, "1000000000000000000000"],
    [-1.5e22, "-15000000000000000000000"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    ["12.3400", "12.3400"],
  ])("writes %j as %j", (value, expected) => {
    expect(decimal(value)).toBe(expected);
  });

  test("writes each finite number without exponent, and so that it is read back", () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
        const text = decimal(value);
        expect(isDecimal(text)).toBe(true);
        expect(Number(text)).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

describe("isDecimal()", () => {
  test.each(["1,5", "1e3", "", " 1", "+1", ".5", "1.", "0x1", "Infinity", "٣"])("refuses %j", (text) => {
    expect(isDecimal(text)).toBe(false);
  });
});
