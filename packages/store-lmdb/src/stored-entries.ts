import { type LedgerEntries, type LedgerEntry, preferredEntry, type SourcePath } from "@primepack/core";
import { readStoredEntry, type StoredEntry } from "./entry-text.ts";
import { type EntryKeys, indexKey } from "./keys.ts";
import { type EntryTables, NO_ENTRY, textsOf } from "./ledger-tables.ts";

/** Entries that are read at a time. */
const ENTRIES_AT_A_TIME = 1000;

/** The tables that entries are looked up in. */
export interface Layers {
  /** Undefined: there was nothing. */
  readonly now: EntryTables | undefined;
  /** What was there before of paths that were written since: it lies over `now`. Undefined: nothing does. */
  readonly before: EntryTables | undefined;
}

/** Where entries are looked up: asked for with each look-up. */
export interface LayersOf {
  readonly layers: () => Layers;
  readonly size: () => number;
  /** What is thrown for an entry that can't be read. */
  readonly damaged: () => Error;
}

/** Looks entries up in tables over which others may lie. */
export class StoredEntries implements LedgerEntries {
  readonly #of: LayersOf;
  readonly #keys: EntryKeys;

  constructor(of: LayersOf, keys: EntryKeys) {
    this.#of = of;
    this.#keys = keys;
  }

  get size(): number {
    return this.#of.size();
  }

  get(source: SourcePath): LedgerEntry | undefined {
    const { now, before } = this.#of.layers();
    const key = this.#keys.lookUpKey(source);
    return this.read(before?.entries.get(key) ?? now?.entries.get(key));
  }

  byIdentity(identity: string): LedgerEntry | undefined {
    return preferredEntry(this.#having("identities", identity));
  }

  hasId(id: string): boolean {
    for (const _ of this.#having("ids", id)) return true;
    return false;
  }

  ofId(id: string): Iterable<LedgerEntry> {
    return this.#having("ids", id);
  }

  *entries(): Iterable<LedgerEntry> {
    // Anew for every batch: a reader that stays on an old state keeps the file from using its free pages again.
    let start: Buffer | undefined;
    for (;;) {
      const { now, before } = this.#of.layers();
      const options = {
        ...(start === undefined ? {} : { start, exclusiveStart: true }),
        limit: ENTRIES_AT_A_TIME,
      };
      const below = now === undefined ? [] : [...now.entries.getRange(options)];
      const above = before === undefined ? [] : [...before.entries.getRange(options)];
      const batch = merged(below, above);
      for (const { value } of batch) {
        const entry = this.read(value);
        if (entry !== undefined) yield entry;
      }
      start = batch.at(-1)?.key;
      if (start === undefined) return;
    }
  }

  /** Undefined for what stands for no entry. Throws for what is damaged. */
  read(stored: StoredEntry | undefined): LedgerEntry | undefined {
    if (stored === undefined || isNone(stored)) return undefined;
    const entry = readStoredEntry(stored);
    if (entry !== undefined) return entry;
    throw this.#of.damaged();
  }

  *#having(name: "ids" | "identities", text: string): Generator<LedgerEntry, void, undefined> {
    const { now, before } = this.#of.layers();
    const isOf = (entry: LedgerEntry | undefined): entry is LedgerEntry =>
      entry !== undefined && textsOf[name](entry).includes(text);
    if (now === undefined) return;
    if (before !== undefined) {
      for (const key of keysOf(before, name, text)) {
        const entry = this.read(before.entries.get(key));
        if (isOf(entry)) yield entry;
      }
    }
    for (const key of keysOf(now, name, text)) {
      if (before?.entries.doesExist(key) === true) continue;
      const entry = this.read(now.entries.get(key));
      if (isOf(entry)) yield entry;
    }
  }
}

/** Keys of entries that have the text, or another of the same index key. */
function keysOf(tables: EntryTables, name: "ids" | "identities", text: string): readonly Buffer[] {
  const key = indexKey(text);
  return tables[name].doesExist(key) ? [...tables[name].getValues(key)] : [];
}

interface Row {
  readonly key: Buffer;
  readonly value: StoredEntry;
}

/** Rows in the order of their keys, as far as both are read; of two with one key the one above. */
function merged(below: readonly Row[], above: readonly Row[]): readonly Row[] {
  if (above.length === 0) return below;
  const lastKeys = [below, above].filter(({ length }) => length === ENTRIES_AT_A_TIME).map((rows) => rows.at(-1)?.key);
  const end = lastKeys.reduce(
    (least, key) => (least && key && Buffer.compare(least, key) < 0 ? least : key),
    undefined,
  );
  const rows: Row[] = [];
  let next = 0;
  for (const row of below) {
    while (next < above.length && Buffer.compare((above[next] as Row).key, row.key) < 0)
      rows.push(above[next++] as Row);
    const isCovered = next < above.length && (above[next] as Row).key.equals(row.key);
    rows.push(isCovered ? (above[next++] as Row) : row);
  }
  rows.push(...above.slice(next));
  return end === undefined ? rows : rows.filter(({ key }) => Buffer.compare(key, end) <= 0);
}

function isNone(stored: StoredEntry): boolean {
  return Array.isArray(stored) && stored.length === NO_ENTRY.length;
}
