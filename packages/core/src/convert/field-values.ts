import type { FieldElement, FieldRefElement } from "../manifest/list-item.ts";
import type { FieldValue, PrincipalRef } from "../model/index.ts";
import { defined } from "./defined.ts";
import type { Dropped } from "./dropped.ts";

/** How the stored values of people and groups end, in all forms (package format, 5.1). */
const USER_LIST = ";UserInfo";
const USER_IDS = /^(?:;#|[\d\s])*$/;

type FindPrincipal = (id: string) => PrincipalRef | undefined;

/**
 * The columns of an item. Values of people and groups name whom their numbers mean; all others go on as they are stored.
 */
export function fieldValues(
  fields: readonly (FieldElement | FieldRefElement)[],
  find: FindPrincipal,
  dropped: Dropped,
): FieldValue[] {
  return fields.flatMap((field) => {
    if (field.element === "FieldRef") {
      dropped.add("element Field/FieldRef");
      return [];
    }
    if (!field.Name) {
      dropped.add("field without Name");
      return [];
    }
    // The label comes with the item, and goes back to this column.
    if (field.ListDefaultComplianceTag !== undefined && field.Value === field.ListDefaultComplianceTag) return [];
    return fieldValue(field, field.Name, find, dropped);
  });
}

function fieldValue(field: FieldElement, name: string, find: FindPrincipal, dropped: Dropped): FieldValue[] {
  const { FieldId: fieldId, Type: fieldType, Value: value, Value2: value2 } = field;
  const base = { name, ...(fieldId ? { fieldId } : {}) };
  const ids = value === undefined ? undefined : userIds(value, fieldType);
  if (ids === undefined) {
    return [
      {
        ...base,
        type: "raw",
        ...defined<{ fieldType?: string; value?: string; value2?: string }>({ fieldType, value, value2 }),
      },
    ];
  }
  const people: PrincipalRef[] = [];
  for (const id of ids) {
    const principal = find(id);
    if (principal === undefined) dropped.add("unknown user in a column");
    else people.push(principal);
  }
  const [first] = people;
  if (first === undefined) return [];
  const isMulti = fieldType === "UserMulti" || (fieldType !== "User" && ids.length > 1);
  return isMulti ? [{ ...base, type: "UserMulti", value: people }] : [{ ...base, type: "User", value: first }];
}

/** The numbers in a value of people and groups; undefined if it is none. */
function userIds(value: string, fieldType: string | undefined): string[] | undefined {
  const isUser = fieldType === undefined || fieldType === "User" || fieldType === "UserMulti";
  if (!isUser || !value.endsWith(USER_LIST)) return undefined;
  const body = value.slice(0, -USER_LIST.length);
  if (!USER_IDS.test(body)) return undefined;
  const ids = body.split(/;#|\s+/).filter((id) => id !== "");
  return ids.length > 0 ? ids : undefined;
}
