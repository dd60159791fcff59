import { type Ledger, type LedgerEntry, lockPath, PrimepackError, type SourcePath } from "@primepack/core";
import type { Database, RootDatabase } from "lmdb";
import { readStoredEntry, type StoredEntry, storedEntry } from "./entry-text.ts";
import { EntryKeys, indexKey } from "./keys.ts";
import { normalListId } from "./list-id.ts";
import { type StoreKind, storeError } from "./store-error.ts";
import { openStoreFile, type StoreFile } from "./store-file.ts";

/** The version of what stands in a ledger's file; others are refused. */
export const LEDGER_VERSION = 1;

const kind: StoreKind = {
  noun: "ledger",
  dataFile: "ledger.mdb",
  format: "primepack ledger",
  version: LEDGER_VERSION,
  // Four for each list, and one for the file.
  maxDatabases: 4096,
  codes: {
    missing: "LEDGER_MISSING",
    invalid: "LEDGER_INVALID",
    version: "LEDGER_VERSION",
    failed: "LEDGER_FAILED",
  },
};

/** Which ledger is opened, and what for. */
export interface LmdbLedgerOptions {
  /** The ledger's folder, made if it isn't there; one ledger serves any number of lists. On a local disk. */
  readonly path: string;
  /** GUID of the target list, in any case, with or without braces. */
  readonly listId: string;
  /** Writes nothing, and doesn't keep others from writing. A ledger or list that isn't there is an error. Default: false. */
  readonly readOnly?: boolean;
}

/** Entries that are read at a time by {@link Ledger.entries}. */
const ENTRIES_AT_A_TIME = 1000;

/**
 * Opens what the ledger at the path holds of one list, in an embedded store (LMDB); without `readOnly` for this process
 * and this ledger alone, until it is closed or the process ends.
 *
 * Memory: the file is mapped, so what is read of it counts as file-backed memory that the system takes back at will.
 *
 * Throws LEDGER_IN_USE, LEDGER_MISSING, LEDGER_INVALID, LEDGER_VERSION, INVALID_OPTION, DISK_FULL or LEDGER_FAILED.
 */
export async function openLmdbLedger(options: LmdbLedgerOptions): Promise<Ledger> {
  const { path, readOnly = false } = options;
  const listId = normalListId(options.listId);
  const file = await openStoreFile(kind, path, { create: !readOnly });
  let release: (() => void) | undefined;
  try {
    if (!readOnly) {
      release = await lockPath(file.directory, { name: listId });
      if (release === undefined) {
        throw new PrimepackError(
          "LEDGER_IN_USE",
          `Cannot write to the ledger as another run has it open for the list: current value is ${path}, list ${listId}`,
        );
      }
    }
    return new LmdbLedger(file, listId, release);
  } catch (error) {
    release?.();
    await file.close();
    throw storeError(kind, error, `open the ledger ${path}`);
  }
}

/** The ids of the lists that the ledger holds entries or runs of. Throws as {@link openLmdbLedger} does. */
export async function ledgerLists(path: string): Promise<readonly string[]> {
  const file = await openStoreFile(kind, path, { create: false });
  try {
    const suffix = `/${tableNames.entries}`;
    const names = [...file.root.getKeys()].map((key) => key.toString().replace(/\0$/, ""));
    return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
  } catch (error) {
    throw storeError(kind, error, `read the ledger ${path}`);
  } finally {
    await file.close();
  }
}

const tableNames = { entries: "entries", ids: "ids", identities: "identities", packages: "packages" } as const;

/** What is stored of one list; an index maps a text's key to the keys of all entries that have it. */
interface Tables {
  readonly entries: Database<StoredEntry, Buffer>;
  readonly ids: Database<Buffer, Buffer>;
  readonly identities: Database<Buffer, Buffer>;
  readonly packages: Database<Buffer, Buffer>;
}

type IndexName = Exclude<keyof Tables, "entries">;

const textsOf: Readonly<Record<IndexName, (entry: LedgerEntry) => readonly string[]>> = {
  ids: ({ id }) => [id],
  identities: ({ identity }) => (identity === undefined ? [] : [identity]),
  packages: ({ built, deletedBy }) => (deletedBy === undefined ? [built.package] : [built.package, deletedBy]),
};
const indexNames = Object.keys(textsOf) as readonly IndexName[];

class LmdbLedger implements Ledger {
  readonly #file: StoreFile;
  readonly #tables: Tables;
  readonly #listId: string;
  /** Undefined: read only. */
  readonly #release: (() => void) | undefined;
  readonly #keys = new EntryKeys();
  #closing: Promise<void> | undefined;

  constructor(file: StoreFile, listId: string, release: (() => void) | undefined) {
    this.#file = file;
    this.#listId = listId;
    this.#release = release;
    this.#tables = openTables(file.root, listId, release !== undefined);
  }

  get size(): number {
    const { entries } = this.#open();
    return (entries.getStats() as { entryCount: number }).entryCount;
  }

  get highestItemId(): number {
    this.#open();
    return this.#number("highestItemId") ?? 0;
  }

  get(source: SourcePath): LedgerEntry | undefined {
    const { entries } = this.#open();
    return this.#read(entries.get(this.#keys.lookUpKey(source)));
  }

  byIdentity(identity: string): LedgerEntry | undefined {
    return this.#first("identities", identity);
  }

  hasId(id: string): boolean {
    for (const _ of this.#indexed("ids", id)) return true;
    return false;
  }

  byId(id: string): LedgerEntry | undefined {
    return this.#first("ids", id);
  }

  *entries(): Iterable<LedgerEntry> {
    // Anew for every batch: a reader that stays on an old state keeps the file from using its free pages again.
    let start: Buffer | undefined;
    for (;;) {
      const { entries } = this.#open();
      const options = start === undefined ? {} : { start, exclusiveStart: true };
      const batch = [...entries.getRange({ ...options, limit: ENTRIES_AT_A_TIME })];
      for (const { value } of batch) {
        const entry = this.#read(value);
        if (entry !== undefined) yield entry;
      }
      start = batch.at(-1)?.key;
      if (start === undefined) return;
    }
  }

  ofPackage(packageId: string): Iterable<LedgerEntry> {
    return this.#indexed("packages", packageId);
  }

  async write({
    put = [],
    remove = [],
  }: {
    readonly put?: readonly LedgerEntry[];
    readonly remove?: readonly SourcePath[];
  }): Promise<void> {
    const { entries, ...indexes } = this.#open();
    const changes = new Map<string, Change>();
    for (const source of remove) {
      const key = this.#keys.key(source);
      changes.set(key.toString("base64"), { key });
    }
    let highest = 0;
    for (const entry of put) {
      const key = this.#keys.key(entry.source);
      changes.set(key.toString("base64"), { key, entry, stored: storedEntry(entry) });
      highest = Math.max(highest, entry.itemId);
    }
    if (changes.size === 0) return;
    this.#transaction(() => {
      for (const { key, entry, stored } of changes.values()) {
        const before = this.#read(entries.get(key));
        for (const name of indexNames) updateIndex(indexes[name], textsOf[name], key, before, entry);
        if (stored !== undefined) entries.putSync(key, stored);
        else if (before !== undefined) entries.removeSync(key);
      }
      this.#raiseHighest(highest);
    });
  }

  firstItemId(runId: string): number | undefined {
    this.#open();
    return this.#number(runKey(runId));
  }

  async beginRun(runId: string, firstItemId: number): Promise<void> {
    this.#open();
    this.#transaction(() => {
      if (this.#number(runKey(runId)) !== undefined) return;
      this.#file.meta.putSync(this.#metaKey(runKey(runId)), firstItemId);
      this.#raiseHighest(firstItemId - 1);
    });
  }

  async close(): Promise<void> {
    this.#closing ??= this.#file.close().finally(this.#release);
    await this.#closing;
  }

  #open(): Tables {
    if (this.#closing === undefined) return this.#tables;
    throw new PrimepackError("LEDGER_CLOSED", "Cannot use the ledger as it is closed");
  }

  /** One that wasn't moved away, if there is one, else one that was displaced. */
  #first(name: IndexName, text: string): LedgerEntry | undefined {
    let moved: LedgerEntry | undefined;
    for (const entry of this.#indexed(name, text)) {
      if (entry.movedBy === undefined) return entry;
      if (moved === undefined || isDisplaced(entry)) moved = entry;
    }
    return moved;
  }

  *#indexed(name: IndexName, text: string): Generator<LedgerEntry, void, undefined> {
    const { entries, [name]: index } = this.#open();
    const key = indexKey(text);
    if (!index.doesExist(key)) return;
    for (const entryKey of [...index.getValues(key)]) {
      const entry = this.#read(entries.get(entryKey));
      if (entry !== undefined && textsOf[name](entry).includes(text)) yield entry;
    }
  }

  #read(stored: StoredEntry | undefined): LedgerEntry | undefined {
    if (stored === undefined) return undefined;
    const entry = readStoredEntry(stored);
    if (entry !== undefined) return entry;
    throw new PrimepackError(
      "LEDGER_INVALID",
      `Cannot read the ledger as an entry of it is damaged: current value is ${this.#file.directory}, list ${this.#listId}`,
    );
  }

  /**
   * All of it or nothing, and on the disk when it returns. Made on this thread: what is written behind its back says of
   * a failure too little, and on the console.
   */
  #transaction(change: () => void): void {
    if (this.#release === undefined) {
      throw new PrimepackError("LEDGER_FAILED", "Cannot write to the ledger as it was opened to be read only");
    }
    const { root, directory } = this.#file;
    try {
      root.transactionSync(change);
    } catch (error) {
      throw storeError(kind, error, `write to the ledger ${directory}`, directory);
    }
  }

  #raiseHighest(itemId: number): void {
    if (itemId <= (this.#number("highestItemId") ?? 0)) return;
    this.#file.meta.putSync(this.#metaKey("highestItemId"), itemId);
  }

  #number(name: string): number | undefined {
    const value = this.#file.meta.get(this.#metaKey(name));
    return typeof value === "number" ? value : undefined;
  }

  #metaKey(name: string): Buffer {
    return Buffer.from(`${this.#listId}/${name}`);
  }
}

/** Whether another item has its path, and nothing says where it went. */
function isDisplaced({ source }: LedgerEntry): boolean {
  return source.at(-1)?.startsWith("\0") === true;
}

interface Change {
  readonly key: Buffer;
  /** Undefined: the path is forgotten. */
  readonly entry?: LedgerEntry;
  readonly stored?: StoredEntry;
}

function runKey(runId: string): string {
  return `run/${runId}`;
}

function openTables(root: RootDatabase<unknown, Buffer>, listId: string, create: boolean): Tables {
  const index = (name: IndexName): Database<Buffer, Buffer> => {
    const options = {
      name: `${listId}/${tableNames[name]}`,
      keyEncoding: "binary",
      encoding: "binary",
      dupSort: true,
      // The types lack it.
      create,
    } as const;
    return checkTable(root.openDB<Buffer, Buffer>(options), listId);
  };
  const options = {
    name: `${listId}/${tableNames.entries}`,
    keyEncoding: "binary",
    encoding: "json",
    create,
  } as const;
  return {
    entries: checkTable(root.openDB<StoredEntry, Buffer>(options), listId),
    ids: index("ids"),
    identities: index("identities"),
    packages: index("packages"),
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

function updateIndex(
  index: Database<Buffer, Buffer>,
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
