const GUID = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;
const EMPTY = "00000000-0000-0000-0000-000000000000";

/** A GUID in lower case, without braces; undefined for what is none, or the empty one, which services give for nothing. */
export function guidOf(value: unknown): string | undefined {
  const guid = typeof value === "string" ? GUID.exec(value.trim())?.[1]?.toLowerCase() : undefined;
  return guid === EMPTY ? undefined : guid;
}
