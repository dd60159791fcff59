import type { FieldValue, NoteField, PrincipalRef, TermValue } from "../model/index.ts";
import { isDecimal } from "./decimal.ts";
import { normalizeGuid } from "./identity.ts";
import { principalFault } from "./principal-faults.ts";
import { shown } from "./shown.ts";

/** The largest number of an Integer column and of an item id: both have 32 bits. */
const INTEGER_MAX = 2_147_483_647;

const userTypes: ReadonlySet<string> = new Set(["User", "UserMulti"]);

/** Users as they are stored: by their numbers. */
const storedUsers = /^[\d;#\s]*\d[\d;#\s]*;UserInfo$/;

/** Why the value of a column can't be used, whatever its type promises; undefined if it can. */
export function fieldFault(field: FieldValue): string | undefined {
  if (!isObject(field)) return `the value of a column is an object: current value is ${shown(field)}`;
  const column = columnFault(field);
  if (column !== undefined) return `a column's ${column}`;
  const fault = valueFault(field);
  return fault === undefined ? undefined : `its column ${JSON.stringify(field.name)} ${fault}`;
}

function columnFault({ name, fieldId }: { readonly name: string; readonly fieldId?: string }): string | undefined {
  if (typeof name !== "string" || name.trim() === "")
    return `name is a text that isn't empty: current value is ${shown(name)}`;
  if (fieldId !== undefined && !isGuid(fieldId)) return `fieldId is a GUID: current value is ${shown(fieldId)}`;
  return undefined;
}

function valueFault(field: FieldValue): string | undefined {
  switch (field.type) {
    case "Text":
    case "Note":
    case "Choice":
      return isTyped(field.value, "string") ? undefined : takes("a text", field.value);
    case "MultiChoice":
      return listFault(field.value, choiceFault);
    case "Number":
    case "Currency":
      return numberFault(field.value);
    case "Integer":
    case "Counter":
      return isInteger(field.value, -INTEGER_MAX - 1) ? undefined : takes("an integer of 32 bits", field.value);
    case "Boolean":
      return isTyped(field.value, "boolean") ? undefined : takes("true or false", field.value);
    case "DateTime":
      return isDate(field.value) ? undefined : takes("a date", field.value);
    case "URL":
      return urlFault(field.value);
    case "User":
      return userFault(field.value);
    case "UserMulti":
      return listFault(field.value, userFault);
    case "Lookup":
      return isObject(field.value)
        ? lookupFault([field.value.itemId], field.value.listId)
        : takes("an object", field.value);
    case "LookupMulti":
      return isObject(field.value)
        ? lookupFault(field.value.itemIds, field.value.listId)
        : takes("an object", field.value);
    case "TaxonomyFieldType":
      return termFault(field.value) ?? noteFault(field.noteField);
    case "TaxonomyFieldTypeMulti":
      return listFault(field.value, termFault) ?? noteFault(field.noteField);
    case "raw":
      return rawFault(field);
    default:
      return `has a type that is known: current value is ${shown((field as { readonly type?: unknown }).type)}`;
  }
}

function listFault<T>(values: readonly T[], faultOf: (value: T) => string | undefined): string | undefined {
  if (!Array.isArray(values)) return takes("a list", values);
  for (const value of values) {
    const fault = faultOf(value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** No escape is known for the delimiter, and SharePoint takes no choice that holds it. */
function choiceFault(choice: string): string | undefined {
  if (typeof choice !== "string") return takes("texts", choice);
  return choice === "" || choice.includes(";#")
    ? takes('choices that are not empty and without ";#"', choice)
    : undefined;
}

function numberFault(value: number | string): string | undefined {
  if (typeof value === "string") return isDecimal(value) ? undefined : takes("a decimal with a point", value);
  return Number.isFinite(value) ? undefined : takes("a finite number", value);
}

function urlFault(value: { readonly url: string; readonly description?: string }): string | undefined {
  if (!isObject(value) || typeof value.url !== "string") return takes("an object with a url", value);
  const { description } = value;
  return description === undefined || typeof description === "string"
    ? undefined
    : takes("a description in text", description);
}

function userFault(ref: PrincipalRef): string | undefined {
  const fault = principalFault(ref);
  return fault === undefined ? undefined : `takes users: ${fault}`;
}

function lookupFault(itemIds: readonly number[], listId: string): string | undefined {
  if (!isGuid(listId)) return takes("a listId that is a GUID", listId);
  return listFault(itemIds, (id) => (isInteger(id, 1) ? undefined : takes("item ids, integers from 1", id)));
}

/** The term store takes no label with these characters either. */
function termFault(term: TermValue): string | undefined {
  if (!isObject(term)) return takes("terms", term);
  const { label, termGuid, wssId } = term;
  if (typeof label !== "string" || label === "" || /[;|]/.test(label)) {
    return takes('labels that are not empty and without ";" and "|"', label);
  }
  if (!isGuid(termGuid)) return takes("a termGuid that is a GUID", termGuid);
  return wssId === undefined || isInteger(wssId, -1) ? undefined : takes("a wssId from -1", wssId);
}

function noteFault(note: NoteField): string | undefined {
  if (!isObject(note)) return `needs a noteField: current value is ${shown(note)}`;
  const fault = columnFault(note);
  return fault === undefined ? undefined : `has a noteField whose ${fault}`;
}

function rawFault(field: FieldValue & { readonly type: "raw" }): string | undefined {
  const wrong = [field.fieldType, field.value, field.value2].find(
    (text) => text !== undefined && typeof text !== "string",
  );
  if (wrong !== undefined) return takes("texts", wrong);
  const { fieldType = "", value = "" } = field;
  const isNumbered = userTypes.has(fieldType) && storedUsers.test(value);
  return isNumbered ? takes("users by login, as numbers mean others in each package", value) : undefined;
}

function takes(what: string, value: unknown): string {
  return `takes ${what}: current value is ${shown(value)}`;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** A check that the compiler doesn't take for granted. */
function isTyped(value: unknown, type: "string" | "boolean"): boolean {
  return typeof value === type;
}

function isGuid(value: unknown): boolean {
  return typeof value === "string" && normalizeGuid(value) !== undefined;
}

function isInteger(value: unknown, least: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= INTEGER_MAX;
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
