import { join } from "node:path";
import { readNdjson } from "@primepack/core";

/** What of a line of the emulator's `items.ndjson` every item of a file system has. */
export interface ImportedEntry {
  readonly kind: "folder" | "file" | "item" | "recycled";
  readonly uniqueId: string;
  readonly listId: string;
  readonly itemId: number;
  readonly url: string;
  readonly jobId: string;
  readonly created?: string;
  readonly modified?: string;
  readonly versions?: readonly { readonly size: number; readonly jobId: string }[];
}

/** Where a library of an emulator's site is. */
export interface LibraryPlace {
  /** Folder of the emulator. */
  readonly emulator: string;
  /** Relative to the site. */
  readonly library: string;
}

/** Folder of what was imported into the library. */
export function importedFolder({ emulator, library }: LibraryPlace): string {
  return join(emulator, "sites", "emulated", library);
}

/** What the library holds now, by path below its root folder. */
export async function importedEntries({
  emulator,
  library,
}: LibraryPlace): Promise<ReadonlyMap<string, ImportedEntry>> {
  const root = `/sites/emulated/${library}/`;
  const byId = new Map<string, ImportedEntry>();
  for await (const entry of readNdjson<ImportedEntry>(join(emulator, "sites", "emulated.state", "items.ndjson"))) {
    // The last line of an item counts.
    if (entry.kind === "recycled") byId.delete(entry.uniqueId);
    else if (entry.url.startsWith(root)) byId.set(entry.uniqueId, entry);
  }
  return new Map([...byId.values()].map((entry) => [entry.url.slice(root.length), entry]));
}

/** Fields whose values are of one library, or of one run. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "listId",
  "uniqueId",
  "parentId",
  "listItemId",
  "url",
  "jobId",
  "storedAs",
]);

/** All that two imports of the same file into different libraries share. */
export function sharedAttributes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sharedAttributes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OWN_FIELDS.has(name))
      .map(([name, of]) => [name, sharedAttributes(of)]),
  );
}
