import type { Moderation } from "../model/index.ts";
import { ElementBinding, type OtherContent, type XmlElement } from "../xml/index.ts";
import { type EventReceiverElement, eventReceiverBinding, type LinkElement, linkBinding } from "./links.ts";
import { type PropertyElement, propertyBinding } from "./properties.ts";

/**
 * `Field` of a list item: the value of one column (package format, 5.1). Open to other attributes: those that the schema
 * declares for the definition of a column (`DisplayName`, `ColName`, ...) are other attributes here.
 */
export interface FieldElement extends OtherContent {
  readonly element?: "Field";
  /** Internal name of the column. */
  readonly Name?: string;
  readonly Value?: string;
  /** Outside of the schema, which is open. */
  readonly Value2?: string;
  /** Decides how `Value` is parsed. */
  readonly Type?: string;
  readonly FieldId?: string;
  /**
   * Retention label. The schema declares it and the next three here, although their names speak of the list; where the
   * service reads them is uncertain (package format, 5.5).
   */
  readonly ListDefaultComplianceTag?: string;
  readonly ListDefaultComplianceTagUserId?: number;
  /** With a small `t` in `tag`. */
  readonly ListDefaultCompliancetagWrittenTime?: string;
  /** Bit 0x01 for labels that keep, 0x01 and 0x04 for record labels. */
  readonly ListDefaultComplianceFlags?: number;
  /** Any elements. */
  readonly content?: readonly XmlElement[];
}

const fieldBinding: ElementBinding<FieldElement> = new ElementBinding<FieldElement>({
  name: "Field",
  open: true,
  anyContent: true,
  attributes: {
    Name: "string?",
    Value: "string?",
    Value2: "string?",
    Type: "string?",
    FieldId: "string?",
    ListDefaultComplianceTag: "string?",
    ListDefaultComplianceTagUserId: "integer?",
    ListDefaultCompliancetagWrittenTime: "string?",
    ListDefaultComplianceFlags: "integer?",
  },
  children: {},
});

/** `FieldRef` among the fields: a column by name. Open to other attributes. */
export interface FieldRefElement extends OtherContent {
  readonly element: "FieldRef";
  readonly Name?: string;
  readonly ID?: string;
}

const fieldRefBinding: ElementBinding<FieldRefElement> = new ElementBinding<FieldRefElement>({
  name: "FieldRef",
  open: true,
  attributes: { Name: "string?", ID: "string?" },
  children: {},
});

/** `Attachment` of a list item (package format, 5.3). Closed: hashes and IV can only stand at the blob. */
export interface AttachmentElement extends OtherContent {
  readonly Name?: string;
  readonly DirName?: string;
  readonly Url?: string;
  readonly Id?: string;
  readonly ParentWebId?: string;
  /** Name of the content blob. */
  readonly FileValue?: string;
  readonly MetaInfo?: string;
  readonly Author?: string;
  readonly ModifiedBy?: string;
  readonly TimeCreated?: string;
  readonly TimeLastModified?: string;
  readonly FailureMessage?: string;
  readonly Properties?: readonly PropertyElement[];
}

const attachmentBinding: ElementBinding<AttachmentElement> = new ElementBinding<AttachmentElement>({
  name: "Attachment",
  attributes: {
    Name: "string?",
    DirName: "string?",
    Url: "string?",
    Id: "string?",
    ParentWebId: "string?",
    FileValue: "string?",
    MetaInfo: "string?",
    Author: "string?",
    ModifiedBy: "string?",
    TimeCreated: "string?",
    TimeLastModified: "string?",
    FailureMessage: "string?",
  },
  children: { Properties: { list: () => propertyBinding } },
});

/** `SharedWithMember`: a person or group of UserGroup.xml. */
export interface SharedWithMemberElement extends OtherContent {
  readonly SharedWithId?: string;
}

/** `SharedWithEvent`: who shared the item when, and with whom (package format, 5.6). Outside of the schema. */
export interface SharedWithEventElement extends OtherContent {
  /** ISO 8601 with 7 decimals and `Z`. */
  readonly SharedTime?: string;
  readonly SharingInitiatorId?: string;
  readonly SharedById?: string;
  readonly SharedWithMembers?: readonly SharedWithMemberElement[];
}

const sharedWithMemberBinding: ElementBinding<SharedWithMemberElement> = new ElementBinding<SharedWithMemberElement>({
  name: "SharedWithMember",
  open: true,
  attributes: { SharedWithId: "string?" },
  children: {},
});

const sharedWithEventBinding: ElementBinding<SharedWithEventElement> = new ElementBinding<SharedWithEventElement>({
  name: "SharedWithEvent",
  open: true,
  attributes: { SharedTime: "string?", SharingInitiatorId: "string?", SharedById: "string?" },
  children: { SharedWithMembers: { list: () => sharedWithMemberBinding } },
});

/** `Comment` (package format, 5.7). Outside of the schema; that it belongs to the item is uncertain. */
export interface CommentElement extends OtherContent {
  readonly Id?: string;
  /** Base64 of UTF-8. */
  readonly Text?: string;
  /** `0` for a comment that is no answer. */
  readonly ParentId?: string;
  readonly UserId?: string;
  readonly Created?: string;
  readonly UIVersion?: string;
}

const commentBinding: ElementBinding<CommentElement> = new ElementBinding<CommentElement>({
  name: "Comment",
  open: true,
  attributes: {
    Id: "string?",
    Text: "string?",
    ParentId: "string?",
    UserId: "string?",
    Created: "string?",
    UIVersion: "string?",
  },
  children: {},
});

/** `ListItem` of an `SPListItem`, or of the `Versions` of one (package format, 3.6). Open to other attributes. */
export interface ListItemElement extends OtherContent {
  /** Web-relative, without leading slash. */
  readonly FileUrl?: string;
  /** Schema default: `File`. */
  readonly DocType?: "File" | "Folder" | "Unknown";
  readonly ParentFolderId?: string;
  /** 100 times `IntId`. */
  readonly Order?: number;
  /** The item's own id, not its document's. */
  readonly Id?: string;
  readonly ParentWebId?: string;
  readonly ParentListId?: string;
  readonly Name?: string;
  /** Server-relative, without leading slash. */
  readonly DirName?: string;
  readonly IntId?: number;
  /** Id of the file or folder. */
  readonly DocId?: string;
  /** `major.minor`; schema default `1.0`. */
  readonly Version?: string;
  readonly ContentTypeId?: string;
  /** Ids of UserGroup.xml. */
  readonly Author?: string;
  readonly ModifiedBy?: string;
  readonly TimeCreated?: string;
  readonly TimeLastModified?: string;
  readonly ModerationStatus?: Moderation["status"];
  readonly ModerationComment?: string;
  readonly ProgId?: string;
  readonly ThreadIndex?: string;
  readonly UserSolutionActivated?: boolean;
  readonly UserLoginName?: string;
  readonly GroupName?: string;
  readonly FailureMessage?: string;
  readonly Fields?: readonly (FieldElement | FieldRefElement)[];
  /** One for each version, the current one included, oldest first. */
  readonly Versions?: readonly ListItemElement[];
  readonly Attachments?: readonly AttachmentElement[];
  readonly Links?: readonly LinkElement[];
  readonly EventReceivers?: readonly EventReceiverElement[];
  readonly SharedWithEvents?: readonly SharedWithEventElement[];
  readonly Comments?: readonly CommentElement[];
}

export const listItemBinding: ElementBinding<ListItemElement> = new ElementBinding<ListItemElement>({
  name: "ListItem",
  open: true,
  attributes: {
    FileUrl: "string?",
    DocType: "string?",
    ParentFolderId: "string?",
    Order: "number?",
    Id: "string?",
    ParentWebId: "string?",
    ParentListId: "string?",
    Name: "string?",
    DirName: "string?",
    IntId: "integer?",
    DocId: "string?",
    Version: "string?",
    ContentTypeId: "string?",
    Author: "string?",
    ModifiedBy: "string?",
    TimeCreated: "string?",
    TimeLastModified: "string?",
    ModerationStatus: "string?",
    ModerationComment: "string?",
    ProgId: "string?",
    ThreadIndex: "string?",
    UserSolutionActivated: "boolean?",
    UserLoginName: "string?",
    GroupName: "string?",
    FailureMessage: "string?",
  },
  children: {
    Fields: { mixed: () => [fieldBinding, fieldRefBinding] },
    Versions: { list: () => listItemBinding },
    Attachments: { list: () => attachmentBinding },
    Links: { list: () => linkBinding },
    EventReceivers: { list: () => eventReceiverBinding },
    SharedWithEvents: { list: () => sharedWithEventBinding },
    Comments: { list: () => commentBinding },
  },
});
