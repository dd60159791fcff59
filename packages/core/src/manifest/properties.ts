import type { PropertyValue } from "../model/index.ts";
import { ElementBinding, type OtherContent } from "../xml/index.ts";

/** `Property` of `Properties` on files, folders and attachments (schema type DictionaryEntry). */
export interface PropertyElement extends OtherContent {
  readonly Name: string;
  /** Schema default: `String`. */
  readonly Type?: NonNullable<PropertyValue["type"]>;
  /** Schema default: `ReadWrite`. */
  readonly Access?: NonNullable<PropertyValue["access"]>;
  readonly Value?: string;
  readonly Value2?: string;
  readonly Id?: string;
}

export const propertyBinding: ElementBinding<PropertyElement> = new ElementBinding<PropertyElement>({
  name: "Property",
  attributes: {
    Name: "string",
    Type: "string?",
    Access: "string?",
    Value: "string?",
    Value2: "string?",
    Id: "string?",
  },
  children: {},
});
