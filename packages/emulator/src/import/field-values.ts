import type { ItemField, Principal } from "../site/types.ts";
import { demand } from "./fault.ts";
import { isGuid } from "./simple-types.ts";
import type { Element } from "./xml-reader.ts";

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const isoDate = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z?$/;
const nativeDate = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d):(\d\d)$/;
const guidPart = "\\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\}?";
const lookup = new RegExp(`^\\d+;# ?;${guidPart}$`);
const lookups = new RegExp(`^\\d+;# ?(?:;#\\d+;# ?)*;${guidPart}$`);
const term = "-?\\d+;#[^|]*\\|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
const oneTerm = new RegExp(`^${term}$`);
const manyTerms = new RegExp(`^${term}(?:;#${term})*$`);
const oneUser = /^(\d+);(?:#;)?UserInfo$/;
const manyUsers = /^\d+;#(?:;#\d+;#)*;UserInfo$/;

/** Values by field type; where `Type` is given the value is parsed by it. Types that are not here take any text. */
const parsers: Readonly<Record<string, (value: string) => boolean>> = {
  MultiChoice: (value) => /^;#.*;#$/s.test(value),
  Number: (value) => decimal.test(value),
  Currency: (value) => decimal.test(value),
  Integer: isInteger,
  Counter: isInteger,
  Boolean: (value) => value === "0" || value === "1",
  DateTime: isDate,
  User: (value) => oneUser.test(value),
  UserMulti: (value) => manyUsers.test(value) || oneUser.test(value),
  Lookup: (value) => lookup.test(value),
  LookupMulti: (value) => lookups.test(value),
  TaxonomyFieldType: (value) => oneTerm.test(value),
  TaxonomyFieldTypeMulti: (value) => manyTerms.test(value),
};

/** Reads a `Field`; refuses a value that its type can't be. */
export function fieldOf(element: Element, find: (id: string) => Principal | undefined): ItemField {
  const { Name = "", Value, Value2, FieldId, Type } = element.attributes;
  demand(Name !== "" || FieldId !== undefined, "A field has neither a name nor an id.");
  demand(FieldId === undefined || isGuid(FieldId), `The id of the field '${Name}' is no GUID: '${FieldId}'.`, "format");
  const value = Value ?? "";
  const parse = Type !== undefined && Object.hasOwn(parsers, Type) ? parsers[Type] : undefined;
  demand(
    value === "" || parse === undefined || parse(value),
    `The value '${value}' of the field '${Name}' is not valid for its type ${Type}.`,
    "argument",
  );
  const principals = Type === "User" || Type === "UserMulti" ? principalsOf(value, Name, find) : undefined;
  return {
    name: Name,
    value,
    ...(Value2 === undefined ? {} : { value2: Value2 }),
    ...(FieldId === undefined ? {} : { fieldId: FieldId }),
    ...(Type === undefined ? {} : { type: Type }),
    ...(principals === undefined ? {} : { principals }),
  };
}

function principalsOf(value: string, field: string, find: (id: string) => Principal | undefined): Principal[] {
  const ids = value
    .replace(/;(?:#;)?UserInfo$/, "")
    .split(/;#/)
    .map((id) => id.replaceAll(";", ""));
  return ids.filter(Boolean).map((id) => {
    const principal = find(id);
    demand(principal !== undefined, `The user '${id}' of the field '${field}' is not in the user map.`);
    return principal;
  });
}

function isInteger(value: string): boolean {
  return /^[+-]?\d+$/.test(value) && Math.abs(Number(value)) <= 2 ** 31;
}

function isDate(value: string): boolean {
  const iso = isoDate.exec(value);
  const native = nativeDate.exec(value);
  const [year, month, day, hour, minute, second] = iso
    ? iso.slice(1).map(Number)
    : native
      ? [native[3], native[1], native[2], native[4], native[5], native[6]].map(Number)
      : [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const last = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return (
    month >= 1 && month <= 12 && day >= 1 && day <= last && (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60
  );
}
