/**
 * A JSON value with what has no meaning in it taken out: properties that are null, and the case of GUIDs. Whether the
 * service tells null from absent is unknown; the one sample that sends null says that it stands for the default.
 */
export function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value === "string") return GUID.test(value) ? value.toLowerCase() : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === null ? [] : [[name, meaning(inner)]])),
  );
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The JSON examples of a Markdown text, in their order. */
export function jsonExamples(markdown: string): readonly Readonly<Record<string, unknown>>[] {
  return [...markdown.matchAll(/^```json\n(.*?)^```$/gms)].map(
    ([, json = ""]) => JSON.parse(json) as Readonly<Record<string, unknown>>,
  );
}
