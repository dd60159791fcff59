import type { LedgerEntry, LedgerState, SourcePath, TargetPath } from "../model/index.ts";
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
  /** GUID that an earlier attempt of this run gave it. */
  readonly ownId?: string;
  /** What else the target holds under its name. */
  readonly replaced?: LedgerEntry;
}

/** Nothing: for items of a run without a ledger too. */
export const UNKNOWN: Known = {};

/**
 * What the ledger says of the items of a source, and which of its entries the source no longer has.
 *
 * - An entry that an earlier attempt of this very run made counts for nothing but its name and GUID, so that the run
 *   plans as it did then.
 * - An entry under the item's path keeps its ids, whatever the item's identity is now: files are saved by replacing them.
 * - Else an entry of the same kind and identity under another path that has not been met in this run was moved.
 *
 * Memory: a bit for each item that was met; with deletions also the path of each folder that was left out, and what
 * entries of another kind have taken the path of.
 */
export class Delta {
  readonly #ledger: NonNullable<ResolvedPlanOptions["ledger"]>;
  /** What the ids of this run's packages begin with. */
  readonly #ownPackages: string;
  /** Item ids of the entries that were met in this run, under their own path or another. */
  readonly #met = new NumberSet();
  /** Item ids of the entries whose path is free in this run, or another item's. */
  readonly #vacated = new NumberSet();
  /** Paths of folders that are left out with all that is in them. */
  readonly #lost = new Set<string>();
  readonly #replaced: LedgerEntry[] = [];
  #share = { gone: 0, of: 0 };
  /** The moved folders that lead to the last of them. */
  #moves: { readonly from: SourcePath; readonly to: SourcePath }[] = [];
  /** Whether there are entries of other runs: of its own each path has one, whose GUID nobody else computes. */
  readonly #wasUsed: boolean;
  /** Whether folders may be in the target without an entry. */
  readonly #hasExisting: boolean;

  constructor(ledger: NonNullable<ResolvedPlanOptions["ledger"]>, hasExisting: boolean) {
    this.#ledger = ledger;
    this.#ownPackages = `${ledger.runId}/`;
    this.#wasUsed = ledger.store.size > 0;
    this.#hasExisting = hasExisting;
  }

  known(kind: LedgerKind, path: SourcePath, identity: string | undefined): Known {
    const { store, runId } = this.#ledger;
    const entry = store.get(path);
    if (entry?.madeBy === runId) {
      const own = { path: entry.path, ownId: entry.id };
      if (entry.movedFrom === undefined || entry.kind !== kind || this.#met.has(entry.itemId)) return own;
      return { ...own, entry, movedFrom: entry.movedFrom };
    }
    const isGone = entry?.movedBy !== undefined && entry.movedBy !== runId;
    const holder = entry === undefined || isGone || this.#met.has(entry.itemId) ? undefined : entry;
    if (holder !== undefined && holder.kind === kind) {
      const isSame = holder.deletedBy === undefined && !this.#isSwapped(holder, identity);
      const received = isSame ? this.#received(holder)?.fingerprint : undefined;
      // Spreading costs more than all else here.
      return received === undefined
        ? { entry: holder, path: holder.path }
        : { entry: holder, path: holder.path, received };
    }
    const replaced = holder === undefined ? {} : { replaced: holder };
    const moved = identity === undefined ? undefined : store.byIdentity(identity);
    if (moved === undefined || moved.kind !== kind || moved.madeBy === runId || this.#met.has(moved.itemId)) {
      return replaced;
    }
    return { entry: moved, movedFrom: placeOf(moved), ...replaced };
  }

  /** Whether the ledger gives the GUID to another item than this one. */
  isHeld(id: string, { ownId }: Known): boolean {
    return this.#wasUsed && id !== ownId && this.#ledger.store.hasId(id);
  }

  /** Whether the GUID's holder is at the path in the target, and has not been met elsewhere. */
  isHeldAt(id: string, path: TargetPath, { ownId }: Known): boolean {
    const { store, runId } = this.#ledger;
    const holder = id === ownId ? undefined : store.byId(id);
    if (holder === undefined || this.#met.has(holder.itemId)) return false;
    if (holder.movedBy !== undefined && holder.movedBy !== runId && !isDisplaced(holder)) return false;
    // Where it was before this run, as nothing of what this run made counts.
    const held = holder.madeBy === runId ? (holder.pathBefore ?? holder.movedFrom ?? holder.path) : holder.path;
    return held.length === path.length && held.every((name, level) => sameName(name, path[level] ?? ""));
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
    if (!this.#ledger.deletions) return;
    if (replaced !== undefined) this.#replaced.push(replaced);
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
    if (!this.#ledger.deletions) return;
    this.#lose(path);
    for (const { from, to } of this.#moves) if (isBelow(path, to)) this.#lose([...from, ...path.slice(to.length)]);
    const entry = identity === undefined ? undefined : this.#ledger.store.byIdentity(identity);
    if (entry !== undefined) this.#lose(placeOf(entry));
  }

  #lose(path: SourcePath): void {
    if (path.length === 0) this.#lost.add(keyOf(path));
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

  /** GUID of the folder at the path; undefined where in this run, or in one that isn't confirmed, it is another. */
  folderId(path: SourcePath): string | undefined {
    const { store, runId } = this.#ledger;
    const entry = store.get(path);
    if (entry === undefined || entry.madeBy === runId || entry.movedBy !== undefined) return undefined;
    return this.#vacated.has(entry.itemId) ? undefined : entry.id;
  }

  /** How many entries are gone, and of how many that the source had before; known once the first of {@link gone} is. */
  get goneShare(): { readonly gone: number; readonly of: number } {
    return this.#share;
  }

  /** What the source no longer has, the deepest first; nothing where deletions aren't asked for. */
  *gone(): Generator<LedgerEntry, void, undefined> {
    if (!this.#ledger.deletions) return;
    const depths = new Set<number>();
    const replaced = new Map(this.#replaced.filter((entry) => this.#isGone(entry)).map((each) => [each.itemId, each]));
    const share = { gone: 0, of: 0 };
    for (const entry of this.#ledger.store.entries()) {
      if (entry.movedBy === undefined || isDisplaced(entry)) share.of += 1;
      if (!this.#isGone(entry)) continue;
      share.gone += 1;
      depths.add(placeOf(entry).length);
      // Noted by now, or by an earlier attempt of the run.
      if (entry.movedBy === this.#ledger.runId) replaced.set(entry.itemId, { ...entry, source: placeOf(entry) });
    }
    this.#share = share;
    for (const { source } of replaced.values()) depths.add(source.length);
    // These first: where a ledger has them depends on which packages were finished.
    const first = [...replaced.values()].sort((one, other) => one.itemId - other.itemId);
    for (const depth of [...depths].sort((one, other) => other - one)) {
      for (const entry of first) {
        if (entry.source.length !== depth) continue;
        this.#met.add(entry.itemId);
        yield entry;
      }
      for (const entry of this.#ledger.store.entries()) {
        const source = placeOf(entry);
        if (source.length !== depth || !this.#isGone(entry)) continue;
        // Whoever notes the deletion changes the entry, which may come once more for it.
        this.#met.add(entry.itemId);
        yield { ...entry, source };
      }
    }
  }

  #isGone(entry: LedgerEntry): boolean {
    if (this.#met.has(entry.itemId) || entry.madeBy === this.#ledger.runId) return false;
    if (entry.movedBy !== undefined && !isDisplaced(entry)) return false;
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
    const other = this.#ledger.store.byIdentity(identity);
    return other !== undefined && other.itemId !== entry.itemId;
  }

  #received({ received, receivedBefore }: LedgerEntry): LedgerState | undefined {
    return received?.package.startsWith(this.#ownPackages) === true ? receivedBefore : received;
  }
}

/** Whether another item has its path, and nothing says where it went. */
function isDisplaced({ source }: LedgerEntry): boolean {
  return source.at(-1)?.startsWith("\0") === true;
}

/** The path at which the source had the item. */
function placeOf(entry: LedgerEntry): SourcePath {
  return isDisplaced(entry) ? entry.source.slice(0, -1) : entry.source;
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
