import { describe, expect, it } from "vitest";
import { bytes, count, countOf, duration, moment, percentage, rate } from "./quantities.ts";

describe("quantities of the page", () => {
  it("groups digits and counts nouns", () => {
    expect([count(0), count(1234567), countOf(1, "job"), countOf(1200, "job")]).toEqual([
      "0",
      "1,234,567",
      "1 job",
      "1,200 jobs",
    ]);
  });

  it("shows bytes in decimal units", () => {
    expect([0, 999, 999.9, 1000, 9949, 999_949, 1_234_567, 2.5e15, 4e18].map(bytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "1.0 kB",
      "9.9 kB",
      "1.0 MB",
      "1.2 MB",
      "2.5 PB",
      "4,000 PB",
    ]);
  });

  it("shows two digits of small rates", () => {
    expect([0, 0.0321, 4.25, 123.4].map(rate)).toEqual(["0", "0.032", "4.3", "123"]);
  });

  it("shows spans by their two largest units", () => {
    expect([0, 340, 1000, 59_600, 200_000, 7_500_000, 273_600_000, 3_600_000].map(duration)).toEqual([
      "0 ms",
      "340 ms",
      "1 s",
      "1 min",
      "3 min 20 s",
      "2 h 5 min",
      "3 d 4 h",
      "1 h",
    ]);
  });

  it("shows moments in UTC, and shares that never hide a loss", () => {
    expect([moment("2026-01-05T11:00:00.123+01:00"), moment(undefined), moment("soon")]).toEqual([
      "2026-01-05 10:00:00",
      "",
      "soon",
    ]);
    expect([
      percentage(0, 0),
      percentage(1, 3),
      percentage(1, 1e6),
      percentage(999_999, 1e6),
      percentage(5, 5),
    ]).toEqual(["0%", "33.3%", "<0.1%", ">99.9%", "100%"]);
  });
});
