import { describe, expect, it } from "vitest";
import { isBase64, valueCheck } from "../schema/values.ts";
import { fieldForms, isoDate, noteValue, userIdsOf } from "./field-values.ts";

const guid = "abcdef01-0000-4000-8000-000000000001";

const values: readonly (readonly [type: string, right: readonly string[], wrong: readonly string[]])[] = [
  ["Number", ["1", "-1.5", "+.5", "1e-3", "2."], ["1,5", "0x1", "NaN", "1 ", "."]],
  ["Currency", ["12.30"], ["$12"]],
  ["Integer", ["-7"], ["7.0", ""]],
  ["Boolean", ["0", "1"], ["true", "2"]],
  ["DateTime", ["2024-02-29T23:59:59Z", "02/29/2024 00:00:00"], ["2023-02-29T00:00:00", "29/02/2024 00:00:00", "now"]],
  ["MultiChoice", [";#A;#", ";#A;#B;#"], ["A", ";#A", ";#;#", ";#A;#;#", ";#"]],
  ["URL", ["https://a/b", "/sites/a", "mailto:a@b"], ["a b", "www.example.com"]],
  ["User", ["13;UserInfo", "13;#;UserInfo"], ["13", "13;#Kim", "a;UserInfo"]],
  ["UserMulti", ["1;#;#2;#;UserInfo", "1;#;UserInfo", "1;UserInfo"], ["1;2;UserInfo", ";#;UserInfo"]],
  ["Lookup", [`54;# ;${guid}`, `54;#;${guid}`, `54;#;{${guid}}`], [`54;${guid}`, "54;#x"]],
  ["LookupMulti", [`54;# ;#8;# ;${guid}`, `54;# ;${guid}`], [`54;# 8;# ;${guid}`]],
  ["TaxonomyFieldType", [`-1;#A|${guid}`, `7;#A;B|${guid}`], [`A|${guid}`, "7;#A", `-2;#A|${guid}`]],
  ["TaxonomyFieldTypeMulti", [`1;#A|${guid};#2;#B;#C|${guid}`], [`1;#A|${guid};2;#B|${guid}`]],
];

const LONG = 1_000_000;
/** What would be too much for a pattern that goes back, or for a list of what is between delimiters. */
const hostile: readonly string[] = [
  "1".repeat(LONG),
  `${"0".repeat(LONG)}x`,
  `2024-01-01T00:00:00.${"0".repeat(LONG)}x`,
  `1${";#;#1".repeat(LONG / 5)};#;UserInfo`,
  `1${";#;#1".repeat(LONG / 5)}x`,
  `1;#${";#1;#".repeat(LONG / 5)}`,
  ";#".repeat(LONG / 2),
  `1;#${"|".repeat(LONG)}`,
  `1;#A|${guid};#`.repeat(LONG / 45),
  "AAAA".repeat(LONG / 4),
];

describe("fieldForms", () => {
  it.each(values)("knows values of type %s", (type, right, wrong) => {
    const form = fieldForms.get(type);
    for (const value of right) expect(form?.isValid(value), value).toBe(true);
    for (const value of wrong) expect(form?.isValid(value), value).toBe(false);
  });

  it("answers for values of any length, without throwing", () => {
    for (const value of hostile) {
      for (const form of fieldForms.values()) expect(typeof form.isValid(value)).toBe("boolean");
      for (const type of ["unsignedLong", "int", "float", "dateTime", "guid", "base64of16", "boolean"] as const) {
        valueCheck(type)?.(value);
      }
      expect(typeof isBase64(value)).toBe("boolean");
      expect(typeof noteValue("TaxonomyFieldTypeMulti", value)).toMatch(/string|undefined/);
    }
  });
});

describe("userIdsOf()", () => {
  it("gives those whom a value of users names, and none of another type", () => {
    expect([...userIdsOf("User", "13;#;UserInfo")]).toEqual(["13"]);
    expect([...userIdsOf("UserMulti", "1;#;#22;#;UserInfo")]).toEqual(["1", "22"]);
    expect([...userIdsOf("Lookup", `13;#;${guid}`)]).toEqual([]);
  });
});

describe("isoDate()", () => {
  it("gives one form for both", () => {
    expect(isoDate("12/31/2023 23:59:59")).toBe("2023-12-31T23:59:59");
    expect(isoDate("2023-12-31T23:59:59")).toBe("2023-12-31T23:59:59");
  });
});

describe("noteValue()", () => {
  it("gives labels and GUIDs as the hidden field has them", () => {
    expect(noteValue("TaxonomyFieldType", `-1;#A|${guid}`)).toBe(`A|${guid}`);
    expect(noteValue("TaxonomyFieldTypeMulti", `1;#A|${guid};#2;#B|${guid}`)).toBe(`A|${guid};B|${guid}`);
    expect(noteValue("Text", `-1;#A|${guid}`)).toBeUndefined();
  });
});
