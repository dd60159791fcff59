import { describe, expect, it } from "vitest";
import { parseFilter } from "./odata-filter.ts";

const item: Readonly<Record<string, unknown>> = {
  Id: 5,
  Title: "It's a Plan",
  FSObjType: 1,
  Hidden: false,
  Note: null,
};
const holds = (filter: string) => parseFilter(filter)((name) => item[name]);

describe("parseFilter()", () => {
  it.each([
    "Id eq 5",
    "Id gt 4 and Id lt 6",
    "Id ne 5 or FSObjType eq 1",
    "(Id eq 1 or Id eq 5) and Hidden eq false",
    "Id eq 5 or Id eq 1 and Id eq 2",
    "Title eq 'it''s a plan'",
    "startswith(Title,'It')",
    "substringof('plan', Title)",
    "Note eq null",
    "Id ge 5 and Id le 5",
  ])("holds: %s", (filter) => {
    expect(holds(filter)).toBe(true);
  });

  it.each(["Id eq 4", "Hidden eq true", "startswith(Title,'a')", "Title ne 'It''s a Plan'", "Note ne null"])(
    "does not hold: %s",
    (filter) => {
      expect(holds(filter)).toBe(false);
    },
  );

  it.each([
    "",
    "Id",
    "Id eq",
    "Id like 5",
    "Id eq 5 and",
    "(Id eq 5",
    "Id eq 5)",
    "length(Title) eq 5",
    "Title eq 'x",
    "Other eq 1",
  ])("refuses rather than to guess: %s", (filter) => {
    expect(() => holds(filter)).toThrow();
  });
});
