import type { Code } from "../errors/index.ts";
import type { SourcePath } from "./item.ts";
import type { Renaming } from "./plan.ts";

interface OutcomeBase {
  /** The source's path, names joined by `/`. */
  readonly source: string;
  readonly sourcePath: SourcePath;
  readonly kind: "folder" | "file" | "other";
}

/** The item is in a finished package. */
export interface PackagedOutcome extends OutcomeBase {
  readonly outcome: "packaged";
  readonly kind: "folder" | "file";
  readonly package: string;
  /** Server-relative URL in the target. */
  readonly url: string;
  readonly id: string;
  readonly listItemId: string;
  readonly itemId: number;
  readonly renamed?: Renaming;
  /** Files only. */
  readonly blob?: string;
  /** Bytes of plaintext that were read. */
  readonly size?: number;
  /** Base64, over the plaintext. */
  readonly quickXorHash?: string;
  /** Base64, over the stored bytes. */
  readonly md5?: string;
  readonly modified?: string;
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
export type ItemOutcome = PackagedOutcome | ExistingOutcome | MissingOutcome;
