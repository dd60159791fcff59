import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FieldValue } from "../model/index.ts";
import { fieldFault } from "./field-faults.ts";

const listId = "5f510440-5689-5a95-a29c-ba1fb232de2d";
const term = { label: "Red", termGuid: listId };
const noteField = { name: "i0f4" };

const faultOf = (field: unknown) => fieldFault(field as FieldValue);

describe("fieldFault()", () => {
  test.each<[object, string]>([
    [{ type: "Text", value: 7 }, "takes a text: current value is 7"],
    [{ type: "Choice", value: ["A"] }, "takes a text: current value is a list"],
    [{ type: "Note" }, "takes a text: current value is undefined"],
    [{ type: "MultiChoice", value: "A" }, 'takes a list: current value is "A"'],
    [{ type: "MultiChoice", value: [7] }, "takes texts: current value is 7"],
    [
      { type: "MultiChoice", value: ["A", "B;#C"] },
      'takes choices that are not empty and without ";#": current value is "B;#C"',
    ],
    [{ type: "MultiChoice", value: [""] }, 'takes choices that are not empty and without ";#": current value is ""'],
    [{ type: "Number", value: Number.NaN }, "takes a finite number: current value is NaN"],
    [{ type: "Currency", value: Number.POSITIVE_INFINITY }, "takes a finite number: current value is Infinity"],
    [{ type: "Number", value: "1,5" }, 'takes a decimal with a point: current value is "1,5"'],
    [{ type: "Number", value: null }, "takes a finite number: current value is null"],
    [{ type: "Integer", value: 1.5 }, "takes an integer of 32 bits: current value is 1.5"],
    [{ type: "Counter", value: 2147483648 }, "takes an integer of 32 bits: current value is 2147483648"],
    [{ type: "Integer", value: "7" }, 'takes an integer of 32 bits: current value is "7"'],
    [{ type: "Boolean", value: 1 }, "takes true or false: current value is 1"],
    [{ type: "DateTime", value: new Date(Number.NaN) }, "takes a date: current value is an invalid date"],
    [{ type: "DateTime", value: "2020-01-01" }, 'takes a date: current value is "2020-01-01"'],
    [{ type: "URL", value: "https://x.y" }, 'takes an object with a url: current value is "https://x.y"'],
    [{ type: "URL", value: { url: "u", description: 7 } }, "takes a description in text: current value is 7"],
    [{ type: "User", value: "" }, "takes users: a login is empty"],
    [{ type: "User", value: {} }, "takes users: a group is named by a text: current value is undefined"],
    [{ type: "UserMulti", value: "a@x.y" }, 'takes a list: current value is "a@x.y"'],
    [{ type: "UserMulti", value: [7] }, "takes users: a principal is a login or { group }: current value is 7"],
    [{ type: "Lookup", value: 54 }, "takes an object: current value is 54"],
    [
      { type: "Lookup", value: { itemId: 1, listId: "Lists" } },
      'takes a listId that is a GUID: current value is "Lists"',
    ],
    [{ type: "Lookup", value: { itemId: 0, listId } }, "takes item ids, integers from 1: current value is 0"],
    [{ type: "LookupMulti", value: { itemIds: 7, listId } }, "takes a list: current value is 7"],
    [{ type: "LookupMulti", value: null }, "takes an object: current value is null"],
    [{ type: "TaxonomyFieldType", value: term }, "needs a noteField: current value is undefined"],
    [
      { type: "TaxonomyFieldType", value: term, noteField: { name: "" } },
      'has a noteField whose name is a text that isn\'t empty: current value is ""',
    ],
    [
      { type: "TaxonomyFieldType", value: { ...term, label: "a;b" }, noteField },
      'takes labels that are not empty and without ";" and "|": current value is "a;b"',
    ],
    [
      { type: "TaxonomyFieldType", value: { ...term, termGuid: "red" }, noteField },
      'takes a termGuid that is a GUID: current value is "red"',
    ],
    [
      { type: "TaxonomyFieldTypeMulti", value: [{ ...term, wssId: -2 }], noteField },
      "takes a wssId from -1: current value is -2",
    ],
    [{ type: "TaxonomyFieldTypeMulti", value: [null], noteField }, "takes terms: current value is null"],
    [{ type: "raw", value: 7 }, "takes texts: current value is 7"],
    [{ type: "Geolocation", value: "x" }, 'has a type that is known: current value is "Geolocation"'],
    [{ value: "x" }, "has a type that is known: current value is undefined"],
  ])("says of %j: %s", (value, fault) => {
    expect(faultOf({ name: "Column", ...value })).toBe(`its column "Column" ${fault}`);
  });

  test("says what is wrong with the column itself", () => {
    expect(faultOf(null)).toBe("the value of a column is an object: current value is null");
    expect(faultOf({ type: "Text", value: "a" })).toBe(
      "a column's name is a text that isn't empty: current value is undefined",
    );
    expect(faultOf({ name: "A", fieldId: "7", type: "Text", value: "a" })).toBe(
      'a column\'s fieldId is a GUID: current value is "7"',
    );
  });

  test("shows a long value in short", () => {
    expect(faultOf({ name: "A", type: "Number", value: "x".repeat(200) })).toBe(
      `its column "A" takes a decimal with a point: current value is "${"x".repeat(100)}…"`,
    );
  });

  test("finds a fault in anything, or none, and throws never", () => {
    const type = fc.constantFrom(
      ...["Text", "MultiChoice", "Number", "Integer", "Boolean", "DateTime", "URL", "User", "UserMulti", "Lookup"],
      ...["LookupMulti", "TaxonomyFieldType", "TaxonomyFieldTypeMulti", "raw"],
    );
    const value = fc.anything({ withNullPrototype: true, withDate: true });
    fc.assert(
      fc.property(type, value, value, (kind, content, note) => {
        const fault = faultOf({ name: "A", type: kind, value: content, noteField: note });
        expect(fault === undefined || fault.includes("current value is") || fault.includes("empty")).toBe(true);
      }),
    );
  });
});
