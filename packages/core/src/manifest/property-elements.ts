import type { PropertyValue } from "../model/index.ts";
import type { PropertyElement } from "./properties.ts";
import type { Writable } from "./writable.ts";

/** The entries of a property bag; `Type` and `Access` stand where they are given, the schema has their defaults. */
export function propertyElements(properties: readonly PropertyValue[]): PropertyElement[] {
  return properties.map(({ name, type, access, value, value2, id }) => {
    const element: Writable<PropertyElement> = { Name: name };
    if (type !== undefined) element.Type = type;
    if (access !== undefined) element.Access = access;
    if (value !== undefined) element.Value = value;
    if (value2 !== undefined) element.Value2 = value2;
    if (id !== undefined) element.Id = id;
    return element;
  });
}
