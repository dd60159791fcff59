import type { SourcePath } from "./item.ts";
import type { TargetPath } from "./plan.ts";

/** What one target list was sent of one source path, and has received. */
export interface LedgerEntry {
  readonly kind: "folder" | "file" | "item";
  /**
   * Of an item whose path another one has taken, before a package said where it went: that path, and a last name that
   * begins with U+0000, as no source's does.
   */
  readonly source: SourcePath;
  readonly path: TargetPath;
  /** GUID of the file, folder or list item's document. */
  readonly id: string;
  readonly listItemId: string;
  readonly itemId: number;
  /** Of the computed GUID; raised where a moved item still holds that of the path. */
  readonly generation: number;
  /** What stays when the item is moved; see {@link ItemDetails.identity}. */
  readonly identity?: string;
  /** The last package that holds the item: `<run id>/<package name>`, and what it was built from. */
  readonly built: LedgerState;
  /** Undefined: no import is proven. */
  readonly received?: LedgerState;
  /** Set by the run that found the item under another path: this one is free, its GUID isn't. */
  readonly movedBy?: string;
  /** The package that holds the item's deletion. */
  readonly deletedBy?: string;
}

/** The package that holds an item, and what it was built from. */
export interface LedgerState {
  /** `<run id>/<package name>`. */
  readonly package: string;
  /** As of {@link ItemDetails.fingerprint}, or computed of what the source says of the item. */
  readonly fingerprint: string;
}

/** Entries of a ledger: as they are, or as they were when a run began. */
export interface LedgerEntries {
  get(source: SourcePath): LedgerEntry | undefined;
  /**
   * The entry that has the identity: of several the one that {@link preferredEntry} gives. An entry that was moved is all
   * that tells of an item whose move was planned, and whose package then never was finished.
   */
  byIdentity(identity: string): LedgerEntry | undefined;
  /** Whether some entry, moved ones included, holds the GUID. */
  hasId(id: string): boolean;
  /** All entries that hold the GUID: the item's, and those of paths that it was moved away from. */
  ofId(id: string): Iterable<LedgerEntry>;
  /** All entries, in an order that depends on nothing but which they are: deletions are planned in it. */
  entries(): Iterable<LedgerEntry>;
  /** How many entries there are. */
  readonly size: number;
}

/**
 * What a target list was sent and has received, over all runs (a port; one ledger is of one list).
 *
 * Look-ups are synchronous, as they are made for every item of a source: a store that can't answer at once reads ahead.
 * Writing is atomic for each call, and durable when it resolves: a process that is killed leaves the state of some
 * resolved call, or of one that was under way.
 *
 * One run at a time works with a ledger. It plans by what the ledger held when it began ({@link asOf}), so that it plans
 * the same however often it is continued, and whatever was noted and confirmed meanwhile.
 */
export interface Ledger extends LedgerEntries {
  /**
   * The entries as they were when the run began, whatever was written since; for a run that never began as they are.
   * Undefined once the run can't be continued, as another one began later and something was written after that. Then
   * look-ups in what was given before throw PLAN_CHANGED.
   *
   * A store keeps this for the last run alone: with the first write after it began it forgets what it kept for another.
   */
  asOf(runId: string): LedgerEntries | undefined;
  /** Forgets paths, then writes entries over those of the same source path. */
  write(change: { readonly put?: readonly LedgerEntry[]; readonly remove?: readonly SourcePath[] }): Promise<void>;
  /** The entries whose `built` or `deletedBy` is the package. */
  ofPackage(packageId: string): Iterable<LedgerEntry>;
  /** The first integer item id of a run, kept so that a continued run numbers alike. */
  firstItemId(runId: string): number | undefined;
  /** Highest integer item id of all entries, forgotten ones too, and of all runs' first ones less one; 0 for none. */
  readonly highestItemId: number;
  /**
   * Notes where a run begins to number, and keeps the entries of this moment for {@link asOf}. What a run began with
   * stays: a second call for it says that it goes on, as if no run had begun since that wrote nothing.
   */
  beginRun(runId: string, firstItemId: number): Promise<void>;
  close(): Promise<void>;
}
