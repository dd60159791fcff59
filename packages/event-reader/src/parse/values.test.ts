import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { booleanOf, countOf, guidOf, jobIdOf, numberOf, textOf, timeOf } from "./values.ts";

const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withTypedArray: true });

describe("timeOf()", () => {
  it.each([
    ["02/28/2025 19:56:29.100", "2025-02-28T19:56:29.100Z"],
    ["02/28/2025 19:56:29:100", "2025-02-28T19:56:29.100Z"],
    ["02/28/2025 19:56:29053", "2025-02-28T19:56:29.053Z"],
    [" 02/28/2025 19:56:29.1", "2025-02-28T19:56:29.100Z"],
    ["02/28/2025 19:56:29", "2025-02-28T19:56:29.000Z"],
    ["2/8/2025 9:56:29.100", "2025-02-08T09:56:29.100Z"],
    ["2019-09-03T19:11:33.903", "2019-09-03T19:11:33.903Z"],
    ["2025-11-03T19:11:33.903Z", "2025-11-03T19:11:33.903Z"],
    ["2025-11-03T19:11:33.9031234Z", "2025-11-03T19:11:33.903Z"],
    ["2025-11-03T21:11:33+02:00", "2025-11-03T19:11:33.000Z"],
    ["2025-11-03T14:11:33-0500", "2025-11-03T19:11:33.000Z"],
  ])("reads %j as UTC", (text, iso) => {
    expect(timeOf(text)?.toISOString()).toBe(iso);
  });

  it.each([
    "",
    "soon",
    "13/01/2025 10:00:00.000",
    "02/30/2025 10:00:00.000",
    "02/28/2025 24:00:00",
    "02/28/2025",
    "2025-02-30T10:00:00Z",
    12,
    null,
  ])("gives nothing for %j", (text) => {
    expect(timeOf(text)).toBeUndefined();
  });

  it("reads back every millisecond that it is written with", () => {
    const date = fc.date({ min: new Date("1900-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.constantFrom(".", ":", ""), (moment, separator) => {
        const [year, month, day, rest = ""] = moment.toISOString().split(/[-T]/);
        const text = `${month}/${day}/${year} ${rest.slice(0, 8)}${separator}${rest.slice(9, 12)}`;
        expect(timeOf(text)).toEqual(moment);
        expect(timeOf(moment.toISOString())).toEqual(moment);
      }),
    );
  });
});

describe("guidOf()", () => {
  it("knows a GUID in braces, in capitals, with or without hyphens as one", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.boolean(), fc.constantFrom("", "{}", "()"), (guid, upper, around) => {
        const cased = upper ? guid.toUpperCase() : guid;
        const [open = "", close = ""] = around;
        expect(guidOf(` ${open}${cased}${close} `)).toBe(guid);
        expect(guidOf(cased.replaceAll("-", ""))).toBe(guid);
      }),
    );
  });

  it.each(["", "none", "{}", "12345678-1234-1234-1234-12345678901", "g2345678-1234-1234-1234-123456789012", 5])(
    "gives nothing for %j",
    (text) => {
      expect(guidOf(text)).toBeUndefined();
    },
  );

  it("leaves to jobIdOf() what is no GUID, in lower case", () => {
    expect(jobIdOf(" Job-A ")).toBe("job-a");
    expect(jobIdOf(undefined)).toBe("");
  });
});

describe("numberOf()", () => {
  it.each([
    ["372294.0861", 372_294.0861],
    ["0", 0],
    [" 15 ", 15],
    ["-2147213196", -2_147_213_196],
    ["1.5E3", 1500],
    [42, 42],
  ])("reads %j", (value, number) => {
    expect(numberOf(value)).toBe(number);
  });

  it.each(["", " ", "1,5", "0x10", "1e999", "Infinity", "NaN", "12 files", Number.NaN, Number.POSITIVE_INFINITY, [1]])(
    "gives nothing for %j",
    (value) => {
      expect(numberOf(value)).toBeUndefined();
    },
  );

  it("counts nothing below zero in countOf()", () => {
    expect([countOf("-1"), countOf("0"), countOf(7)]).toEqual([undefined, 0, 7]);
  });
});

describe("booleanOf()", () => {
  it.each([
    ["True", true],
    ["False", false],
    ["false", false],
    [" TRUE ", true],
    [true, true],
    [false, false],
    ["", undefined],
    ["yes", undefined],
    [1, undefined],
  ])("reads %j", (value, boolean) => {
    expect(booleanOf(value)).toBe(boolean);
  });
});

describe("values of events", () => {
  it("are read without a throw, whatever they are", () => {
    fc.assert(
      fc.property(anything, (value) => {
        for (const read of [textOf, numberOf, countOf, booleanOf, guidOf, jobIdOf, timeOf]) {
          expect(() => read(value)).not.toThrow();
        }
      }),
    );
  });
});
