import { describe, expect, it } from "vitest";
import { entryDates } from "./entry-dates.ts";

describe("entryDates", () => {
  it("takes both dates of a file that was changed after it was made", () => {
    expect(entryDates({ birthtimeMs: 1000, mtimeMs: 2000.5 })).toEqual({
      created: new Date(1000),
      modified: new Date(2000),
    });
  });

  it("takes the modification for the creation of a copy, which keeps its older content's date", () => {
    expect(entryDates({ birthtimeMs: 3000, mtimeMs: 2000 })).toEqual({
      created: new Date(2000),
      modified: new Date(2000),
    });
  });

  it.each([0, -1, Number.NaN])("leaves out a creation that the file system doesn't know (%d)", (birthtimeMs) => {
    expect(entryDates({ birthtimeMs, mtimeMs: 2000 })).toEqual({ modified: new Date(2000) });
  });

  it("keeps dates before 1970, and makes valid ones of dates beyond those that Date holds", () => {
    expect(entryDates({ birthtimeMs: 1, mtimeMs: -2_524_521_600_000 }).modified.getUTCFullYear()).toBe(1890);
    expect(entryDates({ birthtimeMs: 0, mtimeMs: 1e17 }).modified.getTime()).toBe(8.64e15);
    expect(entryDates({ birthtimeMs: 0, mtimeMs: -1e17 }).modified.getTime()).toBe(-8.64e15);
  });
});
