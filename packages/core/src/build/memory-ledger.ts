import { PrimepackError } from "../errors/index.ts";
import type { Ledger, LedgerEntry, SourcePath } from "../model/index.ts";

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

class MemoryLedger implements Ledger {
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #identities = new Index();
  readonly #ids = new Index();
  readonly #packages = new Index();
  readonly #runs = new Map<string, number>();
  #highestItemId = 0;
  #closed = false;

  get size(): number {
    return this.#open().size;
  }

  get highestItemId(): number {
    this.#open();
    return this.#highestItemId;
  }

  get(source: SourcePath): LedgerEntry | undefined {
    return this.#open().get(keyOf(source));
  }

  byIdentity(identity: string): LedgerEntry | undefined {
    this.#open();
    return this.#first(this.#identities.keys(identity));
  }

  hasId(id: string): boolean {
    this.#open();
    return this.#ids.keys(id).size > 0;
  }

  byId(id: string): LedgerEntry | undefined {
    this.#open();
    return this.#first(this.#ids.keys(id));
  }

  *entries(): Iterable<LedgerEntry> {
    yield* this.#open().values();
  }

  *ofPackage(packageId: string): Iterable<LedgerEntry> {
    const entries = this.#open();
    for (const key of [...this.#packages.keys(packageId)]) {
      const entry = entries.get(key);
      if (entry !== undefined) yield entry;
    }
  }

  async write(change: {
    readonly put?: readonly LedgerEntry[];
    readonly remove?: readonly SourcePath[];
  }): Promise<void> {
    const entries = this.#open();
    const set = (key: string, entry: LedgerEntry | undefined): void => {
      const before = entries.get(key);
      update(this.#identities, key, identitiesOf(before), identitiesOf(entry));
      update(this.#ids, key, idsOf(before), idsOf(entry));
      update(this.#packages, key, packagesOf(before), packagesOf(entry));
      if (entry === undefined) entries.delete(key);
      else entries.set(key, entry);
    };
    for (const source of change.remove ?? []) set(keyOf(source), undefined);
    for (const entry of change.put ?? []) {
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
    if (this.#runs.has(runId)) return;
    this.#runs.set(runId, firstItemId);
    this.#highestItemId = Math.max(this.#highestItemId, firstItemId - 1);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** One that wasn't moved away, if there is one, else one that was displaced. */
  #first(keys: ReadonlySet<string>): LedgerEntry | undefined {
    let moved: LedgerEntry | undefined;
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry?.movedBy === undefined) return entry;
      if (moved === undefined || isDisplaced(entry)) moved = entry;
    }
    return moved;
  }

  #open(): Map<string, LedgerEntry> {
    if (this.#closed) throw new PrimepackError("LEDGER_CLOSED", "Cannot use the ledger as it is closed");
    return this.#entries;
  }
}

/** No two paths have the same: names may hold any character. */
function keyOf(source: SourcePath): string {
  return source.map((name) => `${name.length}:${name}`).join("");
}

/** What stays keeps its place, so that look-ups give the same whatever was written meanwhile. */
function update(index: Index, key: string, before: readonly string[], after: readonly string[]): void {
  for (const value of before) if (!after.includes(value)) index.delete(value, key);
  for (const value of after) index.add(value, key);
}

function identitiesOf(entry: LedgerEntry | undefined): readonly string[] {
  return entry?.identity === undefined ? [] : [entry.identity];
}

function idsOf(entry: LedgerEntry | undefined): readonly string[] {
  return entry === undefined ? [] : [entry.id];
}

/** Whether another item has its path, and nothing says where it went. */
function isDisplaced({ source }: LedgerEntry): boolean {
  return source.at(-1)?.startsWith("\0") === true;
}

function packagesOf(entry: LedgerEntry | undefined): readonly string[] {
  if (entry === undefined) return [];
  const { built, deletedBy } = entry;
  return deletedBy === undefined ? [built.package] : [built.package, deletedBy];
}
