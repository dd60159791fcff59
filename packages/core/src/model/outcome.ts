import type { Code } from "../errors/index.ts";
import type { SourcePath } from "./item.ts";
import type { Renaming } from "./plan.ts";

interface OutcomeBase {
  /** The source's path, names joined by `/`. */
  readonly source: string;
  readonly sourcePath: SourcePath;
  readonly kind: "folder" | "file" | "item" | "list" | "other";
  /** Line of the source, from 1, where the source has lines. */
  readonly line?: number;
}

/** The item is in a finished package. */
export interface PackagedOutcome extends OutcomeBase {
  readonly outcome: "packaged";
  /** `list`: its permissions. */
  readonly kind: "folder" | "file" | "item" | "list";
  readonly package: string;
  /** Server-relative URL in the target. */
  readonly url: string;
  readonly id: string;
  /** All but the list. */
  readonly listItemId?: string;
  readonly itemId?: number;
  readonly renamed?: Renaming;
  /** The source path under which the target holds the item. */
  readonly movedFrom?: SourcePath;
  /** Label of the current version, where there are older ones. */
  readonly version?: string;
  /** The older versions of a file, oldest first. */
  readonly versions?: readonly (BlobFacts & { readonly version: string })[];
  readonly attachments?: readonly (BlobFacts & { readonly name: string })[];
  /** Files only. */
  readonly blob?: string;
  /** Blob of the zip that holds `blob`, which then is the member's name. */
  readonly archive?: string;
  /** Bytes of plaintext that were read. */
  readonly size?: number;
  /** Base64, over the plaintext. */
  readonly quickXorHash?: string;
  /** Base64, over the stored bytes. */
  readonly md5?: string;
  readonly modified?: string;
  /** For the ledger. */
  readonly identity?: string;
  readonly fingerprint?: string;
  readonly generation?: number;
}

/** A blob of an item that has several. */
export interface BlobFacts {
  readonly blob: string;
  readonly archive?: string;
  /** Bytes of plaintext. */
  readonly size: number;
  /** Base64, over the plaintext; undefined in a dry run. */
  readonly quickXorHash?: string;
  /** Base64, over the stored bytes; undefined in a dry run and in an archive. */
  readonly md5?: string;
}

/** The package tells the target to delete the item. */
export interface DeletionOutcome extends OutcomeBase {
  readonly outcome: "deletion";
  readonly kind: "folder" | "file" | "item";
  readonly package: string;
  readonly url: string;
  readonly id: string;
}

/** The ledger says that the target has received the item as it is; nothing is packaged for it. */
export interface UnchangedOutcome extends OutcomeBase {
  readonly outcome: "unchanged";
  readonly kind: "folder" | "file" | "item";
  readonly url: string;
  readonly id: string;
}

/** A folder that the target holds already, by `existingFolders`; nothing is packaged for it. */
export interface ExistingOutcome extends OutcomeBase {
  readonly outcome: "existing";
  readonly kind: "folder";
  readonly url: string;
  readonly id: string;
}

/** Not in any package: left out by the user's globs, skipped by a rule, or failed. */
export interface MissingOutcome extends OutcomeBase {
  readonly outcome: "excluded" | "skipped" | "failed";
  /** The package that it was planned for, where it failed after planning. */
  readonly package?: string;
  readonly code: Code | "EXCLUDED";
  readonly message: string;
}

/** What became of one source entry: one line of `items.ndjson`. */
export type ItemOutcome = PackagedOutcome | DeletionOutcome | UnchangedOutcome | ExistingOutcome | MissingOutcome;
