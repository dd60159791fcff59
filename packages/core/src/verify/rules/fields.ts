import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded } from "../name-rules.ts";
import { checkTimes, checkUser, FIRST_DAY, type RuleContext } from "./context.ts";
import { fieldForms, isoDate, noteValue, userIdsOf } from "./field-values.ts";

/** The column values of one item or version. */
export function checkFields(context: RuleContext, item: XmlElement): void {
  const fields = item.children
    .filter(({ name }) => name === "Fields")
    .flatMap(({ children }) => children)
    .filter(({ name }) => name === "Field");
  if (fields.length === 0) return;
  const names = new Set<string>();
  const notes = new Set<string>();
  for (const field of fields) {
    const { Name: name, Type: type = "Note", Value: value } = field.attributes;
    if (name !== undefined && names.has(name)) {
      context.report(
        "FIELD_DUPLICATE",
        field,
        `A column must have one value: current value of Name is ${quoted(name)}`,
        "warning",
      );
    }
    if (name !== undefined) names.add(name);
    if (type === "Note" && value !== undefined) notes.add(folded(value));
  }
  for (const field of fields) checkField(context, field, notes);
}

function checkField(context: RuleContext, field: XmlElement, notes: ReadonlySet<string>): void {
  const { Name: name, FieldId: id, ID: otherId, Type: type, Value: value } = field.attributes;
  if (name === undefined && id === undefined && otherId === undefined) {
    context.report("IMPORT_ATTRIBUTE_MISSING", field, "The import needs the attribute Name of Field");
  }
  checkLabel(context, field);
  if (type === undefined || value === undefined || value === "") return;
  const form = fieldForms.get(type);
  if (form === undefined) return;
  if (!form.isValid(value)) {
    context.report(
      "FIELD_VALUE",
      field,
      `A value of type ${type} must be ${form.expected}: current value is ${quoted(value)}`,
    );
    return;
  }
  for (const user of userIdsOf(type, value)) checkUser(context, field, "Value", user);
  const date = type === "DateTime" ? isoDate(value) : undefined;
  if (date !== undefined && date < FIRST_DAY) {
    context.report(
      "DATE_OUT_OF_RANGE",
      field,
      `Value must not be before ${FIRST_DAY}: current value is ${quoted(value)}`,
      "warning",
    );
  }
  const note = noteValue(type, value);
  if (note !== undefined && !notes.has(folded(note))) {
    context.report(
      "TAXONOMY_NOTE_MISSING",
      field,
      `A hidden Note field of the item must hold the terms, ${quoted(note)}: current value is none`,
      "warning",
    );
  }
}

/** A retention label's attributes, which the schema declares on Field; items may carry them too. */
export function checkLabel(context: RuleContext, element: XmlElement): void {
  checkUser(context, element, "ListDefaultComplianceTagUserId", element.attributes.ListDefaultComplianceTagUserId);
  checkTimes(context, element, ["ListDefaultCompliancetagWrittenTime"]);
}
