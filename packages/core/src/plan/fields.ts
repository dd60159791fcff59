import {
  DATE_MAX,
  DATE_MIN,
  type FieldValue,
  type PackageForms,
  type PlannedField,
  type PrincipalId,
  type PrincipalRef,
  type TermValue,
} from "../model/index.ts";
import { decimal } from "./decimal.ts";
import { normalizeGuid } from "./identity.ts";
import type { People } from "./people.ts";

export { fieldFault } from "./field-faults.ts";

/** The forms that column values have a choice of. */
export type FieldForms = Pick<Required<PackageForms>, "dateTimeFields" | "userFields">;

const EARLIEST: number = Date.parse(DATE_MIN);
const LATEST: number = Date.parse(DATE_MAX);

/** Between the parts of a stored value. */
const DELIMITER = ";#";

/**
 * Column values in the form in which SharePoint stores them (package format, 5.1), in their order; they must be without
 * fault ({@link fieldFault}).
 *
 * - A managed metadata column is followed by its hidden companion, which the import doesn't fill by itself, unless the
 *   companion is among the columns.
 * - Dates are clamped to what a column holds, and cut to whole seconds.
 * - Users have to be prepared. A column that names only groups that SharePoint makes itself is left out; of several
 *   users these groups are.
 */
export function planFields(fields: readonly FieldValue[], people: People, forms: FieldForms): PlannedField[] {
  const names = new Set(fields.map(({ name }) => name));
  return fields.flatMap((field) => {
    const [value, note] = planField(field, people, forms);
    if (value === undefined) return [];
    if (note === undefined || names.has(note.name)) return [value];
    names.add(note.name);
    return [value, note];
  });
}

/** None, the column, or the column and its hidden companion. */
function planField(field: FieldValue, people: People, forms: FieldForms): PlannedField[] {
  const { name, fieldId, type } = field;
  const column = { name, type, ...columnId(fieldId) };
  switch (field.type) {
    case "raw":
      return [rawField(field)];
    case "URL":
      return [{ ...column, value: field.value.url, ...optional("value2", field.value.description) }];
    case "User":
      return userField(column, [field.value], people, ([id]) => singleUser(id, forms));
    case "UserMulti":
      return userField(column, field.value, people, severalUsers);
    case "TaxonomyFieldType":
      return taxonomyFields(column, [field.value], field.noteField);
    case "TaxonomyFieldTypeMulti":
      return taxonomyFields(column, field.value, field.noteField);
    default:
      return [{ ...column, value: plainValue(field, forms) }];
  }
}

type PlainField = Exclude<
  FieldValue,
  { readonly type: "raw" | "URL" | "User" | "UserMulti" | "TaxonomyFieldType" | "TaxonomyFieldTypeMulti" }
>;

function plainValue(field: PlainField, forms: FieldForms): string {
  switch (field.type) {
    case "Text":
    case "Note":
    case "Choice":
      return field.value;
    case "MultiChoice":
      return field.value.length === 0 ? "" : `${DELIMITER}${field.value.join(DELIMITER)}${DELIMITER}`;
    case "Number":
    case "Currency":
    case "Integer":
    case "Counter":
      return decimal(field.value);
    case "Boolean":
      return field.value ? "1" : "0";
    case "DateTime":
      return dateTime(field.value, forms);
    case "Lookup":
      return lookups([field.value.itemId], field.value.listId);
    case "LookupMulti":
      return lookups(field.value.itemIds, field.value.listId);
  }
}

function rawField(field: FieldValue & { readonly type: "raw" }): PlannedField {
  return {
    name: field.name,
    ...optional("type", field.fieldType),
    ...columnId(field.fieldId),
    ...optional("value", field.value),
    ...optional("value2", field.value2),
  };
}

function userField(
  column: PlannedField,
  refs: readonly PrincipalRef[],
  people: People,
  write: (ids: readonly PrincipalId[]) => string,
): PlannedField[] {
  const ids = [...new Set(refs.map((ref) => people.id(ref)).filter((id) => id !== undefined))];
  if (ids.length === 0) return refs.length === 0 ? [{ ...column, value: "" }] : [];
  return [{ ...column, value: write(ids), principals: ids }];
}

function singleUser(id: PrincipalId | undefined, forms: FieldForms): string {
  return forms.userFields === "native" ? `${id};UserInfo` : `${id};#;UserInfo`;
}

/** The one form that is known of. */
function severalUsers(ids: readonly PrincipalId[]): string {
  return `${ids.join(";#;#")};#;UserInfo`;
}

/** `54;# ;#8;# ;<list id>`: each item id with an empty value, and the list once. */
function lookups(itemIds: readonly number[], listId: string): string {
  if (itemIds.length === 0) return "";
  return `${itemIds.map((id) => `${id};# `).join(DELIMITER)};${plainGuid(listId)}`;
}

function taxonomyFields(
  column: PlannedField,
  terms: readonly TermValue[],
  note: { readonly name: string; readonly fieldId?: string },
): PlannedField[] {
  const lookup = ({ label, termGuid, wssId = -1 }: TermValue): string =>
    `${wssId}${DELIMITER}${label}|${plainGuid(termGuid)}`;
  const text = ({ label, termGuid }: TermValue): string => `${label}|${plainGuid(termGuid)}`;
  return [
    { ...column, value: terms.map(lookup).join(DELIMITER) },
    { name: note.name, type: "Note", ...columnId(note.fieldId), value: terms.map(text).join(";") },
  ];
}

function columnId(fieldId: string | undefined): { readonly fieldId?: string } {
  return fieldId === undefined ? {} : { fieldId: plainGuid(fieldId) };
}

/** Without braces, in lower case. */
function plainGuid(guid: string): string {
  return normalizeGuid(guid) ?? guid;
}

function dateTime(date: Date, forms: FieldForms): string {
  const time = Math.min(Math.max(date.getTime(), EARLIEST), LATEST);
  const iso = new Date(time).toISOString();
  if (forms.dateTimeFields === "iso") return iso.slice(0, 19);
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [name in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in K]?: string });
}
