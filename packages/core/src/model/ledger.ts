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
  /** The run that made the entry. A run that is continued plans such items anew, and so alike. */
  readonly madeBy: string;
  /** The last package that holds the item: `<run id>/<package name>`, and what it was built from. */
  readonly built: LedgerState;
  /** Undefined: no import is proven. */
  readonly received?: LedgerState;
  /** What `received` was before the run that is named there, which plans by this one when it is continued. */
  readonly receivedBefore?: LedgerState;
  /** Set by the run that found the item under another path: this one is free, its GUID isn't. */
  readonly movedBy?: string;
  /**
   * The path under which {@link madeBy} found the item in the ledger: where it comes from, and what a continued run
   * plans the same move by. That path's own entry may be gone or of another item by now.
   */
  readonly movedFrom?: SourcePath;
  /** Where the target had it then, if not under the names of {@link movedFrom}. */
  readonly pathBefore?: TargetPath;
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

/**
 * What a target list was sent and has received, over all runs (a port; one ledger is of one list).
 *
 * Look-ups are synchronous, as they are made for every item of a source: a store that can't answer at once reads ahead.
 * Writing is atomic for each call, and durable when it resolves: a process that is killed leaves the state of some
 * resolved call, or of one that was under way.
 */
export interface Ledger {
  get(source: SourcePath): LedgerEntry | undefined;
  /**
   * The entry that has the identity: of several one that wasn't moved away (`movedBy`), if there is one, else one whose
   * path another item has taken (see `source`), which is the later. An entry that was moved is all that tells of an item
   * whose move was planned, and whose package then never was finished.
   */
  byIdentity(identity: string): LedgerEntry | undefined;
  /** Whether some entry, moved ones included, holds the GUID. */
  hasId(id: string): boolean;
  /** An entry that holds the GUID: of several one that wasn't moved away, if there is one. */
  byId(id: string): LedgerEntry | undefined;
  /** All entries, in an order that no entry written over another one changes: continued runs delete in it. */
  entries(): Iterable<LedgerEntry>;
  /** How many entries there are. */
  readonly size: number;
  /** Forgets paths, then writes entries over those of the same source path. */
  write(change: { readonly put?: readonly LedgerEntry[]; readonly remove?: readonly SourcePath[] }): Promise<void>;
  /** The entries whose `built` or `deletedBy` is the package. */
  ofPackage(packageId: string): Iterable<LedgerEntry>;
  /** The first integer item id of a run, kept so that a continued run numbers alike. */
  firstItemId(runId: string): number | undefined;
  /** Highest integer item id of all entries, forgotten ones too, and of all runs' first ones less one; 0 for none. */
  readonly highestItemId: number;
  /** Notes where a run begins to number. What a run began with stays: a second call for it changes nothing. */
  beginRun(runId: string, firstItemId: number): Promise<void>;
  close(): Promise<void>;
}
