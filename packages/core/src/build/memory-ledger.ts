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
    const forget = (key: string): void => {
      const entry = entries.get(key);
      if (entry === undefined) return;
      entries.delete(key);
      if (entry.identity !== undefined) this.#identities.delete(entry.identity, key);
      this.#ids.delete(entry.id, key);
      for (const packageId of packagesOf(entry)) this.#packages.delete(packageId, key);
    };
    for (const source of change.remove ?? []) forget(keyOf(source));
    for (const entry of change.put ?? []) {
      const key = keyOf(entry.source);
      forget(key);
      entries.set(key, entry);
      if (entry.identity !== undefined) this.#identities.add(entry.identity, key);
      this.#ids.add(entry.id, key);
      for (const packageId of packagesOf(entry)) this.#packages.add(packageId, key);
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

  /** One that wasn't moved away, if there is one. */
  #first(keys: ReadonlySet<string>): LedgerEntry | undefined {
    let moved: LedgerEntry | undefined;
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry?.movedBy === undefined) return entry;
      moved ??= entry;
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

function packagesOf({ built, deletedBy }: LedgerEntry): readonly string[] {
  return deletedBy === undefined ? [built.package] : [built.package, deletedBy];
}
