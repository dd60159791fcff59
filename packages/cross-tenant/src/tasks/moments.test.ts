import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { looseMomentOf, momentOf } from "./moments.ts";

describe("momentOf()", () => {
  it("reads what dates write, to the millisecond", () => {
    const dates = fc.date({
      min: new Date("1900-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        expect(momentOf(date.toISOString())).toBe(date.getTime());
      }),
    );
  });

  it.each([
    ["2027-01-31T06:00Z", "2027-01-31T06:00:00.000Z"],
    ["2027-01-31T06:00:00+02:00", "2027-01-31T04:00:00.000Z"],
    ["2027-01-31T06:00:00.1234567-05:30", "2027-01-31T11:30:00.123Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ])("reads %s", (text, iso) => {
    expect(new Date(momentOf(text) ?? 0).toISOString()).toBe(iso);
  });

  it.each([
    "",
    "2027-01-31",
    "2027-01-31T06:00:00",
    "2027-01-31 06:00:00Z",
    "2027-1-31T06:00:00Z",
    "2027-02-29T06:00:00Z",
    "2027-13-01T06:00:00Z",
    "2027-01-31T24:00:00Z",
    "2027-01-31T06:60:00Z",
    "2027-01-31T06:00:00+24:00",
    "31 January 2027 06:00Z",
    "0001-01-01T00:00:00Z",
  ])("doesn't take %j", (text) => {
    expect(momentOf(text)).toBeUndefined();
  });
});

describe("looseMomentOf()", () => {
  it.each([
    ["2025-7-18T13:46:56Z", "2025-07-18T13:46:56.000Z"],
    ["2025-07-18T13:46:56", "2025-07-18T13:46:56.000Z"],
    [" 2025-7-8T3:4:5.6z ", "2025-07-08T03:04:05.600Z"],
    ["2025-07-18T13:46:56+0200", "2025-07-18T11:46:56.000Z"],
  ])("reads %j", (text, iso) => {
    expect(new Date(looseMomentOf(text) ?? 0).toISOString()).toBe(iso);
  });

  it.each([
    [undefined],
    [null],
    [0],
    [{}],
    ["soon"],
    ["2025-7-32T00:00:00Z"],
    ["0001-01-01T00:00:00Z"],
    ["1601-01-01T00:00:00Z"],
  ])("gives nothing for %j", (value) => {
    expect(looseMomentOf(value)).toBeUndefined();
  });
});
