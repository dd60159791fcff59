import type { PropertyValue } from "./fields.ts";
import type { Moderation, SerializedElement, SourcePath } from "./item.ts";
import type { Target } from "./target.ts";

/** The version of the plan format that this release writes and executes. */
export const PLAN_SCHEMA_VERSION = 2;

/** Names of an item's path below the library's root folder. */
export type TargetPath = readonly string[];

/** Content that can be opened again, by this or another process: plain JSON without secrets. */
export type ContentLocator =
  /** A file path; bytes that are no UTF-8 as in {@link SourcePath}. */
  | {
      readonly kind: "path";
      readonly path: string;
      /** The item's dates stand, whatever those of the file are. Default: false. */
      readonly keepsDates?: boolean;
    }
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

/**
 * A user's or group's number: `Id` of UserGroup.xml. Counted over a whole run in the order of first use, from 1, the
 * run's default author; so the same person has the same number in all packages of a run.
 */
export type PrincipalId = number;

/** `User` of UserGroup.xml. */
export interface PlannedUser {
  readonly id: PrincipalId;
  readonly name: string;
  readonly login: string;
  readonly email?: string;
  readonly isDomainGroup?: boolean;
  readonly isSiteAdmin?: boolean;
  readonly isDeleted?: boolean;
  /** Base64. */
  readonly systemId: string;
  readonly mobilePhone?: string;
  readonly flags?: number;
}

/** `Group` of UserGroup.xml; all whom it names are users or groups of the same plan. */
export interface PlannedGroup {
  readonly id: PrincipalId;
  readonly name: string;
  readonly description?: string;
  /** Undefined: the System Account. */
  readonly owner?: PrincipalId;
  readonly ownerIsUser: boolean;
  readonly members: readonly PrincipalId[];
  readonly onlyAllowMembersViewMembership?: boolean;
  readonly allowMembersEditMembership?: boolean;
  readonly allowRequestToJoinLeave?: boolean;
  readonly autoAcceptRequestToJoinLeave?: boolean;
  readonly requestToJoinLeaveEmailSetting?: string;
}

/** A role that an assignment of the package names, and that the package defines. */
export interface PlannedRole {
  readonly id: number;
  readonly title: string;
  /** Decimal. */
  readonly permMask: string;
  readonly hidden: boolean;
  readonly description?: string;
  readonly order?: number;
  readonly type?: number;
}

/** A unique scope: it breaks inheritance on its object and sets exactly these assignments. */
export interface PlannedScope {
  readonly id: string;
  /** List id, or id of the file, folder or list item's document. */
  readonly objectId: string;
  readonly objectType: "list" | "item";
  /** Empty for the list. */
  readonly path: TargetPath;
  readonly assignments: readonly { readonly principalId: PrincipalId; readonly roleId: number }[];
}

/** A column's value in the form in which it is stored. */
export interface PlannedField {
  readonly name: string;
  readonly type?: string;
  readonly fieldId?: string;
  readonly value?: string;
  readonly value2?: string;
  /** Those whom the value names by number. */
  readonly principals?: readonly PrincipalId[];
}

/** What an item and each of its versions have in common. */
export interface PlannedDetails {
  readonly author: PrincipalId;
  readonly modifiedBy: PrincipalId;
  /** `major.minor`. */
  readonly version: string;
  /** ISO 8601, UTC, whole seconds. */
  readonly modified: string;
  readonly fields?: readonly PlannedField[];
  readonly moderation?: Moderation;
}

/** A retention label. */
export interface PlannedLabel {
  readonly name: string;
  readonly setBy?: PrincipalId;
  /** ISO 8601, UTC, whole seconds. */
  readonly setAt?: string;
  readonly flags?: number;
}

/** A comment on an item. */
export interface PlannedComment {
  readonly id: string;
  readonly parentId?: string;
  readonly text: string;
  readonly author: PrincipalId;
  /** ISO 8601, UTC, milliseconds. */
  readonly created: string;
  readonly uiVersion?: number;
}

/** That an item was shared: `SharedWithEvents`. */
export interface PlannedSharingEvent {
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  readonly initiator: PrincipalId;
  readonly sharedBy: PrincipalId;
  readonly sharedWith: readonly PrincipalId[];
}

interface PlannedEntry extends PlannedDetails {
  readonly source: SourcePath;
  readonly path: TargetPath;
  /** Set if the last name of `path` is not the source's. A renamed folder's own record tells; children don't repeat it. */
  readonly renamed?: Renaming;
  /** Source path of the item that the target holds under this id, where the ledger knows that it was moved. */
  readonly movedFrom?: SourcePath;
  /** Unique id of the file or folder, or of a list item's document. */
  readonly id: string;
  /** GUID of its list item. */
  readonly listItemId: string;
  /** Integer id of its list item. */
  readonly itemId: number;
  /** Unique id of the folder that it is in. */
  readonly parentId: string;
  readonly created: string;
  /** Undefined: document, folder or item. */
  readonly contentTypeId?: string;
  readonly retentionLabel?: PlannedLabel;
  readonly comments?: readonly PlannedComment[];
  readonly sharing?: readonly PlannedSharingEvent[];
  readonly links?: readonly SerializedElement[];
  readonly eventReceivers?: readonly SerializedElement[];
  /** For the ledger; see {@link LedgerEntry}. */
  readonly identity?: string;
  readonly fingerprint?: string;
  readonly generation?: number;
}

/** A folder that its package makes. */
export interface PlannedFolder extends PlannedEntry {
  readonly kind: "folder";
  readonly progId?: string;
  readonly properties?: readonly PropertyValue[];
}

/** Bytes and the blob that they get. */
export interface PlannedContent {
  /** Bytes of plaintext as listed by the source. */
  readonly size: number;
  readonly content: ContentLocator;
  /** Name of the content blob, the manifest's `FileValue`. In an archive: name of the member. */
  readonly blob: string;
  /** Blob name of the zip that the bytes travel in; undefined: in a blob of their own. */
  readonly archive?: string;
}

/** An older version of a file. */
export interface PlannedFileVersion extends PlannedDetails, PlannedContent {
  readonly checkinComment?: string;
  readonly properties?: readonly PropertyValue[];
}

/** A file, its content and the blob that it gets. */
export interface PlannedFile extends PlannedEntry, PlannedContent {
  readonly kind: "file";
  /** Older versions, oldest first. */
  readonly versions?: readonly PlannedFileVersion[];
  readonly checkinComment?: string;
  readonly properties?: readonly PropertyValue[];
  readonly webParts?: readonly SerializedElement[];
  readonly versionEvents?: readonly SerializedElement[];
}

/** A file that is attached to a list item. */
export interface PlannedAttachment extends PlannedContent {
  readonly name: string;
  /** GUID of the attachment. */
  readonly id: string;
  readonly author: PrincipalId;
  readonly modifiedBy: PrincipalId;
  readonly created: string;
  readonly modified: string;
}

/** An item of a list that is no library; the last name of its path is `<itemId>_.000`. */
export interface PlannedListItem extends PlannedEntry {
  readonly kind: "item";
  /** Older versions, oldest first. */
  readonly versions?: readonly PlannedDetails[];
  readonly attachments?: readonly PlannedAttachment[];
}

/** What the target is to lose. */
export interface PlannedDeletion {
  readonly kind: "deletion";
  readonly of: "folder" | "file" | "item";
  readonly source: SourcePath;
  readonly path: TargetPath;
  readonly id: string;
  /** GUID of its list item. */
  readonly listItemId: string;
  readonly parentId?: string;
}

/** What a package makes objects of. */
export type PlannedItem = PlannedFolder | PlannedFile | PlannedListItem | PlannedDeletion;

/**
 * One package, ready to be executed by any process that can reach its contents: plain JSON, no secrets.
 *
 * Folders stand before what is in them.
 */
export interface PackagePlan {
  readonly schemaVersion: typeof PLAN_SCHEMA_VERSION;
  /** Unique in the run, and a safe folder name: `000001`. */
  readonly name: string;
  /** `structure` holds folders only; `content` holds files, items or deletions, and in a run of one package folders too. */
  readonly kind: "structure" | "content";
  /** Names of the packages whose jobs must have ended before this one is submitted. */
  readonly dependsOn: readonly string[];
  /** False if some content can't be opened by another process. */
  readonly portable: boolean;
  readonly target: Target;
  readonly items: readonly PlannedItem[];
  /** All whom the items and scopes name, groups' owners and members included; in the order of their numbers. */
  readonly users: readonly PlannedUser[];
  readonly groups: readonly PlannedGroup[];
  /** Undefined: the package defines none. */
  readonly roles?: readonly PlannedRole[];
  /** Of items of the package, of folders that the target holds, and of the list. */
  readonly scopes?: readonly PlannedScope[];
  /** What counts towards the limit of items: folders, items, deletions, each version, each attachment. */
  readonly entries: number;
  /** Bytes of plaintext, of all versions and attachments. */
  readonly bytes: number;
}
