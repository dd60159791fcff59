import type { PlannedField, PlannedLabel } from "../model/index.ts";
import type { FieldElement } from "./list-item.ts";
import { manifestTime } from "./times.ts";
import type { Writable } from "./writable.ts";

/** The column in which SharePoint keeps the name of an item's retention label. */
export const LABEL_FIELD = "_ComplianceTag";

/**
 * The values of an item's columns, and its retention label.
 *
 * The schema declares the label's four attributes on `Field` without a word on which; they are put on that of the column
 * which holds the label's name. That the service reads them there is uncertain.
 */
export function fieldElements(fields: readonly PlannedField[] = [], label?: PlannedLabel): FieldElement[] {
  const elements = fields.map(fieldElement);
  if (label === undefined) return elements;
  let index = elements.findIndex(({ Name }) => Name === LABEL_FIELD);
  if (index < 0) index = elements.push({ Name: LABEL_FIELD, Value: label.name, Type: "Text" }) - 1;
  elements[index] = { ...elements[index], ...labelAttributes(label) };
  return elements;
}

function fieldElement({ name, value, value2, type, fieldId }: PlannedField): FieldElement {
  const element: Writable<FieldElement> = { Name: name };
  if (value !== undefined) element.Value = value;
  if (value2 !== undefined) element.Value2 = value2;
  if (type !== undefined) element.Type = type;
  if (fieldId !== undefined) element.FieldId = fieldId;
  return element;
}

function labelAttributes({ name, setBy, setAt, flags }: PlannedLabel): FieldElement {
  const attributes: Writable<FieldElement> = { ListDefaultComplianceTag: name };
  if (setBy !== undefined) attributes.ListDefaultComplianceTagUserId = setBy;
  if (setAt !== undefined) attributes.ListDefaultCompliancetagWrittenTime = manifestTime(setAt);
  if (flags !== undefined) attributes.ListDefaultComplianceFlags = flags;
  return attributes;
}
