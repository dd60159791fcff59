import type { EmulatedList } from "../types.ts";

/** Who stands at an item: a person, or a group of the site. */
export type Principal =
  | { readonly kind: "user"; readonly login: string; readonly name: string; readonly email?: string }
  | { readonly kind: "group"; readonly name: string };

/** An XML element that the service keeps without a reading of its own here (links, event receivers, web parts). */
export interface KeptElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly KeptElement[];
  readonly text?: string;
}

/** What a content blob brought. */
export interface StoredContent {
  /** Plaintext bytes. */
  readonly size: number;
  /** Hex, of the plaintext. */
  readonly sha256: string;
  /** Base64, of the plaintext. */
  readonly quickXorHash: string;
  /** Where the plaintext is kept, relative to the emulator's folder, with `/`. */
  readonly storedAs: string;
}

/** Who and when, as the site shows it. */
export interface Stamps {
  readonly author?: Principal;
  readonly editor?: Principal;
  /** ISO 8601, UTC, whole seconds. */
  readonly created?: string;
  readonly modified?: string;
}

export interface ItemField {
  readonly name: string;
  readonly value: string;
  readonly value2?: string;
  readonly fieldId?: string;
  readonly type?: string;
  /** People and groups of a `User` or `UserMulti` value. */
  readonly principals?: readonly Principal[];
}

export interface ModerationState {
  readonly status?: string;
  readonly comment?: string;
}

/** One version of a file, the current one included, oldest first. */
export interface ImportedVersion extends Stamps, StoredContent {
  readonly label: string;
  /** The job that brought it: a job that runs again replaces what it brought. */
  readonly jobId: string;
  readonly checkinComment?: string;
  readonly properties?: readonly Readonly<Record<string, string>>[];
}

/** One version of a list item (of plain items, and of the items of files and folders), oldest first. */
export interface ImportedItemVersion extends Stamps {
  readonly label: string;
  readonly fields: readonly ItemField[];
  readonly contentTypeId?: string;
  readonly moderation?: ModerationState;
}

export interface ImportedAttachment extends Stamps, StoredContent {
  readonly name: string;
  readonly id?: string;
  readonly properties?: readonly Readonly<Record<string, string>>[];
  readonly metaInfo?: string;
}

export interface ImportedComment {
  readonly id: string;
  /** `0`: a top comment. */
  readonly parentId: string;
  readonly text: string;
  readonly author: Principal;
  readonly created: string;
  readonly uiVersion?: number;
}

export interface ImportedSharing {
  readonly time: string;
  readonly initiator: Principal;
  readonly sharedBy: Principal;
  readonly sharedWith: readonly Principal[];
}

/** A unique scope: inheritance is broken, and these are the assignments. */
export interface ImportedScope {
  readonly scopeId: string;
  readonly assignments: readonly {
    readonly principal: Principal;
    readonly roleId: number;
    readonly roleName: string;
  }[];
}

export interface ImportedLabel {
  readonly name: string;
  readonly setBy?: Principal;
  readonly setAt?: string;
  readonly flags?: number;
}

/** A line of `items.ndjson`; the last line of an item counts. */
export interface ImportedItem extends Stamps {
  readonly kind: "folder" | "file" | "item";
  readonly listId: string;
  /** GUID of the file or folder, or of the list item's document. */
  readonly uniqueId: string;
  /** 0 until the job that brought it ends, if neither the file nor an item object gave one. */
  readonly itemId: number;
  /** The number is the site's own; an item object of a folder may still bring another. */
  readonly isNumberedBySite?: true;
  /** GUID of the list item, once an item object was imported. */
  readonly listItemId?: string;
  readonly parentId: string;
  readonly name: string;
  /** Server-relative. */
  readonly url: string;
  readonly jobId: string;
  readonly label?: string;
  readonly contentTypeId?: string;
  readonly moderation?: ModerationState;
  readonly order?: number;
  readonly progId?: string;
  readonly fields?: readonly ItemField[];
  readonly properties?: readonly Readonly<Record<string, string>>[];
  readonly versions?: readonly ImportedVersion[];
  readonly itemVersions?: readonly ImportedItemVersion[];
  readonly attachments?: readonly ImportedAttachment[];
  readonly comments?: readonly ImportedComment[];
  readonly sharing?: readonly ImportedSharing[];
  readonly retentionLabel?: ImportedLabel;
  readonly scope?: ImportedScope;
  readonly links?: readonly KeptElement[];
  readonly eventReceivers?: readonly KeptElement[];
  readonly versionEvents?: readonly KeptElement[];
  readonly webParts?: readonly KeptElement[];
}

/** A line that says that an item went to the recycle bin, where it keeps its GUID. */
export interface RecycledItem {
  readonly kind: "recycled";
  readonly uniqueId: string;
  readonly url: string;
  readonly jobId: string;
}

export interface SiteListOptions extends EmulatedList {
  /** GUIDs; default: made up once and kept. */
  readonly id?: string;
  readonly rootFolderId?: string;
}

export interface SiteOptions {
  /** Server-relative URL of the site collection, `/sites/emulated`. */
  readonly url: string;
  /** Default: the last part of the URL. */
  readonly title?: string;
  readonly lists: readonly SiteListOptions[];
  /** GUIDs; default: made up once and kept. */
  readonly siteId?: string;
  readonly webId?: string;
  /** The present moment, for the bound of sharing events in 24 hours. Default: the machine's. */
  readonly now?: () => Date;
}
