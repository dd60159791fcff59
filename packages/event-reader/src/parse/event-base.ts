import type { Members } from "@primepack/core/http";
import type { JobEvent } from "../types.ts";

/** Characters that are kept of what is no event. */
const UNREADABLE_MAX_LENGTH = 1000;

/** What stands for something that is no event at all; `raw.text` has its beginning, if it is text. */
export function noEvent(value: unknown): JobEvent {
  const raw: Members = typeof value === "string" ? { text: value.slice(0, UNREADABLE_MAX_LENGTH) } : {};
  return { type: "unknown", name: "", jobId: "", time: undefined, raw };
}

/** The names of kinds of objects in errors, in the service's own spelling (Graph writes them otherwise). */
const OBJECT_TYPES = ["Site", "Web", "Folder", "List", "ListItem", "File", "Alert", "SharedWithObject", "Invalid"];
const objectTypes: ReadonlyMap<string, string> = new Map([
  ...OBJECT_TYPES.map((name) => [name.toLowerCase(), name] as const),
  ["unknownfuturevalue", ""],
]);

/** One that the documents don't name stays as it is. */
export function objectTypeOf(text: string): string {
  return objectTypes.get(text.toLowerCase()) ?? text;
}

/** The kind of object that a line of a log has in brackets; empty where it has none. */
export function objectTypeIn(line: string): string {
  const names = Array.from(line.matchAll(/\[(\w+)\]/g), ([, name = ""]) => objectTypes.get(name.toLowerCase()));
  return names.find((name) => name !== undefined) ?? "";
}
