/**
 * With hyphens, whatever stands around them (`%7B`, the escape of a brace, ends like a GUID's digits do); without, where 32
 * digits stand alone.
 */
const GUIDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/gi;

/** Characters of a GUID with hyphens. */
export const GUID_LENGTH = 36;

/** The GUIDs of a text, each once, in lower case with hyphens. */
export function guidsIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(GUIDS), ([guid]) => hyphenated(guid.toLowerCase())))];
}

function hyphenated(guid: string): string {
  return guid.includes("-") ? guid : guid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
