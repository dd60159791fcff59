const GUIDS = /(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/gi;

/** Characters of a GUID with hyphens. */
export const GUID_LENGTH = 36;

/** The GUIDs of a text, each once, in lower case. */
export function guidsIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(GUIDS), ([guid]) => guid.toLowerCase()))];
}
