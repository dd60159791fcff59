import { ElementBinding, type OtherContent } from "../xml/index.ts";

/** `Property` of `Properties` on files, folders and attachments (schema type DictionaryEntry). */
export interface PropertyElement extends OtherContent {
  readonly Name: string;
  /** Schema default: `String`. */
  readonly Type?:
    | "String"
    | "Integer"
    | "Time"
    | "StringVector"
    | "Boolean"
    | "FileSystemTime"
    | "IntVector"
    | "Double"
    | "LongText"
    | "Empty";
  /** Schema default: `ReadWrite`. */
  readonly Access?: "ReadOnly" | "ReadWrite";
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
