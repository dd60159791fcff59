import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FieldValue } from "../model/index.ts";
import { type FieldForms, fieldFault, planFields } from "./fields.ts";
import { People } from "./people.ts";

const listId = "5f510440-5689-5a95-a29c-ba1fb232de2d";
const termA = "a44d2e88-4f67-5c50-a2e0-25e8d87df2d2";
const termB = "74ef622c-93fb-5b54-ac31-08fd5678b2ac";

const forms: FieldForms = { dateTimeFields: "iso", userFields: "native" };

function newPeople(): People {
  return new People({ defaultAuthor: { name: "A", login: "author@x.y" }, people: { unmapped: "keep" } });
}

/** A value without its column's name, for each member of the union. */
type ValueOf<F> = F extends FieldValue ? Omit<F, "name"> : never;

function plan(value: ValueOf<FieldValue>, given: Partial<FieldForms> = {}) {
  const field = { name: "Column", ...value } as FieldValue;
  expect(fieldFault(field)).toBeUndefined();
  return planFields([field], newPeople(), { ...forms, ...given });
}

describe("planFields()", () => {
  test.each<[ValueOf<FieldValue>, string]>([
    [{ type: "Text", value: "a;#b\u000b" }, "a;#b\u000b"],
    [{ type: "Note", value: "" }, ""],
    [{ type: "Choice", value: "One" }, "One"],
    [{ type: "MultiChoice", value: ["A", "B; C"] }, ";#A;#B; C;#"],
    [{ type: "MultiChoice", value: [] }, ""],
    [{ type: "Number", value: -1.5 }, "-1.5"],
    [{ type: "Number", value: 1e-7 }, "0.0000001"],
    [{ type: "Currency", value: "12345678901234567890.10" }, "12345678901234567890.10"],
    [{ type: "Integer", value: -2147483648 }, "-2147483648"],
    [{ type: "Counter", value: 7 }, "7"],
    [{ type: "Boolean", value: true }, "1"],
    [{ type: "Boolean", value: false }, "0"],
    [{ type: "DateTime", value: new Date("2020-04-28T23:00:00.999Z") }, "2020-04-28T23:00:00"],
    [{ type: "DateTime", value: new Date("1601-01-01T00:00:00Z") }, "1900-01-01T00:00:00"],
    [{ type: "DateTime", value: new Date(8.64e15) }, "9999-12-31T23:59:59"],
    [{ type: "Lookup", value: { itemId: 54, listId } }, `54;# ;${listId}`],
    [{ type: "LookupMulti", value: { itemIds: [54, 8], listId } }, `54;# ;#8;# ;${listId}`],
    [{ type: "Lookup", value: { itemId: 54, listId: `{${listId.toUpperCase()}}` } }, `54;# ;${listId}`],
    [{ type: "LookupMulti", value: { itemIds: [], listId } }, ""],
    [{ type: "User", value: "a@x.y" }, "2;UserInfo"],
    [{ type: "User", value: "author@x.y" }, "1;UserInfo"],
    [{ type: "UserMulti", value: ["a@x.y", { group: "Team" }, "A@x.y"] }, "2;#;#3;#;UserInfo"],
    [{ type: "UserMulti", value: ["a@x.y"] }, "2;#;UserInfo"],
    [{ type: "UserMulti", value: [] }, ""],
  ])("writes %j as %j", (value, expected) => {
    const [field, ...others] = plan(value);
    expect(field).toMatchObject({ name: "Column", type: value.type, value: expected });
    expect(others).toEqual([]);
  });

  test("writes dates of the American form where that is asked for", () => {
    const value = new Date("2020-04-28T23:00:00Z");
    expect(plan({ type: "DateTime", value }, { dateTimeFields: "us" })[0]?.value).toBe("04/28/2020 23:00:00");
  });

  test("writes a user with an empty look-up value where that is asked for", () => {
    expect(plan({ type: "User", value: "a@x.y" }, { userFields: "hash" })[0]?.value).toBe("2;#;UserInfo");
  });

  test("tells whom a value names, each once", () => {
    expect(plan({ type: "User", value: "a@x.y" })[0]?.principals).toEqual([2]);
    expect(plan({ type: "UserMulti", value: ["b@x.y", { group: "g" }, "B@x.y"] })[0]?.principals).toEqual([2, 3]);
    expect(plan({ type: "Text", value: "a@x.y" })[0]).not.toHaveProperty("principals");
  });

  test("leaves out groups that SharePoint makes itself, and a column that names nobody else", () => {
    const links = { group: "SharingLinks.1" };
    expect(plan({ type: "User", value: links })).toEqual([]);
    expect(plan({ type: "UserMulti", value: [links] })).toEqual([]);
    expect(plan({ type: "UserMulti", value: [links, "a@x.y"] })[0]?.value).toBe("2;#;UserInfo");
  });

  test("writes an address, and its description besides", () => {
    expect(plan({ type: "URL", value: { url: "https://x.y", description: "X" } })).toEqual([
      { name: "Column", type: "URL", value: "https://x.y", value2: "X" },
    ]);
    expect(plan({ type: "URL", value: { url: "https://x.y" } })).toEqual([
      { name: "Column", type: "URL", value: "https://x.y" },
    ]);
  });

  test("writes a term and its hidden companion", () => {
    const noteField = { name: "i0f4", fieldId: listId };
    const value = { label: "Red", termGuid: termA };
    expect(plan({ type: "TaxonomyFieldType", fieldId: termB, value: { ...value, wssId: 7 }, noteField })).toEqual([
      { name: "Column", type: "TaxonomyFieldType", fieldId: termB, value: `7;#Red|${termA}` },
      { name: "i0f4", type: "Note", fieldId: listId, value: `Red|${termA}` },
    ]);
    expect(plan({ type: "TaxonomyFieldType", value, noteField: { name: "i0f4" } })).toEqual([
      { name: "Column", type: "TaxonomyFieldType", value: `-1;#Red|${termA}` },
      { name: "i0f4", type: "Note", value: `Red|${termA}` },
    ]);
  });

  test("writes GUIDs without braces and in lower case", () => {
    const braced = (guid: string) => `{${guid.toUpperCase()}}`;
    const value = { label: "Red", termGuid: braced(termA) };
    const noteField = { name: "i0f4", fieldId: braced(listId) };
    expect(plan({ type: "TaxonomyFieldType", fieldId: braced(termB), value, noteField })).toEqual([
      { name: "Column", type: "TaxonomyFieldType", fieldId: termB, value: `-1;#Red|${termA}` },
      { name: "i0f4", type: "Note", fieldId: listId, value: `Red|${termA}` },
    ]);
  });

  test("writes several terms, and all of them in the companion", () => {
    const value = [
      { label: "Red", termGuid: termA, wssId: 7 },
      { label: "Blue", termGuid: termB },
    ];
    expect(plan({ type: "TaxonomyFieldTypeMulti", value, noteField: { name: "i0f4" } })).toEqual([
      { name: "Column", type: "TaxonomyFieldTypeMulti", value: `7;#Red|${termA};#-1;#Blue|${termB}` },
      { name: "i0f4", type: "Note", value: `Red|${termA};Blue|${termB}` },
    ]);
    expect(plan({ type: "TaxonomyFieldTypeMulti", value: [], noteField: { name: "i0f4" } })).toEqual([
      { name: "Column", type: "TaxonomyFieldTypeMulti", value: "" },
      { name: "i0f4", type: "Note", value: "" },
    ]);
  });

  test("leaves the companion as it is where the columns hold it", () => {
    const term = { label: "Red", termGuid: termA };
    const fields: FieldValue[] = [
      { name: "Colour", type: "TaxonomyFieldType", value: term, noteField: { name: "i0f4" } },
      { name: "i0f4", type: "raw", value: "as exported" },
    ];
    const values = (given: readonly FieldValue[]) =>
      planFields(given, newPeople(), forms).map(({ name, value }) => [name, value]);
    expect(values(fields)).toEqual([
      ["Colour", `-1;#Red|${termA}`],
      ["i0f4", "as exported"],
    ]);
    expect(values([...fields].reverse())).toEqual([
      ["i0f4", "as exported"],
      ["Colour", `-1;#Red|${termA}`],
    ]);
  });

  test("writes a raw value as it is", () => {
    expect(plan({ type: "raw", fieldType: "Geolocation", fieldId: listId, value: "POINT (1 2)", value2: "x" })).toEqual(
      [{ name: "Column", type: "Geolocation", fieldId: listId, value: "POINT (1 2)", value2: "x" }],
    );
    expect(plan({ type: "raw" })).toEqual([{ name: "Column" }]);
  });

  test("writes choices so that they can be told apart again", () => {
    const choice = fc
      .string({ unit: fc.constantFrom(";", "#", "a", " ", "é"), minLength: 1 })
      .filter((text) => fieldFault({ name: "C", type: "MultiChoice", value: [text] }) === undefined);
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1 }), (value) => {
        expect(plan({ type: "MultiChoice", value })[0]?.value?.split(";#")).toEqual(["", ...value, ""]);
      }),
    );
  });

  test("keeps the order of the columns, and their ids", () => {
    const fields: FieldValue[] = [
      { name: "B", type: "Text", value: "b", fieldId: listId },
      { name: "A", type: "TaxonomyFieldTypeMulti", value: [], noteField: { name: "Note" } },
      { name: "C", type: "Boolean", value: true },
    ];
    expect(planFields(fields, newPeople(), forms).map(({ name, fieldId }) => [name, fieldId])).toEqual([
      ["B", listId],
      ["A", undefined],
      ["Note", undefined],
      ["C", undefined],
    ]);
  });
});
