import type { Code } from "../errors/index.ts";
import type { FieldValue, PropertyValue } from "./fields.ts";
import type { PrincipalRef, SourceGroup, SourceUser } from "./people.ts";
import type { RoleGrant, SourceRole } from "./permissions.ts";

/**
 * A path below the root of a source, one element a name, root excluded.
 *
 * Bytes of a POSIX name that are no UTF-8 stand as lone surrogates U+DC80 to U+DCFF (one for each byte), so that every
 * name is a string, no two names become one, and the bytes can be had back.
 */
export type SourcePath = readonly string[];

/** Where a file's bytes are. */
export type SourceContent =
  /** A file that any process on this machine can open; opened, read and hashed in a worker thread. */
  | {
      readonly path: string;
      /**
       * The item's dates are not those of this file, and stand. Default: false; the file's own date of modification as it
       * was read counts, as the file may have changed since the source looked at it.
       */
      readonly keepsDates?: boolean;
    }
  /**
   * Bytes that only the caller can produce. `open` is called once for each attempt, and must give the same bytes each
   * time; the chunks may have any size, and their buffers are taken over (transferred to a worker thread).
   */
  | { open(signal: AbortSignal): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> }
  | Uint8Array;

/** An element that some other program serialised, passed through as given: plain JSON. */
export interface SerializedElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly SerializedElement[];
  readonly text?: string;
}

/** The names of the states of approval, as manifests write them (package format, 3.6). */
export const MODERATION_STATUSES = ["Approved", "Denied", "Pending", "Draft", "Scheduled"] as const;

/** How an item stands with approval; an unpublished current version is a `Draft`. */
export interface Moderation {
  readonly status: (typeof MODERATION_STATUSES)[number];
  readonly comment?: string;
}

/** Retention label of an item (package format, 5.5): where the service reads it is uncertain. */
export interface RetentionLabel {
  readonly name: string;
  readonly setBy?: PrincipalRef;
  readonly setAt?: Date;
  /** Bit 0x01 for labels that keep, 0x01 and 0x04 for record labels. */
  readonly flags?: number;
}

/** What somebody said of an item (package format, 5.7): where the service reads it is uncertain. */
export interface ItemComment {
  /** Unique in the item. */
  readonly id: string;
  /** Id of the comment that this one answers. */
  readonly parentId?: string;
  readonly text: string;
  readonly author: PrincipalRef;
  readonly created: Date;
  /** The version that it was made of: 512 x major + minor. */
  readonly uiVersion?: number;
}

/** Who shared the item with whom (`SharedWithEvent`; package format, 5.6). The permission has to be granted besides. */
export interface SharingEvent {
  readonly time: Date;
  readonly initiator: PrincipalRef;
  /** Default: the initiator. */
  readonly sharedBy?: PrincipalRef;
  readonly sharedWith: readonly PrincipalRef[];
}

/** What an item and each of its versions may carry. */
export interface VersionDetails {
  /** Default: the run's default author. */
  readonly author?: PrincipalRef;
  /** Default: the author, else the run's default author. */
  readonly modifiedBy?: PrincipalRef;
  readonly fields?: readonly FieldValue[];
  /** `major.minor`, the minor below 512. Default: counted up in majors from `1.0`, oldest first. */
  readonly version?: string;
  /** Default: approved; a minor version is a draft. */
  readonly moderation?: Moderation;
}

/** What every folder, file and list item may carry. */
export interface ItemDetails extends VersionDetails {
  /** Written with whole seconds; clamped to 1900-01-01 and 9999-12-31. */
  readonly created?: Date;
  readonly modified?: Date;
  /** The item's own GUID (of the file, folder or list item's document), kept instead of a computed one. */
  readonly id?: string;
  /** GUID of its list item, kept instead of a computed one. */
  readonly listItemId?: string;
  /** Integer id of its list item, kept instead of the next free one. The source vouches that it is free. */
  readonly itemId?: number;
  /** Default: document, folder or item. */
  readonly contentTypeId?: string;
  /** Given: the item does not inherit, and these grants are all. Undefined: it inherits. */
  readonly permissions?: readonly RoleGrant[];
  readonly retentionLabel?: RetentionLabel;
  readonly comments?: readonly ItemComment[];
  readonly sharing?: readonly SharingEvent[];
  /** `Link` elements. */
  readonly links?: readonly SerializedElement[];
  /** `EventReceiver` elements. */
  readonly eventReceivers?: readonly SerializedElement[];
  /**
   * What tells the entry from all others of the source and stays when it is moved or renamed (device, inode and birth of
   * a file). Used by delta runs; undefined: moves show as a new and a gone entry.
   */
  readonly identity?: string;
  /** What changes with the content (an ETag, a hash). Default: size and modification date, and a hash of the details. */
  readonly fingerprint?: string;
}

/** A folder; what is in it comes after it. */
export interface SourceFolder extends ItemDetails {
  readonly kind: "folder";
  readonly path: SourcePath;
  readonly progId?: string;
  readonly properties?: readonly PropertyValue[];
}

/** An older version of a file. */
export interface FileVersion extends VersionDetails {
  /** Bytes, exact for `open` content. */
  readonly size: number;
  readonly content: SourceContent;
  readonly modified?: Date;
  readonly checkinComment?: string;
  readonly properties?: readonly PropertyValue[];
}

/** A file and where its bytes are. */
export interface SourceFile extends ItemDetails {
  readonly kind: "file";
  readonly path: SourcePath;
  /** Bytes. For `open` content it must be exact: another length is an error of the item. */
  readonly size: number;
  readonly content: SourceContent;
  /** Older versions, oldest first; the file itself is the current one. */
  readonly versions?: readonly FileVersion[];
  readonly checkinComment?: string;
  readonly properties?: readonly PropertyValue[];
  /** `WebPart` elements, outside of the schema. */
  readonly webParts?: readonly SerializedElement[];
  /** `VersionEvent` elements; without `UserId`, as packages number people anew. */
  readonly versionEvents?: readonly SerializedElement[];
}

/** An older version of a list item. */
export interface ListItemVersion extends VersionDetails {
  readonly modified?: Date;
}

/** A file that is attached to a list item. Hashes of it stand at its blob only. */
export interface Attachment {
  readonly name: string;
  /** Bytes, exact for `open` content; at most 250,000,000. */
  readonly size: number;
  readonly content: SourceContent;
  readonly author?: PrincipalRef;
  readonly modifiedBy?: PrincipalRef;
  readonly created?: Date;
  readonly modified?: Date;
}

/** An item of a list that is no library. */
export interface SourceListItem extends ItemDetails {
  readonly kind: "item";
  /** The list folders that it is in, then a name of its own that stays: it becomes `<IntId>_.000` in the target. */
  readonly path: SourcePath;
  /** Older versions, oldest first. */
  readonly versions?: readonly ListItemVersion[];
  readonly attachments?: readonly Attachment[];
}

/** The library or list itself, whose own permissions are to be set. */
export interface SourceList {
  readonly kind: "list";
  /** Empty. */
  readonly path: SourcePath;
  readonly permissions: readonly RoleGrant[];
}

/** Something that the target holds and should lose (`IsDeleted`). Whether the online service acts on it is uncertain. */
export interface SourceDeletion {
  readonly kind: "deletion";
  readonly of: "folder" | "file" | "item";
  readonly path: SourcePath;
  /** GUID of the file, folder or list item's document. Default: the ledger's, else the one computed from the path. */
  readonly id?: string;
}

/** An entry that the source knows of and can't hand over; it is recorded, and the run goes on. */
export interface SourceProblem {
  readonly kind: "problem";
  readonly path: SourcePath;
  /** `excluded` is the user's own wish (a glob) and no failure. */
  readonly outcome: "skipped" | "failed" | "excluded";
  readonly code?: Code;
  readonly message: string;
  /** Line of the source, from 1, where the source has lines. */
  readonly line?: number;
  /** As of the items ({@link ItemDetails.identity}), where it is known: what was moved and can't be read is not gone. */
  readonly identity?: string;
}

/** What the items that come after it name; itself no item, without an outcome. */
export type SourceDefinition = SourceUser | SourceGroup | SourceRole;

/** An entry of a source that gets an outcome. */
export type SourceEntry = SourceFolder | SourceFile | SourceListItem | SourceList | SourceDeletion | SourceProblem;

/**
 * What a source yields.
 *
 * Order is depth first: a folder before what is in it, and never back to a folder that was left. Folders that no item
 * names are made from the paths of what is in them. Users, groups and roles come before the items that name them.
 * Deletions come last.
 */
export type SourceItem = SourceEntry | SourceDefinition;

/** Any source of items: an async generator is one. */
export type Source = AsyncIterable<SourceItem>;
