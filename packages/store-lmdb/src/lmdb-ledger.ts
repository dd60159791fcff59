import {
  type Ledger,
  type LedgerEntries,
  type LedgerEntry,
  lockPath,
  PrimepackError,
  runWasOvertaken,
  type SourcePath,
} from "@primepack/core";
import { type StoredEntry, storedEntry } from "./entry-text.ts";
import { EntryKeys, indexKey } from "./keys.ts";
import {
  ENTRIES_SUFFIX,
  type EntryTables,
  type LedgerTables,
  NO_ENTRY,
  openTables,
  TABLES_OF_LIST,
  textsOf,
  updateIndex,
} from "./ledger-tables.ts";
import { normalListId } from "./list-id.ts";
import { type StoreKind, storeError } from "./store-error.ts";
import { openStoreFile, type StoreFile } from "./store-file.ts";
import { type LayersOf, StoredEntries } from "./stored-entries.ts";

/** The version of what stands in a ledger's file; others are refused. */
export const LEDGER_VERSION = 2;

const kind: StoreKind = {
  noun: "ledger",
  dataFile: "ledger.mdb",
  format: "primepack ledger",
  version: LEDGER_VERSION,
  // Of lists, and one for the file.
  maxDatabases: 1024 * TABLES_OF_LIST + 1,
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
    const names = [...file.root.getKeys()].map((key) => key.toString().replace(/\0$/, ""));
    return names.filter((name) => name.endsWith(ENTRIES_SUFFIX)).map((name) => name.slice(0, -ENTRIES_SUFFIX.length));
  } catch (error) {
    throw storeError(kind, error, `read the ledger ${path}`);
  } finally {
    await file.close();
  }
}

/** What there was when a run began, of which the tables `before` hold the paths that were written since. */
interface Base {
  readonly runId: string;
  /** Entries that there were. */
  readonly size: number;
}

/** Which runs {@link Ledger.asOf} can tell of. */
interface Beginnings {
  readonly base?: Base;
  /** The run that began after the last write. */
  readonly begun?: string;
}

class LmdbLedger implements Ledger {
  readonly #file: StoreFile;
  readonly #tables: LedgerTables;
  readonly #listId: string;
  /** Undefined: read only. */
  readonly #release: (() => void) | undefined;
  readonly #keys = new EntryKeys();
  readonly #present: StoredEntries;
  /** As stored: nobody else writes. */
  #beginnings: Beginnings;
  #closing: Promise<void> | undefined;

  constructor(file: StoreFile, listId: string, release: (() => void) | undefined) {
    this.#file = file;
    this.#listId = listId;
    this.#release = release;
    this.#tables = openTables(file.root, listId, release !== undefined);
    this.#present = this.#entriesOf({
      layers: () => ({ now: this.#open(), before: undefined }),
      size: () => this.#count(),
    });
    this.#beginnings = (file.meta.get(this.#metaKey("beginnings")) as Beginnings | undefined) ?? {};
  }

  get size(): number {
    return this.#present.size;
  }

  get highestItemId(): number {
    this.#open();
    return this.#number("highestItemId") ?? 0;
  }

  get(source: SourcePath): LedgerEntry | undefined {
    return this.#present.get(source);
  }

  byIdentity(identity: string): LedgerEntry | undefined {
    return this.#present.byIdentity(identity);
  }

  hasId(id: string): boolean {
    return this.#present.hasId(id);
  }

  ofId(id: string): Iterable<LedgerEntry> {
    return this.#present.ofId(id);
  }

  entries(): Iterable<LedgerEntry> {
    return this.#present.entries();
  }

  asOf(runId: string): LedgerEntries | undefined {
    if (this.firstItemId(runId) === undefined) return this.#present;
    const { before } = this.#tables;
    const { base, begun } = this.#beginnings;
    if (before === undefined || (begun !== runId && base?.runId !== runId)) return undefined;
    const since = () => this.#since(runId);
    return this.#entriesOf({
      layers: () => {
        const now = this.#open();
        const size = since()?.size;
        if (size === undefined) return { now, before: undefined };
        // Of a list that was new all is as if nothing had been written.
        return size === 0 ? { now: undefined, before: undefined } : { now, before };
      },
      size: () => since()?.size ?? this.#count(),
    });
  }

  *ofPackage(packageId: string): Iterable<LedgerEntry> {
    const { entries, packages } = this.#open();
    const key = indexKey(packageId);
    if (!packages.doesExist(key)) return;
    for (const entryKey of [...packages.getValues(key)]) {
      const entry = this.#present.read(entries.get(entryKey));
      if (entry !== undefined && textsOf.packages(entry).includes(packageId)) yield entry;
    }
  }

  async write({
    put = [],
    remove = [],
  }: {
    readonly put?: readonly LedgerEntry[];
    readonly remove?: readonly SourcePath[];
  }): Promise<void> {
    const { entries, ids, identities, packages, before } = this.#open();
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
    let beginnings = this.#beginnings;
    this.#transaction(() => {
      beginnings = this.#beginBase(before);
      const isKept = beginnings.base !== undefined && beginnings.base.size > 0;
      for (const { key, entry, stored } of changes.values()) {
        const held = entries.get(key);
        const old = this.#present.read(held);
        if (before !== undefined && isKept) keep(before, key, held ?? NO_ENTRY, old);
        updateIndex(ids, textsOf.ids, key, old, entry);
        updateIndex(identities, textsOf.identities, key, old, entry);
        updateIndex(packages, textsOf.packages, key, old, entry);
        if (stored !== undefined) entries.putSync(key, stored);
        else if (held !== undefined) entries.removeSync(key);
      }
      this.#raiseHighest(highest);
    });
    this.#beginnings = beginnings;
  }

  firstItemId(runId: string): number | undefined {
    this.#open();
    return this.#number(runKey(runId));
  }

  async beginRun(runId: string, firstItemId: number): Promise<void> {
    this.#open();
    let beginnings = this.#beginnings;
    const { base } = beginnings;
    this.#transaction(() => {
      if (this.#number(runKey(runId)) === undefined) {
        this.#file.meta.putSync(this.#metaKey(runKey(runId)), firstItemId);
        this.#raiseHighest(firstItemId - 1);
        beginnings = { ...(base === undefined ? {} : { base }), begun: runId };
      } else if (base?.runId === runId) beginnings = { base };
      else return;
      this.#file.meta.putSync(this.#metaKey("beginnings"), beginnings);
    });
    this.#beginnings = beginnings;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#file.close().finally(this.#release);
    await this.#closing;
  }

  #open(): LedgerTables {
    if (this.#closing === undefined) return this.#tables;
    throw new PrimepackError("LEDGER_CLOSED", "Cannot use the ledger as it is closed");
  }

  #entriesOf(of: Omit<LayersOf, "damaged">): StoredEntries {
    const damaged = () =>
      new PrimepackError(
        "LEDGER_INVALID",
        `Cannot read the ledger as an entry of it is damaged: current value is ${this.#file.directory}, list ${this.#listId}`,
      );
    return new StoredEntries({ ...of, damaged }, this.#keys);
  }

  #count(): number {
    return (this.#open().entries.getStats() as { entryCount: number }).entryCount;
  }

  /** Undefined: nothing was written since the run began. */
  #since(runId: string): Base | undefined {
    const { base, begun } = this.#beginnings;
    if (begun === runId) return undefined;
    if (base?.runId === runId) return base;
    throw runWasOvertaken(runId);
  }

  /** With the first write after a run began, what was kept for another one goes. */
  #beginBase(before: EntryTables | undefined): Beginnings {
    const { begun } = this.#beginnings;
    if (begun === undefined || before === undefined) return this.#beginnings;
    for (const table of [before.entries, before.ids, before.identities]) table.clearSync();
    const beginnings = { base: { runId: begun, size: this.size } };
    this.#file.meta.putSync(this.#metaKey("beginnings"), beginnings);
    return beginnings;
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

/** What was there before the first write since the run began. */
function keep(before: EntryTables, key: Buffer, held: StoredEntry, old: LedgerEntry | undefined): void {
  if (before.entries.doesExist(key)) return;
  before.entries.putSync(key, held);
  updateIndex(before.ids, textsOf.ids, key, undefined, old);
  updateIndex(before.identities, textsOf.identities, key, undefined, old);
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
