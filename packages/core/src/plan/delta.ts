import {
  isDisplaced,
  type LedgerEntries,
  type LedgerEntry,
  placeOf,
  preferredEntry,
  runWasOvertaken,
  type SourcePath,
  type TargetPath,
} from "../model/index.ts";
import { comparisonKey } from "./fold.ts";
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
  /** What else the target holds under its name. */
  readonly replaced?: LedgerEntry;
}

/** Nothing: for items of a run without a ledger too. */
export const UNKNOWN: Known = {};

/**
 * What the ledger says of the items of a source, and which of its entries the source no longer has.
 *
 * All of it as it was when the run began: what the run notes itself counts for nothing, so that it plans the same whatever
 * of it was finished and confirmed before it was continued.
 *
 * - An entry under the item's path keeps its ids, whatever the item's identity is now: files are saved by replacing them.
 * - Else an entry of the same kind and identity under another path that has not been met in this run was moved.
 *
 * Memory: a bit for each item that was met; with deletions also the path of each folder that was left out.
 */
export class Delta {
  readonly #held: LedgerEntries;
  /** Whether anybody asks for what is gone. */
  readonly #deletions: boolean;
  /** Item ids of the entries that were met in this run, under their own path or another. */
  readonly #met = new NumberSet();
  /** Item ids of the entries whose path is free in this run, or another item's. */
  readonly #vacated = new NumberSet();
  /** Paths of folders that are left out with all that is in them. */
  readonly #lost = new Set<string>();
  #share = { gone: 0, of: 0 };
  /** The moved folders that lead to the last of them. */
  #moves: { readonly from: SourcePath; readonly to: SourcePath }[] = [];
  /** Whether there are entries of other runs: of this one each path has one, whose GUID nobody else computes. */
  readonly #wasUsed: boolean;
  /** Whether folders may be in the target without an entry. */
  readonly #hasExisting: boolean;

  /** @throws PrimepackError PLAN_CHANGED for a run that can't be continued. */
  constructor({ store, runId, deletions }: NonNullable<ResolvedPlanOptions["ledger"]>, hasExisting: boolean) {
    const held = store.asOf(runId);
    if (held === undefined) throw runWasOvertaken(runId);
    this.#held = held;
    this.#deletions = deletions;
    this.#wasUsed = held.size > 0;
    this.#hasExisting = hasExisting;
  }

  known(kind: LedgerKind, path: SourcePath, identity: string | undefined): Known {
    const entry = this.#held.get(path);
    const isFree = entry === undefined || entry.movedBy !== undefined || this.#met.has(entry.itemId);
    const holder = isFree ? undefined : entry;
    if (holder !== undefined && holder.kind === kind) {
      const isSame = holder.deletedBy === undefined && !this.#isSwapped(holder, identity);
      const received = isSame ? holder.received?.fingerprint : undefined;
      // Spreading costs more than all else here.
      return received === undefined
        ? { entry: holder, path: holder.path }
        : { entry: holder, path: holder.path, received };
    }
    const replaced = holder === undefined ? {} : { replaced: holder };
    const moved = identity === undefined ? undefined : this.#held.byIdentity(identity);
    if (moved === undefined || moved.kind !== kind || this.#met.has(moved.itemId)) return replaced;
    return { entry: moved, movedFrom: placeOf(moved), ...replaced };
  }

  /** Whether the ledger knows an item of the GUID. */
  isHeld(id: string): boolean {
    return this.#wasUsed && this.#held.hasId(id);
  }

  /** Whether the GUID's holder is at the path in the target, and has not been met elsewhere. */
  isHeldAt(id: string, path: TargetPath): boolean {
    const holder = preferredEntry(this.#held.ofId(id));
    if (holder === undefined || this.#met.has(holder.itemId)) return false;
    if (holder.movedBy !== undefined && !isDisplaced(holder)) return false;
    const { path: at } = holder;
    return at.length === path.length && at.every((name, level) => sameName(name, path[level] ?? ""));
  }

  /**
   * The source has the item, and it has its place. What it replaces may yet turn up under another path: whether it is
   * gone shows at the end.
   */
  meet(path: SourcePath, { entry, movedFrom, replaced }: Known): void {
    if (entry !== undefined) {
      this.#met.add(entry.itemId);
      if (movedFrom !== undefined) this.#vacated.add(entry.itemId);
    }
    if (replaced !== undefined) this.#vacated.add(replaced.itemId);
    if (!this.#deletions) return;
    if (movedFrom === undefined || entry?.kind !== "folder") return;
    this.#moves = this.#moves.filter(({ to }) => isBelow(path, to));
    this.#moves.push({ from: movedFrom, to: [...path] });
  }

  /**
   * The source has something at the path that gets no place: neither it, nor what is above or below it, is gone, also
   * where the ledger knows it from another path, by its identity or by a folder above it that was moved. Where the path is
   * empty that may be anything, and nothing is gone.
   */
  lose(path: SourcePath, identity?: string): void {
    if (!this.#deletions) return;
    this.#lose(path);
    for (const { from, to } of this.#moves) if (isBelow(path, to)) this.#lose([...from, ...path.slice(to.length)]);
    const entry = identity === undefined ? undefined : this.#held.byIdentity(identity);
    if (entry !== undefined) this.#lose(placeOf(entry));
  }

  #lose(path: SourcePath): void {
    if (path.length === 0) this.#lost.add(keyOf(path));
    for (let length = 1; length <= path.length; length += 1) {
      const entry = this.#held.get(path.slice(0, length));
      if (entry !== undefined) this.#met.add(entry.itemId);
      if (length < path.length) continue;
      if (entry === undefined ? this.#hasExisting : entry.kind === "folder") this.#lost.add(keyOf(path));
    }
  }

  /** The entry that a deletion of the path is of, if the source has not yielded it as present in this run. */
  deleted(path: SourcePath): { readonly entry?: LedgerEntry; readonly isMet: boolean } {
    const entry = this.#held.get(path);
    if (entry === undefined || entry.movedBy !== undefined) return { isMet: false };
    const isMet = this.#met.has(entry.itemId);
    this.#met.add(entry.itemId);
    return { entry, isMet };
  }

  /** GUID of the folder at the path; undefined where in this run, or in one that isn't confirmed, it is another. */
  folderId(path: SourcePath): string | undefined {
    const entry = this.#held.get(path);
    if (entry === undefined || entry.movedBy !== undefined) return undefined;
    return this.#vacated.has(entry.itemId) ? undefined : entry.id;
  }

  /** How many entries are gone, and of how many that the source had before; known once the first of {@link gone} is. */
  get goneShare(): { readonly gone: number; readonly of: number } {
    return this.#share;
  }

  /** What the source no longer has, the deepest first; nothing where deletions aren't asked for. */
  *gone(): Generator<LedgerEntry, void, undefined> {
    if (!this.#deletions) return;
    const depths = new Set<number>();
    const share = { gone: 0, of: 0 };
    for (const entry of this.#held.entries()) {
      if (entry.movedBy === undefined || isDisplaced(entry)) share.of += 1;
      if (!this.#isGone(entry)) continue;
      share.gone += 1;
      depths.add(placeOf(entry).length);
    }
    this.#share = share;
    for (const depth of [...depths].sort((one, other) => other - one)) {
      for (const entry of this.#held.entries()) {
        const source = placeOf(entry);
        if (source.length !== depth || !this.#isGone(entry)) continue;
        this.#met.add(entry.itemId);
        yield { ...entry, source };
      }
    }
  }

  #isGone(entry: LedgerEntry): boolean {
    if (this.#met.has(entry.itemId) || (entry.movedBy !== undefined && !isDisplaced(entry))) return false;
    const source = placeOf(entry);
    if (this.#lost.size === 0) return true;
    for (let length = 0; length < source.length; length += 1) {
      if (this.#lost.has(keyOf(source.slice(0, length)))) return false;
    }
    return true;
  }

  /** Whether the item at the entry's path is one that the ledger knows from another: files may be as large and as old. */
  #isSwapped(entry: LedgerEntry, identity: string | undefined): boolean {
    if (identity === undefined || entry.identity === undefined || identity === entry.identity) return false;
    const other = this.#held.byIdentity(identity);
    return other !== undefined && other.itemId !== entry.itemId;
  }
}

function sameName(one: string, other: string): boolean {
  return one === other || comparisonKey(one) === comparisonKey(other);
}

function isBelow(path: SourcePath, folder: SourcePath): boolean {
  return path.length > folder.length && folder.every((name, level) => name === path[level]);
}

function keyOf(path: SourcePath): string {
  return path.map((name) => `${name.length}:${name}`).join("");
}
