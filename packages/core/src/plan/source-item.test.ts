import { describe, expect, test } from "vitest";
import { isPlain, itemDates, itemFault } from "./source-item.ts";

const NOW = new Date("2024-05-06T07:08:09.999Z");

describe("itemDates()", () => {
  test("cuts down to whole seconds in UTC", () => {
    const created = new Date("2020-02-29T23:59:59.999+01:00");
    expect(itemDates({ created, modified: created }, NOW).created).toBe("2020-02-29T22:59:59Z");
  });

  test("takes a missing date from the other one, then from the clock", () => {
    const date = new Date("2020-01-01T00:00:00Z");
    expect(itemDates({ created: date }, NOW).modified).toBe("2020-01-01T00:00:00Z");
    expect(itemDates({ modified: date }, NOW).created).toBe("2020-01-01T00:00:00Z");
    expect(itemDates({}, NOW)).toEqual({ created: "2024-05-06T07:08:09Z", modified: "2024-05-06T07:08:09Z" });
  });

  test("keeps within the dates that SharePoint holds", () => {
    const dates = itemDates({ created: new Date(-8.64e15), modified: new Date(8.64e15) }, NOW);
    expect(dates).toEqual({ created: "1900-01-01T00:00:00Z", modified: "9999-12-31T23:59:59Z" });
  });
});

describe("itemFault()", () => {
  test("finds none in items of each kind", () => {
    const content = new Uint8Array(2);
    expect(itemFault({ kind: "folder", path: ["a"], created: NOW })).toBeUndefined();
    expect(itemFault({ kind: "file", path: ["a"], size: 2, content })).toBeUndefined();
    expect(itemFault({ kind: "problem", path: ["a"], outcome: "failed", message: "no" })).toBeUndefined();
  });

  test("names what is wrong with the value that it has", () => {
    expect(itemFault({ kind: "file", path: ["a"], size: -1, content: { path: "/a" } })).toBe(
      "its size is no count of bytes: current value is -1",
    );
  });

  test.each([
    [{ outcome: "packaged", message: "no" }, "its outcome is unknown: current value is packaged"],
    [{ message: "no" }, "its outcome is unknown: current value is undefined"],
    [{ outcome: "failed", message: 5n }, "its message is no text"],
    [{ outcome: "failed", message: "no", code: "OOPS" }, "its code is unknown: current value is OOPS"],
  ])("lets no problem pass that would be no outcome: %o", (problem, fault) => {
    expect(itemFault({ kind: "problem", path: ["a"], ...problem } as never)).toBe(fault);
  });
});

describe("isPlain()", () => {
  const file = {
    kind: "file",
    path: ["a"],
    size: 0,
    modified: new Date(0),
    content: new Uint8Array(),
    identity: "1:2:3",
    fingerprint: "4",
  } as const;

  test("is true of an item without details, also where they are said to be undefined", () => {
    expect(isPlain(file)).toBe(true);
    expect(isPlain({ ...file, author: undefined } as never)).toBe(true);
    expect(isPlain(Object.assign(Object.create(null), file))).toBe(true);
  });

  test("is false of an item with details, and with marks that no file system gives", () => {
    expect(isPlain({ ...file, versions: [] })).toBe(false);
    expect(isPlain({ ...file, identity: "" })).toBe(false);
    expect(isPlain({ ...file, fingerprint: "x".repeat(257) })).toBe(false);
  });

  test("finds details that an item of a class has by a getter", () => {
    class Entry {
      readonly kind = "folder";
      readonly path = ["a"];
      get author(): string {
        return "ada";
      }
    }
    expect(isPlain(new Entry())).toBe(false);
  });
});
