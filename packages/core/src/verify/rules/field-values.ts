import { isDateTime } from "../schema/values.ts";

/** What a column's value has to be, by the column's type. A value that is absent or empty is none, and always right. */
export interface FieldForm {
  /** In words that follow "must be". */
  readonly expected: string;
  isValid(value: string): boolean;
}

const GUID = "\\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\}?";
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const integer = /^[+-]?\d{1,20}$/;
/** `MM/dd/yyyy HH:mm:ss`, as native exports show it. */
const monthFirst = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d:\d\d)$/;
const user = /^\d+;(?:#;)?UserInfo$/;
const users = /^\d+(?:;#;#\d+)*;(?:#;)?UserInfo$/;
const lookup = new RegExp(`^\\d+;# ?;${GUID}$`, "i");
const lookups = new RegExp(`^\\d+;# ?(?:;#\\d+;# ?)*;${GUID}$`, "i");
const term = /^(?:-1|\d+);#([^|]*)\|([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;
/** What stands between two terms; a label can't hold it after a GUID. */
const betweenTerms = /;#(?<=\|[0-9a-f-]{36};#)/i;

function form(expected: string, isValid: (value: string) => boolean): FieldForm {
  return { expected, isValid };
}

const decimal = form("a decimal number with a point", (value) => number.test(value));
const whole = form("an integer", (value) => integer.test(value));

/** Types that are not here have any text. */
export const fieldForms: ReadonlyMap<string, FieldForm> = new Map([
  ["Number", decimal],
  ["Currency", decimal],
  ["Integer", whole],
  ["Counter", whole],
  ["Boolean", form("1 or 0", (value) => value === "1" || value === "0")],
  [
    "DateTime",
    form("a date of the form 2024-12-31T23:59:59 or 12/31/2024 23:59:59", (value) => isoDate(value) !== undefined),
  ],
  ["MultiChoice", form("choices with ;# before, between and behind them", isMultiChoice)],
  ["URL", form("an absolute URL, or one that begins with a slash", isUrl)],
  ["User", form("an id of UserGroup.xml with ;UserInfo or ;#;UserInfo behind it", (value) => user.test(value))],
  [
    "UserMulti",
    form("ids of UserGroup.xml with ;#;# between and ;#;UserInfo behind them", (value) => users.test(value)),
  ],
  ["Lookup", form("an item id, ;#; and the GUID of its list", (value) => lookup.test(value))],
  ["LookupMulti", form("item ids, each with ;#, and the GUID of their list", (value) => lookups.test(value))],
  ["TaxonomyFieldType", form("WssId;#Label|TermGuid", (value) => noteOf([value]) !== undefined)],
  [
    "TaxonomyFieldTypeMulti",
    form("WssId;#Label|TermGuid, joined by ;#", (value) => noteOf(termsOf(value)) !== undefined),
  ],
]);

/** ISO form of either form of a date; undefined if it is none. */
export function isoDate(value: string): string | undefined {
  const parts = monthFirst.exec(value);
  const iso = parts === null ? value : `${parts[3]}-${parts[1]}-${parts[2]}T${parts[4]}`;
  return isDateTime(iso) ? iso : undefined;
}

/** Ids of those whom a User or UserMulti value of the right form names; none of other types. */
export function* userIdsOf(type: string, value: string): Generator<string, void, undefined> {
  if (type !== "User" && type !== "UserMulti") return;
  for (const [id] of value.matchAll(/\d+/g)) yield id;
}

/** The value of the hidden note field that belongs to a managed metadata value; undefined if that is none. */
export function noteValue(type: string, value: string): string | undefined {
  if (type === "TaxonomyFieldType") return noteOf([value]);
  return type === "TaxonomyFieldTypeMulti" ? noteOf(termsOf(value)) : undefined;
}

function termsOf(value: string): readonly string[] {
  return value.split(betweenTerms);
}

function noteOf(terms: readonly string[]): string | undefined {
  const notes: string[] = [];
  for (const text of terms) {
    const parts = term.exec(text);
    if (parts === null) return undefined;
    notes.push(`${parts[1]}|${parts[2]}`);
  }
  return notes.join(";");
}

/** Without splitting it: a hostile value has millions of choices. */
function isMultiChoice(value: string): boolean {
  return value.length > 4 && value.startsWith(";#") && value.endsWith(";#") && !value.includes(";#;#");
}

function isUrl(value: string): boolean {
  return value.startsWith("/") || URL.canParse(value);
}
