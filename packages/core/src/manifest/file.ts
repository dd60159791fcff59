import { ElementBinding, type OtherContent, type XmlElement } from "../xml/index.ts";
import { type EventReceiverElement, eventReceiverBinding, type LinkElement, linkBinding } from "./links.ts";
import { type PropertyElement, propertyBinding } from "./properties.ts";

/** `VersionEvent` of a file: an event of its version history. */
export interface VersionEventElement extends OtherContent {
  readonly Id?: number;
  /** `major * 512 + minor`. */
  readonly UIVersion?: number;
  readonly Type?: number;
  readonly Time?: string;
  readonly UserId?: number;
}

export const versionEventBinding: ElementBinding<VersionEventElement> = new ElementBinding<VersionEventElement>({
  name: "VersionEvent",
  attributes: { Id: "integer?", UIVersion: "integer?", Type: "integer?", Time: "string?", UserId: "integer?" },
  children: {},
});

/** `File` of an `SPFile`, or of the `Versions` of one (package format, 3.5 and 4). Open to other attributes. */
export interface FileElement extends OtherContent {
  /** Web-relative, without leading slash. */
  readonly Url?: string;
  readonly Id?: string;
  readonly ParentWebId?: string;
  readonly ParentWebUrl?: string;
  readonly Name?: string;
  /** Equals the list item's `IntId`. */
  readonly ListItemIntId?: number;
  readonly ListId?: string;
  /** Id of the folder. */
  readonly ParentId?: string;
  readonly InDocumentLibrary?: boolean;
  readonly TimeCreated?: string;
  readonly TimeLastModified?: string;
  /** `major.minor`; schema default `1.0`. */
  readonly Version?: string;
  /** Name of the content blob. */
  readonly FileValue?: string;
  /** Bytes of plaintext. This and the next three are documented, but outside of the schema, which is open. */
  readonly FileSize?: number;
  /** Base64 MD5 of the bytes as stored. */
  readonly MD5Hash?: string;
  /** Base64 QuickXorHash of the plaintext. */
  readonly Checksum?: string;
  /** Base64 of the blob's IV; must equal the blob's metadata where both exist. */
  readonly InitializationVector?: string;
  /** Ids of UserGroup.xml. */
  readonly Author?: string;
  readonly ModifiedBy?: string;
  readonly CheckinComment?: string;
  readonly IsGhosted?: boolean;
  readonly SetupPath?: string;
  readonly SetupPathUser?: string;
  /** Schema default: 15. */
  readonly SetupPathVersion?: number;
  readonly FailureMessage?: string;
  readonly Properties?: readonly PropertyElement[];
  /** One for each version, the current one included, oldest first. */
  readonly Versions?: readonly FileElement[];
  /** Documented, but outside of the schema: any elements `WebPart`. */
  readonly WebParts?: readonly XmlElement[];
  readonly Links?: readonly LinkElement[];
  readonly EventReceivers?: readonly EventReceiverElement[];
  readonly VersionEvents?: readonly VersionEventElement[];
}

export const fileBinding: ElementBinding<FileElement> = new ElementBinding<FileElement>({
  name: "File",
  open: true,
  attributes: {
    Url: "string?",
    Id: "string?",
    ParentWebId: "string?",
    ParentWebUrl: "string?",
    Name: "string?",
    ListItemIntId: "integer?",
    ListId: "string?",
    ParentId: "string?",
    InDocumentLibrary: "boolean?",
    TimeCreated: "string?",
    TimeLastModified: "string?",
    Version: "string?",
    FileValue: "string?",
    FileSize: "integer?",
    MD5Hash: "string?",
    Checksum: "string?",
    InitializationVector: "string?",
    Author: "string?",
    ModifiedBy: "string?",
    CheckinComment: "string?",
    IsGhosted: "boolean?",
    SetupPath: "string?",
    SetupPathUser: "string?",
    SetupPathVersion: "integer?",
    FailureMessage: "string?",
  },
  children: {
    Properties: { list: () => propertyBinding },
    Versions: { list: () => fileBinding },
    WebParts: { any: true },
    Links: { list: () => linkBinding },
    EventReceivers: { list: () => eventReceiverBinding },
    VersionEvents: { list: () => versionEventBinding },
  },
});
