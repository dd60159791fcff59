import { Misfit } from "../table/index.ts";

/** The JSON form of a column's value, of the text of a cell. */
export type FieldReader = (text: string) => unknown;

const asText = (text: string): unknown => text;
const asTexts = (text: string): unknown =>
  text
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "");
const asInteger = (text: string): unknown => {
  if (!/^-?[0-9]{1,16}$/.test(text)) throw new Misfit("must be an integer", text);
  return Number(text);
};
const asFlag = (text: string): unknown => {
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "1") return true;
  if (lower === "false" || lower === "0") return false;
  throw new Misfit("must be true or false", text);
};
/** As SharePoint shows it: `https://contoso.com, Contoso`. */
const asUrl = (text: string): unknown => {
  const [url = "", ...description] = text.split(", ");
  return description.length === 0 ? { url } : { url, description: description.join(", ") };
};
/** `Label|GUID`. */
const asTerm = (text: string): unknown => {
  const bar = text.lastIndexOf("|");
  if (bar === -1) throw new Misfit("must be a label and a GUID like Paris|0d5...", text);
  return { label: text.slice(0, bar), termGuid: text.slice(bar + 1) };
};
const asTerms = (text: string): unknown => (asTexts(text) as string[]).map(asTerm);

const plain: Readonly<Record<string, (text: string) => unknown>> = {
  Text: asText,
  Note: asText,
  Choice: asText,
  MultiChoice: asTexts,
  Number: asText,
  Currency: asText,
  Integer: asInteger,
  Counter: asInteger,
  Boolean: asFlag,
  DateTime: asText,
  URL: asUrl,
  User: asText,
  UserMulti: asTexts,
  raw: asText,
};

/**
 * Reads the cells of a column `field:Name`, `field:Name:Type` or `field:Name:Type:Extra`: Extra is the list's GUID of a
 * Lookup, the hidden note field of a managed metadata column, and the type of the column for `raw`. Undefined if the
 * heading is none of these.
 */
export function fieldReader(heading: string): FieldReader | undefined {
  const [, name = "", type = "Text", ...rest] = heading.split(":");
  const extra = rest.join(":");
  if (name === "") return undefined;
  const value = (read: (text: string) => unknown) => (text: string) => {
    try {
      return read(text);
    } catch (reason) {
      throw reason instanceof Misfit ? reason.within(heading) : reason;
    }
  };
  if (Object.hasOwn(plain, type) && (extra === "" || type === "raw")) {
    const read = value(plain[type] ?? asText);
    const fieldType = extra === "" ? {} : { fieldType: extra };
    return (text) => ({ name, type, ...fieldType, value: read(text) });
  }
  if (extra === "") return undefined;
  switch (type) {
    case "Lookup": {
      const read = value(asInteger);
      return (text) => ({ name, type, value: { itemId: read(text), listId: extra } });
    }
    case "LookupMulti": {
      const read = value((text) => (asTexts(text) as string[]).map(asInteger));
      return (text) => ({ name, type, value: { itemIds: read(text), listId: extra } });
    }
    case "TaxonomyFieldType":
    case "TaxonomyFieldTypeMulti": {
      const read = value(type === "TaxonomyFieldType" ? asTerm : asTerms);
      return (text) => ({ name, type, value: read(text), noteField: { name: extra } });
    }
    default:
      return undefined;
  }
}
