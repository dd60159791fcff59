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
    shortGuid(entry.id),
    shortGuid(entry.listItemId),
    entry.itemId,
    [built.package, built.fingerprint],
    entry.madeBy,
    // Once it is received it mostly is what was built.
    received?.package === built.package && received.fingerprint === built.fingerprint ? 1 : storedState(received),
    entry.generation,
    entry.identity ?? 0,
    storedState(entry.receivedBefore),
    entry.movedBy ?? 0,
    entry.movedFrom ?? 0,
    entry.deletedBy ?? 0,
  ];
  while (fields.at(-1) === 0) fields.pop();
  return fields;
}

/** Undefined for what no {@link storedEntry} is. */
export function readStoredEntry(stored: unknown): LedgerEntry | undefined {
  if (!Array.isArray(stored)) return undefined;
  const [kindIndex, source, path, id, listItemId, itemId, builtFields, madeBy, receivedFields] = stored as unknown[];
  const [generation = 0, identity, beforeFields, movedBy, movedFrom, deletedBy] = (stored as unknown[]).slice(9);
  const kind = kinds[kindIndex as number];
  const built = readState(builtFields);
  if (kind === undefined || !isPath(source) || built === undefined) return undefined;
  if (typeof id !== "string" || typeof listItemId !== "string" || typeof madeBy !== "string") return undefined;
  if (typeof itemId !== "number" || typeof generation !== "number") return undefined;
  const received = receivedFields === 1 ? built : readState(receivedFields);
  const receivedBefore = readState(beforeFields);
  return {
    kind,
    source,
    path: isPath(path) ? path : source,
    id: longGuid(id),
    listItemId: longGuid(listItemId),
    itemId,
    generation,
    ...(typeof identity === "string" ? { identity } : {}),
    madeBy,
    built,
    ...(received === undefined ? {} : { received }),
    ...(receivedBefore === undefined ? {} : { receivedBefore }),
    ...(typeof movedBy === "string" ? { movedBy } : {}),
    ...(isPath(movedFrom) ? { movedFrom } : {}),
    ...(typeof deletedBy === "string" ? { deletedBy } : {}),
  };
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

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHORT_GUID_LENGTH = 22;

/** The 16 bytes of a GUID as every id is written here; undefined for any other text. */
export function guidBytes(text: string): Buffer | undefined {
  return guid.test(text) ? Buffer.from(text.replaceAll("-", ""), "hex") : undefined;
}

/** 22 characters in place of 36; what is no GUID in lower case stays, behind a mark. */
function shortGuid(text: string): string {
  return guidBytes(text)?.toString("base64url") ?? `=${text}`;
}

function longGuid(text: string): string {
  if (text.startsWith("=") || text.length !== SHORT_GUID_LENGTH) return text.slice(1);
  const digits = Buffer.from(text, "base64url").toString("hex");
  const parts = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)];
  return parts.join("-");
}
