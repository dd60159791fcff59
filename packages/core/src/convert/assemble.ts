import { PrimepackError } from "../errors/index.ts";
import type { FileElement } from "../manifest/file.ts";
import type { FolderElement } from "../manifest/folder.ts";
import type { AttachmentElement, ListItemElement } from "../manifest/list-item.ts";
import type { PropertyElement } from "../manifest/properties.ts";
import type { AssignmentElement } from "../manifest/roles.ts";
import type {
  Attachment,
  FieldValue,
  FileVersion,
  ItemComment,
  ItemDetails,
  ListItemVersion,
  Moderation,
  PrincipalRef,
  PropertyValue,
  RetentionLabel,
  RoleGrant,
  SerializedElement,
  SharingEvent,
  SourceEntry,
  SourcePath,
  VersionDetails,
} from "../model/index.ts";
import { MODERATION_STATUSES, PROPERTY_TYPES } from "../model/index.ts";
import { uuidv5 } from "../model/uuid.ts";
import type { ContentRequest, ContentResolver, ResolvedContent } from "./content.ts";
import { defined } from "./defined.ts";
import type { Dropped } from "./dropped.ts";
import { fieldValues } from "./field-values.ts";
import type { ExportedList } from "./lists.ts";
import type { PassedElements } from "./parts.ts";
import type { Principals } from "./principals.ts";
import type { Roles } from "./roles.ts";
import { versionNumber } from "./version-label.ts";

/** What the parts of one item say. */
export interface ItemParts {
  readonly path: SourcePath;
  /** Server-relative, without slashes around it. */
  readonly url: string;
  readonly place: number;
  readonly folder?: FolderElement;
  readonly file?: FileElement & { readonly passed: PassedElements };
  readonly item?: ListItemElement & { readonly passed: PassedElements };
  readonly assignments?: readonly AssignmentElement[];
}

/** How items are made of parts. */
export interface AssembleOptions {
  readonly list: ExportedList;
  readonly keepIds: boolean;
  readonly keepItemIds: boolean;
  readonly olderVersions: boolean;
  /** The target's ids, for those of the exported web and list in event receivers. */
  readonly target: { readonly webId: string; readonly listId: string } | undefined;
  /** Finds the contents of the package of that number. */
  readonly content: (place: number) => ContentResolver;
  readonly principals: Principals;
  readonly roles: Roles;
  readonly dropped: Dropped;
}

/** Content types that each list has, which items get by themselves. */
const builtInContentTypes = { folder: "0x0120", file: "0x0101", item: "0x01" } as const;

/** Names that SharePoint gives to items of lists: `7_.000`. */
const LIST_ITEM_NAME = /^\d+_\.000$/;

const SYSTEM_ACCOUNT = "SHAREPOINT\\system";

/** Makes the item of what its parts say. What can't be made is a problem; errors are those of the content's store. */
export async function assemble(parts: ItemParts, options: AssembleOptions): Promise<SourceEntry | undefined> {
  const assembler = new Assembler(parts, options);
  try {
    return await assembler.entry();
  } catch (reason) {
    if (!isItemFault(reason)) throw reason;
    const { code, message } = reason;
    return { kind: "problem", path: parts.path, outcome: "failed", code, message };
  }
}

/** Faults of one item's content, against those of the store or of the run. */
function isItemFault(reason: unknown): reason is PrimepackError {
  if (!(reason instanceof PrimepackError)) return false;
  return itemFaults.has(reason.code);
}

const itemFaults: ReadonlySet<string> = new Set([
  "CONTENT_UNRESOLVED",
  "SOURCE_INVALID_ITEM",
  "SOURCE_UNREADABLE",
  "SOURCE_GONE",
  "SOURCE_ARCHIVED",
  "BLOB_NAME_INVALID",
  "BLOB_NOT_FOUND",
  "BLOB_CORRUPT",
  "UNSEAL_FAILED",
  "IV_INVALID",
]);

class Assembler {
  readonly #parts: ItemParts;
  readonly #options: AssembleOptions;

  constructor(parts: ItemParts, options: AssembleOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async entry(): Promise<SourceEntry | undefined> {
    const { path, folder, file, item, assignments } = this.#parts;
    const { dropped, list } = this.#options;
    if (path.length === 0) {
      // The target has its own.
      if (folder !== undefined || item !== undefined || file !== undefined) dropped.add("root folder of the list");
      return assignments && { kind: "list", path, permissions: this.#grants(assignments) };
    }
    if (folder !== undefined || item?.DocType === "Folder") return this.#folder();
    if (file !== undefined && (item !== undefined || list.isLibrary !== false)) return this.#file(file);
    if (file !== undefined) {
      // Forms and views of a list that is no library; SharePoint makes them with the list.
      dropped.add("file of a list that is no library");
      return undefined;
    }
    if (item === undefined) {
      if (assignments !== undefined) dropped.add("role assignment of an object that is not exported");
      return undefined;
    }
    const name = path[path.length - 1] ?? "";
    if (LIST_ITEM_NAME.test(name) || list.isLibrary === false) return this.#listItem(item);
    throw invalid("a document's list item needs its file", name);
  }

  #folder(): SourceEntry {
    const { path, folder, item } = this.#parts;
    const details = this.#details("folder", folder?.Id, folder, item?.passed ?? {});
    this.#count("older version of a folder", this.#withoutCurrent(item?.Versions ?? [], item?.Version));
    this.#count("attachment of a folder", item?.Attachments ?? []);
    return defined<Extract<SourceEntry, { kind: "folder" }>>({
      kind: "folder",
      path,
      ...details,
      progId: folder?.ProgId || item?.ProgId || undefined,
      properties: this.#properties(folder?.Properties),
    });
  }

  async #file(file: NonNullable<ItemParts["file"]>): Promise<SourceEntry> {
    const { path, item } = this.#parts;
    const label = file.Version ?? item?.Version;
    const versions = this.#olderOf(file.Versions ?? [], label);
    const current = (file.Versions ?? []).find(({ Version }) => Version === label);
    const passed = joined(item?.passed ?? {}, file.passed);
    const details = this.#details("file", file.Id, file, passed);
    const { content, size } = await this.#content(contentOf(file, current), details.modified);
    const older: FileVersion[] = [];
    // The first of a label, as of those of the file.
    const ofItems = new Map((item?.Versions ?? []).toReversed().map((one) => [one.Version, one]));
    for (const version of versions) older.push(await this.#fileVersion(file, version, ofItems));
    this.#countOfItem(file, label);
    return defined<Extract<SourceEntry, { kind: "file" }>>({
      kind: "file",
      path,
      ...details,
      size,
      content,
      versions: nonEmpty(older),
      checkinComment: file.CheckinComment || undefined,
      properties: this.#properties(file.Properties ?? current?.Properties),
      webParts: nonEmpty(passed.webParts),
      versionEvents: this.#versionEvents(passed.versionEvents),
    });
  }

  /** What a document's list item has and its file hasn't. */
  #countOfItem(file: FileElement, label: string | undefined): void {
    const { item } = this.#parts;
    if (item === undefined) return;
    const labels = new Set((file.Versions ?? []).map(({ Version }) => Version));
    const alone = this.#withoutCurrent(item.Versions ?? [], label).filter(({ Version }) => !labels.has(Version));
    this.#count("older version of a list item without its file", alone);
    this.#count("attachment of a document", item.Attachments ?? []);
    this.#count("attribute ListItem/@ProgId", item.ProgId ? [item] : []);
  }

  #count(what: string, left: readonly unknown[]): void {
    if (left.length > 0) this.#options.dropped.add(what, left.length);
  }

  async #fileVersion(
    file: FileElement,
    version: FileElement,
    ofItems: ReadonlyMap<string | undefined, ListItemElement>,
  ): Promise<FileVersion> {
    const { Version: label } = version;
    const ofItem = ofItems.get(label);
    const modified = dateOf(version.TimeLastModified);
    const { content, size } = await this.#content({ ...contentOf(version), version: label, fileId: file.Id }, modified);
    return defined<FileVersion>({
      ...this.#version(version, ofItem),
      modified,
      size,
      content,
      checkinComment: version.CheckinComment || undefined,
      properties: this.#properties(version.Properties),
    });
  }

  async #listItem(item: NonNullable<ItemParts["item"]>): Promise<SourceEntry> {
    const { path } = this.#parts;
    const attachments: Attachment[] = [];
    for (const attachment of item.Attachments ?? []) attachments.push(await this.#attachment(item, attachment));
    const versions = this.#olderOf(item.Versions ?? [], item.Version).map((version) =>
      defined<ListItemVersion>({
        ...this.#version(version, version),
        modified: dateOf(version.TimeLastModified),
      }),
    );
    return defined<Extract<SourceEntry, { kind: "item" }>>({
      kind: "item",
      path,
      ...this.#details("item", item.DocId, undefined, item.passed),
      versions: nonEmpty(versions),
      attachments: nonEmpty(attachments),
    });
  }

  async #attachment(item: ListItemElement, attachment: AttachmentElement): Promise<Attachment> {
    const { Name: name } = attachment;
    if (!name) throw invalid("each attachment needs a name", "none");
    const modified = dateOf(attachment.TimeLastModified);
    const asked = { attachment: name, fileId: item.DocId, blob: attachment.FileValue };
    const { content, size } = await this.#content(asked, modified);
    return defined<Attachment>({
      name,
      size,
      content,
      author: this.#principal(attachment.Author),
      modifiedBy: this.#principal(attachment.ModifiedBy),
      created: dateOf(attachment.TimeCreated),
      modified,
    });
  }

  async #content(request: ContentFacts, dated: Date | undefined): Promise<ResolvedContent> {
    const { path, url } = this.#parts;
    const asked = defined<ContentRequest>({ ...request, url: `/${url}`, path });
    const found = await this.#options.content(this.#parts.place)(asked);
    if (found !== undefined) return withDatesOfExport(found, dated);
    const what = [asked.version && `version ${asked.version}`, asked.attachment && `attachment ${asked.attachment}`];
    const named = [asked.url, ...what.filter(Boolean)].join(", ");
    throw new PrimepackError(
      "CONTENT_UNRESOLVED",
      `Cannot convert the entry as its content must be found: current value is none for ${JSON.stringify(named)}`,
    );
  }

  #withoutCurrent<T extends { readonly Version?: string }>(
    versions: readonly T[],
    current: string | undefined,
  ): readonly T[] {
    return versions.filter(({ Version }) => Version !== current);
  }

  /** The versions but the current one, oldest first. */
  #olderOf<T extends { readonly Version?: string }>(versions: readonly T[], current: string | undefined): readonly T[] {
    const older = this.#withoutCurrent(versions, current);
    if (!this.#options.olderVersions) {
      this.#count("older version", older);
      return [];
    }
    const byNumber = new Map<number, T>();
    for (const version of older) {
      const number = versionNumber(version.Version);
      if (number === undefined) throw invalid("each version needs a label", String(version.Version).slice(0, 40));
      if (byNumber.has(number)) throw invalid("its versions must differ in label", version.Version ?? "");
      byNumber.set(number, version);
    }
    return [...byNumber].sort(([one], [other]) => one - other).map(([, version]) => version);
  }

  #details(
    kind: keyof typeof builtInContentTypes,
    docId: string | undefined,
    object: Pick<FileElement, "Author" | "ModifiedBy" | "TimeCreated" | "TimeLastModified" | "Version"> | undefined,
    passed: PassedElements,
  ): ItemDetails {
    const { item, assignments } = this.#parts;
    const { keepIds, keepItemIds } = this.#options;
    const id = docId ?? item?.DocId;
    const contentTypeId = item?.ContentTypeId;
    return defined<ItemDetails>({
      ...this.#version(object ?? item, item),
      created: dateOf(object?.TimeCreated ?? item?.TimeCreated),
      modified: dateOf(object?.TimeLastModified ?? item?.TimeLastModified),
      id: keepIds ? id : undefined,
      listItemId: keepIds ? item?.Id : undefined,
      itemId: keepItemIds ? item?.IntId : undefined,
      contentTypeId: contentTypeId === builtInContentTypes[kind] ? undefined : contentTypeId || undefined,
      permissions: assignments && this.#grants(assignments),
      retentionLabel: item && this.#label(item),
      comments: nonEmpty((item?.Comments ?? []).flatMap((comment) => this.#comment(comment))),
      sharing: nonEmpty((item?.SharedWithEvents ?? []).flatMap((event) => this.#sharing(event))),
      links: nonEmpty(passed.links),
      eventReceivers: nonEmpty(passed.eventReceivers?.map((receiver) => this.#receiver(receiver))),
      // It stays when the entry is moved in the exported list.
      identity: id === undefined ? undefined : id.toLowerCase(),
    });
  }

  /** `object` tells of the bytes, `item` of the columns. */
  #version(
    object: Pick<FileElement, "Author" | "ModifiedBy" | "Version"> | undefined,
    item: ListItemElement | undefined,
  ): VersionDetails {
    const label = object?.Version ?? item?.Version;
    const { dropped } = this.#options;
    return defined<VersionDetails>({
      author: this.#principal(object?.Author) ?? this.#principal(item?.Author),
      modifiedBy: this.#principal(object?.ModifiedBy) ?? this.#principal(item?.ModifiedBy),
      fields: nonEmpty<FieldValue>(fieldValues(item?.Fields ?? [], (id) => this.#find(id), dropped)),
      version: versionNumber(label) === undefined ? undefined : label,
      moderation: moderationOf(item, label),
    });
  }

  #principal(id: string | undefined): PrincipalRef | undefined {
    if (!id) return undefined;
    const found = this.#find(id);
    if (found === undefined) this.#options.dropped.add("unknown user");
    return found;
  }

  #find(id: string): PrincipalRef | undefined {
    return this.#options.principals.find(id, this.#parts.place);
  }

  #grants(assignments: readonly AssignmentElement[]): RoleGrant[] {
    const { roles, dropped } = this.#options;
    return assignments.flatMap(({ RoleId, PrincipalId }) => {
      const principal = this.#find(PrincipalId);
      const role = roles.find(RoleId);
      if (principal !== undefined && role !== undefined) return [{ principal, role }];
      dropped.add(principal === undefined ? "grant to an unknown principal" : "grant of an unknown role");
      return [];
    });
  }

  #properties(properties: readonly PropertyElement[] | undefined): readonly PropertyValue[] | undefined {
    return nonEmpty(
      properties?.map(({ Name: name, Value: value, Value2: value2, Id: id, Type: type, Access: access }) =>
        defined<PropertyValue>({
          name,
          value,
          value2,
          id,
          type: type !== undefined && propertyTypes.has(type) ? type : undefined,
          access: access === "ReadOnly" || access === "ReadWrite" ? access : undefined,
        }),
      ),
    );
  }

  #comment(comment: NonNullable<ListItemElement["Comments"]>[number]): ItemComment[] {
    const { Id: id, Text: text, ParentId: parentId, UserId, Created, UIVersion } = comment;
    const created = dateOf(Created);
    if (!id || text === undefined || created === undefined) {
      this.#options.dropped.add("comment that can't be read");
      return [];
    }
    return [
      defined<ItemComment>({
        id,
        parentId: parentId && parentId !== "0" ? parentId : undefined,
        text: Buffer.from(text, "base64").toString("utf8"),
        author: this.#principal(UserId) ?? SYSTEM_ACCOUNT,
        created,
        uiVersion: wholeNumber(UIVersion),
      }),
    ];
  }

  #sharing(event: NonNullable<ListItemElement["SharedWithEvents"]>[number]): SharingEvent[] {
    const time = dateOf(event.SharedTime);
    const initiator = this.#principal(event.SharingInitiatorId);
    const sharedWith = (event.SharedWithMembers ?? []).flatMap(
      ({ SharedWithId }) => this.#principal(SharedWithId) ?? [],
    );
    if (time === undefined || initiator === undefined || sharedWith.length === 0) {
      this.#options.dropped.add("sharing event that can't be read");
      return [];
    }
    return [defined<SharingEvent>({ time, initiator, sharedBy: this.#principal(event.SharedById), sharedWith })];
  }

  #label(item: ListItemElement): RetentionLabel | undefined {
    const carriers: LabelAttributes[] = [item.otherAttributes ?? {}, ...((item.Fields ?? []) as LabelAttributes[])];
    const attributes = carriers.find(({ ListDefaultComplianceTag: name }) => name);
    const name = attributes?.ListDefaultComplianceTag;
    if (!name) return undefined;
    return defined<RetentionLabel>({
      name,
      setBy: this.#principal(textOf(attributes.ListDefaultComplianceTagUserId)),
      setAt: dateOf(attributes.ListDefaultCompliancetagWrittenTime),
      flags: wholeNumber(textOf(attributes.ListDefaultComplianceFlags)),
    });
  }

  /** With the target's ids in the place of the exported web's and list's. */
  #receiver(receiver: SerializedElement): SerializedElement {
    const { target, list, keepIds } = this.#options;
    const { Id, HostId, HostType, WebId } = receiver.attributes;
    if (target === undefined) return receiver;
    const isHostedByList = HostType === "List" || (list.id !== undefined && HostId?.toLowerCase() === list.id);
    const attributes = {
      ...receiver.attributes,
      ...(Id === undefined || keepIds ? {} : { Id: newReceiverId(Id, target.listId) }),
      ...(WebId === undefined ? {} : { WebId: target.webId }),
      ...(HostId !== undefined && isHostedByList ? { HostId: target.listId } : {}),
      ...(HostId !== undefined && HostType === "Web" ? { HostId: target.webId } : {}),
    };
    return { ...receiver, attributes };
  }

  /** Their users' numbers are those of the export, and no longer mean anybody. */
  #versionEvents(events: readonly SerializedElement[] | undefined): readonly SerializedElement[] | undefined {
    return nonEmpty(
      events?.map((event) => {
        const { UserId, ...attributes } = event.attributes;
        if (UserId !== undefined) this.#options.dropped.add("attribute VersionEvent/@UserId");
        return { ...event, attributes };
      }),
    );
  }
}

/** The same in each run for the same list, as all new GUIDs are. */
function newReceiverId(id: string, listId: string): string {
  return uuidv5(listId.toLowerCase(), Buffer.from(`event receiver\n${id.toLowerCase()}`));
}

/** On an item, or on one of its fields (package format, 5.5). */
interface LabelAttributes {
  readonly ListDefaultComplianceTag?: string;
  readonly ListDefaultComplianceTagUserId?: string | number;
  readonly ListDefaultCompliancetagWrittenTime?: string;
  readonly ListDefaultComplianceFlags?: string | number;
}

function textOf(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** Both a file and its list item may have links and event receivers. */
function joined(one: PassedElements, other: PassedElements): PassedElements {
  return defined<PassedElements>({
    links: nonEmpty([...(one.links ?? []), ...(other.links ?? [])]),
    eventReceivers: nonEmpty([...(one.eventReceivers ?? []), ...(other.eventReceivers ?? [])]),
    webParts: nonEmpty([...(one.webParts ?? []), ...(other.webParts ?? [])]),
    versionEvents: nonEmpty([...(one.versionEvents ?? []), ...(other.versionEvents ?? [])]),
  });
}

/** A copy tells when it was copied: where the export has a date it stands, whichever file holds the bytes. */
function withDatesOfExport(found: ResolvedContent, dated: Date | undefined): ResolvedContent {
  const { content, size } = found;
  return dated !== undefined && "path" in content ? { content: { path: content.path, keepsDates: true }, size } : found;
}

type ContentFacts = { readonly [K in keyof ContentRequest]?: ContentRequest[K] | undefined };

/** Where an older version stands beside the file, the file's own attributes may be missing. */
function contentOf(file: FileElement, current?: FileElement): ContentFacts {
  const told = file.FileValue === undefined && current?.FileValue !== undefined ? current : file;
  return {
    fileId: file.Id,
    size: told.FileSize ?? current?.FileSize,
    blob: told.FileValue,
    checksum: told.Checksum,
  };
}

function moderationOf(item: ListItemElement | undefined, label = "1.0"): Moderation | undefined {
  const { ModerationStatus: status, ModerationComment: comment } = item ?? {};
  if (status === undefined || !moderationStatuses.has(status)) return undefined;
  // What items have that nobody approves; a minor version without a status would become a draft.
  if (status === "Approved" && !comment && label.endsWith(".0")) return undefined;
  return { status, ...(comment ? { comment } : {}) };
}

const moderationStatuses: ReadonlySet<string> = new Set(MODERATION_STATUSES);

/** Those of the schema; with another the item could not be written. */
const propertyTypes: ReadonlySet<string> = new Set(PROPERTY_TYPES);

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** Dates without a zone are in UTC (package format, 3.9). */
export function dateOf(text: string | undefined): Date | undefined {
  const match = DATE.exec(text?.trim() ?? "");
  if (match === null) return undefined;
  const date = new Date(match[1] === undefined && match[0].includes("T") ? `${match[0]}Z` : match[0]);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function nonEmpty<T>(values: readonly T[] | undefined): readonly T[] | undefined {
  return values === undefined || values.length === 0 ? undefined : values;
}

function invalid(constraint: string, value: string): PrimepackError {
  return new PrimepackError(
    "SOURCE_INVALID_ITEM",
    `Cannot convert the entry as ${constraint}: current value is ${JSON.stringify(value)}`,
  );
}
