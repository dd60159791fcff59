import type { FieldValue, PackageForms, PlannedField } from "../model/index.ts";
import type { People } from "./people.ts";

/** The forms that column values have a choice of. */
export type FieldForms = Pick<Required<PackageForms>, "dateTimeFields" | "userFields">;

export function planFields(fields: readonly FieldValue[], people: People, forms: FieldForms): PlannedField[] {
  return fields.flatMap((field) => planField(field, people, forms));
}

export function fieldFault(field: FieldValue): string | undefined {
  return typeof field === "object" && field !== null ? undefined : "a column's value is no object";
}

function planField(field: FieldValue, _people: People, _forms: FieldForms): PlannedField[] {
  return [{ name: field.name, type: field.type }];
}
