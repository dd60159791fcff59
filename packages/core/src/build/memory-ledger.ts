import { PrimepackError } from "../errors/index.ts";
import {
  type Ledger,
  type LedgerEntries,
  type LedgerEntry,
  preferredEntry,
  runWasOvertaken,
  type SourcePath,
} from "../model/index.ts";

/** A ledger that ends with its process: for tests, and for who keeps the entries elsewhere. */
export function memoryLedger(): Ledger {
  return new MemoryLedger();
}

/** Keys of entries by something that several may have. */
class Index {
  readonly #keys = new Map<string, Set<string>>();

  add(value: string, key: string): void {
    const keys = this.#keys.get(value);
    if (keys === undefined) this.#keys.set(value, new Set([key]));
    else keys.add(key);
  }

  delete(value: string, key: string): void {
    const keys = this.#keys.get(value);
    if (keys?.delete(key) && keys.size === 0) this.#keys.delete(value);
  }

  keys(value: string): ReadonlySet<string> {
    return this.#keys.get(value) ?? new Set();
  }
}

/** Entries by the keys of their paths; undefined stands for a path that has none. */
class EntryMap {
  readonly byKey: Map<string, LedgerEntry | undefined> = new Map();
  readonly identities: Index = new Index();
  readonly ids: Index = new Index();

  set(key: string, entry: LedgerEntry | undefined): void {
    this.delete(key);
    this.byKey.set(key, entry);
    if (entry === undefined) return;
    this.ids.add(entry.id, key);
    if (entry.identity !== undefined) this.identities.add(entry.identity, key);
  }

  delete(key: string): void {
    const entry = this.byKey.get(key);
    this.byKey.delete(key);
    if (entry === undefined) return;
    this.ids.delete(entry.id, key);
    if (entry.identity !== undefined) this.identities.delete(entry.identity, key);
  }

  *having(index: "identities" | "ids", value: string): Generator<readonly [key: string, entry: LedgerEntry]> {
    for (const key of this[index].keys(value)) {
      const entry = this.byKey.get(key);
      if (entry !== undefined) yield [key, entry];
    }
  }
}

/** What there was of paths that were written since a run began, before the first of these writes. */
interface Base {
  readonly runId: string;
  readonly size: number;
  readonly before: EntryMap;
}

const nothingWritten = new EntryMap();

/** Entries over which others lie: those of paths that were written since. */
class Overlaid implements LedgerEntries {
  readonly #now: () => EntryMap;
  readonly #before: () => EntryMap;
  readonly #size: () => number;

  constructor(now: () => EntryMap, before: () => EntryMap, size: () => number) {
    this.#now = now;
    this.#before = before;
    this.#size = size;
  }

  get size(): number {
    return this.#size();
  }

  get(source: SourcePath): LedgerEntry | undefined {
    const key = keyOf(source);
    const before = this.#before().byKey;
    return before.has(key) ? before.get(key) : this.#now().byKey.get(key);
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
    const keys = new Set([...this.#now().byKey.keys(), ...this.#before().byKey.keys()]);
    for (const key of [...keys].sort()) {
      const before = this.#before().byKey;
      const entry = before.has(key) ? before.get(key) : this.#now().byKey.get(key);
      if (entry !== undefined) yield entry;
    }
  }

  *#having(index: "identities" | "ids", value: string): Generator<LedgerEntry> {
    const before = this.#before();
    for (const [, entry] of before.having(index, value)) yield entry;
    for (const [key, entry] of this.#now().having(index, value)) if (!before.byKey.has(key)) yield entry;
  }
}

class MemoryLedger implements Ledger {
  readonly #now = new EntryMap();
  readonly #present = new Overlaid(
    () => this.#open(),
    () => nothingWritten,
    () => this.#open().byKey.size,
  );
  readonly #packages = new Index();
  readonly #runs = new Map<string, number>();
  #base: Base | undefined;
  /** The run that began after the last write. */
  #begun: string | undefined;
  #highestItemId = 0;
  #closed = false;

  get size(): number {
    return this.#present.size;
  }

  get highestItemId(): number {
    this.#open();
    return this.#highestItemId;
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
    this.#open();
    if (!this.#runs.has(runId)) return this.#present;
    if (this.#begun !== runId && this.#base?.runId !== runId) return undefined;
    return new Overlaid(
      () => this.#open(),
      () => this.#since(runId)?.before ?? nothingWritten,
      () => this.#since(runId)?.size ?? this.size,
    );
  }

  *ofPackage(packageId: string): Iterable<LedgerEntry> {
    const { byKey } = this.#open();
    for (const key of [...this.#packages.keys(packageId)]) {
      const entry = byKey.get(key);
      if (entry !== undefined) yield entry;
    }
  }

  async write({
    put = [],
    remove = [],
  }: {
    readonly put?: readonly LedgerEntry[];
    readonly remove?: readonly SourcePath[];
  }): Promise<void> {
    const now = this.#open();
    if (put.length + remove.length === 0) return;
    if (this.#begun !== undefined) {
      this.#base = { runId: this.#begun, size: now.byKey.size, before: new EntryMap() };
      this.#begun = undefined;
    }
    const before = this.#base?.before;
    const set = (key: string, entry: LedgerEntry | undefined): void => {
      const old = now.byKey.get(key);
      if (before?.byKey.has(key) === false) before.set(key, old);
      for (const packageId of packagesOf(old)) this.#packages.delete(packageId, key);
      for (const packageId of packagesOf(entry)) this.#packages.add(packageId, key);
      if (entry === undefined) now.delete(key);
      else now.set(key, entry);
    };
    for (const source of remove) set(keyOf(source), undefined);
    for (const entry of put) {
      set(keyOf(entry.source), entry);
      this.#highestItemId = Math.max(this.#highestItemId, entry.itemId);
    }
  }

  firstItemId(runId: string): number | undefined {
    this.#open();
    return this.#runs.get(runId);
  }

  async beginRun(runId: string, firstItemId: number): Promise<void> {
    this.#open();
    if (this.#runs.has(runId)) {
      if (this.#base?.runId === runId) this.#begun = undefined;
      return;
    }
    this.#begun = runId;
    this.#runs.set(runId, firstItemId);
    this.#highestItemId = Math.max(this.#highestItemId, firstItemId - 1);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** Undefined: nothing was written since the run began. */
  #since(runId: string): Base | undefined {
    this.#open();
    if (this.#begun === runId) return undefined;
    if (this.#base?.runId === runId) return this.#base;
    throw runWasOvertaken(runId);
  }

  #open(): EntryMap {
    if (this.#closed) throw new PrimepackError("LEDGER_CLOSED", "Cannot use the ledger as it is closed");
    return this.#now;
  }
}

/** No two paths have the same: names may hold any character. */
function keyOf(source: SourcePath): string {
  return source.map((name) => `${name.length}:${name}`).join("");
}

function packagesOf(entry: LedgerEntry | undefined): readonly string[] {
  if (entry === undefined) return [];
  const { built, deletedBy } = entry;
  return deletedBy === undefined ? [built.package] : [built.package, deletedBy];
}
