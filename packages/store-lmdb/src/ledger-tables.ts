import { type LedgerEntry, PrimepackError } from "@primepack/core";
import type { Database, RootDatabase } from "lmdb";
import type { StoredEntry } from "./entry-text.ts";
import { indexKey } from "./keys.ts";

/** Tables of each list. */
export const TABLES_OF_LIST = 7;

/** What the name of a list's table of entries has behind the list's id. */
export const ENTRIES_SUFFIX = "/entries";

/** Maps a text's key to the keys of all entries that have it. */
type IndexTable = Database<Buffer, Buffer>;

/** Entries by the keys of their paths, and the indexes by which they are found. */
export interface EntryTables {
  readonly entries: Database<StoredEntry, Buffer>;
  readonly ids: IndexTable;
  readonly identities: IndexTable;
}

/** What is stored of one list. */
export interface LedgerTables extends EntryTables {
  readonly packages: IndexTable;
  /** What there was of the paths that were written since a run began. Undefined: read only. */
  readonly before: EntryTables | undefined;
}

/** Stands for a path that had no entry. */
export const NO_ENTRY: StoredEntry = [];

export const textsOf = {
  ids: ({ id }: LedgerEntry): readonly string[] => [id],
  identities: ({ identity }: LedgerEntry): readonly string[] => (identity === undefined ? [] : [identity]),
  packages: ({ built, deletedBy }: LedgerEntry): readonly string[] =>
    deletedBy === undefined ? [built.package] : [built.package, deletedBy],
} as const;

/** Throws LEDGER_MISSING for tables that aren't there and aren't to be made. */
export function openTables(root: RootDatabase<unknown, Buffer>, listId: string, create: boolean): LedgerTables {
  const index = (name: string): IndexTable => {
    const options = {
      name: `${listId}/${name}`,
      keyEncoding: "binary",
      encoding: "binary",
      dupSort: true,
      // The types lack it.
      create,
    } as const;
    return checkTable(root.openDB<Buffer, Buffer>(options), listId);
  };
  const entries = (suffix: string): Database<StoredEntry, Buffer> => {
    const options = { name: listId + suffix, keyEncoding: "binary", encoding: "json", create } as const;
    return checkTable(root.openDB<StoredEntry, Buffer>(options), listId);
  };
  return {
    entries: entries(ENTRIES_SUFFIX),
    ids: index("ids"),
    identities: index("identities"),
    packages: index("packages"),
    before: create
      ? { entries: entries("/before"), ids: index("before-ids"), identities: index("before-identities") }
      : undefined,
  };
}

/** A table that isn't there and isn't to be made is undefined, whatever the types say. */
function checkTable<Table>(table: Table | undefined, listId: string): Table {
  if (table !== undefined) return table;
  throw new PrimepackError(
    "LEDGER_MISSING",
    `Cannot read the ledger as it holds no such list: current value is ${listId}`,
    {
      hint: "Give the id of a list that packages were built for with this ledger.",
    },
  );
}

/** The entry at the key has other texts than before. */
export function updateIndex(
  index: IndexTable,
  textsOfEntry: (entry: LedgerEntry) => readonly string[],
  key: Buffer,
  before: LedgerEntry | undefined,
  after: LedgerEntry | undefined,
): void {
  const old = before === undefined ? [] : textsOfEntry(before);
  const next = after === undefined ? [] : textsOfEntry(after);
  for (const text of old) if (!next.includes(text)) index.removeSync(indexKey(text), key);
  for (const text of next) if (!old.includes(text)) index.putSync(indexKey(text), key);
}
