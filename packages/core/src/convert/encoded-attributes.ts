import type { XmlElement } from "../xml/index.ts";

const NAME = "EncodedAttributes";
const ESCAPE = /_x(?:([0-9A-Fa-f]{4})|([0-9A-Fa-f]{8}))_/g;
const LAST_CODE_POINT = 0x10ffff;

/**
 * Decodes the attributes that an element names in its `EncodedAttributes`, drops that attribute, and does the same with
 * all elements in it (package format, 5.9). The element itself is changed.
 *
 * Both forms of the encoding are known, `_xHHHH_` for a UTF-16 unit and `_xHHHHHHHH_` for a code point.
 */
export function decodeAttributes(element: XmlElement): void {
  const attributes = element.attributes as Record<string, string>;
  const encoded = attributes[NAME];
  if (encoded !== undefined) {
    for (const part of encoded.split(",")) {
      const name = part.trim();
      const value = attributes[name];
      if (value !== undefined && name !== NAME) attributes[name] = decodeEscapes(value);
    }
    delete attributes[NAME];
  }
  for (const child of element.children) decodeAttributes(child);
}

function decodeEscapes(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replace(ESCAPE, (written: string, unit: string | undefined, point: string | undefined) => {
    if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
    const code = Number.parseInt(point ?? "", 16);
    return code <= LAST_CODE_POINT ? String.fromCodePoint(code) : written;
  });
}
