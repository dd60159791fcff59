import type { SourcePath } from "./item.ts";
import type { Target } from "./target.ts";

/** The version of the plan format that this release writes and executes. */
export const PLAN_SCHEMA_VERSION = 1;

/** Names of an item's path below the library's root folder. */
export type TargetPath = readonly string[];

/** Content that can be opened again, by this or another process: plain JSON without secrets. */
export type ContentLocator =
  /** A file path; bytes that are no UTF-8 as in {@link SourcePath}. */
  | { readonly kind: "path"; readonly path: string }
  /** Content that lives in the planning process only, under this number; its plan is not portable. */
  | { readonly kind: "local"; readonly handle: number };

/** How a name was mended that SharePoint would refuse. */
export interface Renaming {
  /** The source's name. */
  readonly from: string;
  readonly to: string;
  /** Why, in the order in which the rules were applied. */
  readonly why: readonly RenameReason[];
}

/** The rule that a name broke, or the place that it had to fit into. */
export type RenameReason =
  | "empty-name"
  | "invalid-character"
  | "leading-or-trailing"
  | "reserved-name"
  | "not-normalized"
  | "name-too-long"
  | "path-too-long"
  | "clash";

interface PlannedEntry {
  readonly source: SourcePath;
  readonly path: TargetPath;
  /** Set if the last name of `path` is not the source's. A renamed folder's own record tells; children don't repeat it. */
  readonly renamed?: Renaming;
  /** Unique id of the file or folder. */
  readonly id: string;
  /** GUID of its list item. */
  readonly listItemId: string;
  /** Integer id of its list item. */
  readonly itemId: number;
  /** Unique id of the folder that it is in. */
  readonly parentId: string;
  /** ISO 8601, UTC, whole seconds. */
  readonly created: string;
  readonly modified: string;
}

/** A folder that its package makes. */
export interface PlannedFolder extends PlannedEntry {
  readonly kind: "folder";
}

/** A file, its content and the blob that it gets. */
export interface PlannedFile extends PlannedEntry {
  readonly kind: "file";
  /** Bytes of plaintext as listed by the source. */
  readonly size: number;
  readonly content: ContentLocator;
  /** Name of the content blob, the manifest's `FileValue`. */
  readonly blob: string;
}

/** What a package makes one object and one list item of. */
export type PlannedItem = PlannedFolder | PlannedFile;

/**
 * One package, ready to be executed by any process that can reach its contents: plain JSON, no secrets.
 *
 * Folders stand before what is in them.
 */
export interface PackagePlan {
  readonly schemaVersion: typeof PLAN_SCHEMA_VERSION;
  /** Unique in the run, and a safe folder name: `000001`. */
  readonly name: string;
  /** `structure` holds folders only; `content` holds files, and in a migration of one package folders too. */
  readonly kind: "structure" | "content";
  /** Names of the packages whose jobs must have ended before this one is submitted. */
  readonly dependsOn: readonly string[];
  /** False if some content can't be opened by another process. */
  readonly portable: boolean;
  readonly target: Target;
  readonly items: readonly PlannedItem[];
  /** Bytes of plaintext. */
  readonly bytes: number;
}
