import type { LedgerEntry, LedgerState } from "@primepack/core";

/**
 * An entry as it is stored: an array in a fixed order, so that names of fields aren't stored a million times. 0 stands
 * for what an entry lacks, or for what it has in common with an earlier field; zeros at the end are left out. As JSON
 * it keeps lone surrogates, which stand for bytes of names that are no UTF-8.
 */
export type StoredEntry = readonly unknown[];

const kinds = ["folder", "file", "item"] as const;

export function storedEntry(entry: LedgerEntry): StoredEntry {
  const { built, received } = entry;
  const fields: unknown[] = [
    kinds.indexOf(entry.kind),
    entry.source,
    equalPaths(entry.source, entry.path) ? 0 : entry.path,
    entry.id,
    entry.listItemId,
    entry.itemId,
    [built.package, built.fingerprint],
    // Once it is received it mostly is what was built.
    received?.package === built.package && received.fingerprint === built.fingerprint ? 1 : storedState(received),
    entry.generation,
    entry.identity ?? 0,
    entry.movedBy ?? 0,
    entry.deletedBy ?? 0,
  ];
  while (fields.at(-1) === 0) fields.pop();
  return fields;
}

/** Undefined for what no {@link storedEntry} is. */
export function readStoredEntry(stored: unknown): LedgerEntry | undefined {
  if (!Array.isArray(stored)) return undefined;
  const [kindIndex, source, path, id, listItemId, itemId, builtFields, receivedFields] = stored as unknown[];
  const [generation = 0, identity, movedBy, deletedBy] = (stored as unknown[]).slice(8);
  const kind = kinds[kindIndex as number];
  const built = readState(builtFields);
  if (kind === undefined || !isPath(source) || built === undefined) return undefined;
  if (typeof id !== "string" || typeof listItemId !== "string") return undefined;
  if (typeof itemId !== "number" || typeof generation !== "number") return undefined;
  const received = receivedFields === 1 ? built : readState(receivedFields);
  // Filled in bit by bit: it is read for every item of a source, and spreading costs more than parsing.
  const entry: { -readonly [field in keyof LedgerEntry]: LedgerEntry[field] } = {
    kind,
    source,
    path: isPath(path) ? path : source,
    id,
    listItemId,
    itemId,
    generation,
    built,
  };
  if (typeof identity === "string") entry.identity = identity;
  if (received !== undefined) entry.received = received;
  if (typeof movedBy === "string") entry.movedBy = movedBy;
  if (typeof deletedBy === "string") entry.deletedBy = deletedBy;
  return entry;
}

function storedState(state: LedgerState | undefined): unknown {
  return state === undefined ? 0 : [state.package, state.fingerprint];
}

function readState(stored: unknown): LedgerState | undefined {
  if (!isPath(stored)) return undefined;
  const [packageId, fingerprint] = stored;
  return packageId === undefined || fingerprint === undefined ? undefined : { package: packageId, fingerprint };
}

function isPath(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function equalPaths(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
