import type { LedgerEntry, LedgerState, SourcePath, TargetPath } from "../model/index.ts";
import { NumberSet } from "./number-set.ts";
import type { ResolvedPlanOptions } from "./types.ts";

type LedgerKind = LedgerEntry["kind"];

/** What the ledger knows of an item that the source yields. */
export interface Known {
  /** The ids that the item keeps; undefined: it is new to the target. */
  readonly entry?: LedgerEntry;
  /** Its path in the target; undefined: it has none yet, or one elsewhere. */
  readonly path?: TargetPath;
  readonly movedFrom?: SourcePath;
  /** Fingerprint of what the target has received of it; undefined: no proof that it has any of it. */
  readonly received?: string;
  /** GUID that an earlier attempt of this run gave it. */
  readonly ownId?: string;
  /** The id of its path may be held by an item that was moved away from it, so that its name is free. */
  readonly isFreed: boolean;
  /** What else the target holds under its name. */
  readonly replaced?: LedgerEntry;
}

/** Nothing: for items of a run without a ledger too. */
export const UNKNOWN: Known = { isFreed: false };

/**
 * What the ledger says of the items of a source, and which of its entries the source no longer has.
 *
 * - An entry that an earlier attempt of this very run made counts for nothing but its name and GUID, so that the run
 *   plans as it did then.
 * - An entry under the item's path keeps its ids, whatever the item's identity is now: files are saved by replacing them.
 * - Else an entry of the same kind and identity under another path that has not been met in this run was moved.
 *
 * Memory: a bit for each item that was met; with deletions also the path of each folder that was left out.
 */
export class Delta {
  readonly #ledger: NonNullable<ResolvedPlanOptions["ledger"]>;
  /** Item ids of the entries that were met in this run, under their own path or another. */
  readonly #met = new NumberSet();
  /** Paths of folders that are left out with all that is in them. */
  readonly #lost = new Set<string>();
  readonly #replaced: LedgerEntry[] = [];
  /** Whether folders may be in the target without an entry. */
  readonly #hasExisting: boolean;

  constructor(ledger: NonNullable<ResolvedPlanOptions["ledger"]>, hasExisting: boolean) {
    this.#ledger = ledger;
    this.#hasExisting = hasExisting;
  }

  known(kind: LedgerKind, path: SourcePath, identity: string | undefined): Known {
    const { store, runId } = this.#ledger;
    const entry = store.get(path);
    if (entry?.madeBy === runId) {
      const own = { path: entry.path, ownId: entry.id, isFreed: true };
      if (entry.movedFrom === undefined || entry.kind !== kind || this.#met.has(entry.itemId)) return own;
      return { ...own, entry, movedFrom: entry.movedFrom };
    }
    const isGone = entry?.movedBy !== undefined && entry.movedBy !== runId;
    const holder = entry === undefined || isGone || this.#met.has(entry.itemId) ? undefined : entry;
    if (holder !== undefined && holder.kind === kind) {
      const received = holder.deletedBy === undefined ? this.#received(holder)?.fingerprint : undefined;
      return { entry: holder, path: holder.path, isFreed: false, ...(received === undefined ? {} : { received }) };
    }
    const isFreed = entry !== undefined && holder === undefined;
    const replaced = holder === undefined ? {} : { replaced: holder };
    const moved = identity === undefined ? undefined : store.byIdentity(identity);
    if (moved === undefined || moved.kind !== kind || moved.madeBy === runId || this.#met.has(moved.itemId)) {
      return { isFreed, ...replaced };
    }
    return { entry: moved, movedFrom: moved.source, isFreed, ...replaced };
  }

  /** Whether the ledger gives the GUID to another item than this one. */
  isHeld(id: string, { ownId }: Known): boolean {
    return id !== ownId && this.#ledger.store.hasId(id);
  }

  /** The source has the item, and it has its place. */
  meet({ entry, replaced }: Known): void {
    if (entry !== undefined) this.#met.add(entry.itemId);
    if (replaced === undefined) return;
    this.#met.add(replaced.itemId);
    if (this.#ledger.deletions) this.#replaced.push(replaced);
  }

  /** The source has something at the path that gets no place: neither it, nor what is above or below it, is gone. */
  lose(path: SourcePath): void {
    if (!this.#ledger.deletions) return;
    for (let length = 1; length <= path.length; length += 1) {
      const entry = this.#ledger.store.get(path.slice(0, length));
      if (entry !== undefined) this.#met.add(entry.itemId);
      if (length < path.length) continue;
      if (entry === undefined ? this.#hasExisting : entry.kind === "folder") this.#lost.add(keyOf(path));
    }
  }

  /** The entry that a deletion of the path is of, if the source has not yielded it as present in this run. */
  deleted(path: SourcePath): { readonly entry?: LedgerEntry; readonly isMet: boolean } {
    const { store, runId } = this.#ledger;
    const entry = store.get(path);
    if (entry === undefined || (entry.movedBy !== undefined && entry.movedBy !== runId)) return { isMet: false };
    const isMet = this.#met.has(entry.itemId);
    this.#met.add(entry.itemId);
    return { entry, isMet };
  }

  entryOf(path: SourcePath): LedgerEntry | undefined {
    return this.#ledger.store.get(path);
  }

  /** What the source no longer has, the deepest first; nothing where deletions aren't asked for. */
  *gone(): Generator<LedgerEntry, void, undefined> {
    if (!this.#ledger.deletions) return;
    const depths = new Set<number>();
    for (const entry of this.#ledger.store.entries()) if (this.#isGone(entry)) depths.add(entry.source.length);
    for (const { source } of this.#replaced) depths.add(source.length);
    for (const depth of [...depths].sort((one, other) => other - one)) {
      yield* this.#replaced.filter(({ source }) => source.length === depth);
      for (const entry of this.#ledger.store.entries()) {
        if (entry.source.length === depth && this.#isGone(entry)) yield entry;
      }
    }
  }

  #isGone({ itemId, madeBy, movedBy, source }: LedgerEntry): boolean {
    if (this.#met.has(itemId) || madeBy === this.#ledger.runId || movedBy !== undefined) return false;
    if (this.#lost.size === 0) return true;
    for (let length = 1; length < source.length; length += 1) {
      if (this.#lost.has(keyOf(source.slice(0, length)))) return false;
    }
    return true;
  }

  #received({ received, receivedBefore }: LedgerEntry): LedgerState | undefined {
    return received?.package.startsWith(`${this.#ledger.runId}/`) === true ? receivedBefore : received;
  }
}

function keyOf(path: SourcePath): string {
  return path.map((name) => `${name.length}:${name}`).join("");
}
