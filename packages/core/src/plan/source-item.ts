import { codes } from "../errors/index.ts";
import {
  ATTACHMENT_MAX_BYTES,
  type Attachment,
  DATE_MAX,
  DATE_MIN,
  type FileVersion,
  ITEM_ID_MAX,
  type ListItemVersion,
  type SourceContent,
  type SourceDefinition,
  type SourceDeletion,
  type SourceFile,
  type SourceFolder,
  type SourceItem,
  type SourceList,
  type SourceListItem,
  type SourceProblem,
} from "../model/index.ts";
import { comparisonKey } from "./fold.ts";
import { nameFaults } from "./name-rules.ts";
import {
  current,
  detailsFault,
  elementsFault,
  type Fault,
  grantFault,
  isDate,
  isObject,
  isPrincipal,
  isText,
  isUsableId,
  listFault,
  propertyFault,
  versionFault,
} from "./source-details.ts";
import { versionLabels } from "./version-label.ts";

const EARLIEST: number = Date.parse(DATE_MIN);
const LATEST: number = Date.parse(DATE_MAX);

/** What a source places in a library or list. */
export type SourceObject = SourceFolder | SourceFile | SourceListItem;

export function isDefinition(item: SourceItem): item is SourceDefinition {
  return isObject(item) && (item.kind === "user" || item.kind === "group" || item.kind === "role");
}

/**
 * Why an item that a source yields can't be used, whatever its type promises; undefined if it can. Definitions are
 * looked at by those who take them up.
 */
export function itemFault(item: SourceItem): Fault {
  if (!isObject(item)) return `an item is an object: current value is ${String(item)}`;
  if (isDefinition(item)) return undefined;
  const { path, kind } = item;
  if (!Array.isArray(path)) return "its path has no names";
  if (kind === "list") return listItselfFault(item);
  // What a source can't make out may have no path that it could tell.
  if (path.length === 0 && kind !== "problem") return "its path has no names";
  if (!path.every(isText)) return "its path has a name that is no text";
  if (kind === "problem") return problemFault(item);
  if (kind === "deletion") return deletionFault(item);
  if (kind !== "folder" && kind !== "file" && kind !== "item") {
    return `its kind is unknown: current value is ${String(kind)}`;
  }
  if (item.created !== undefined && !isDate(item.created)) return "its created date is none";
  if (item.modified !== undefined && !isDate(item.modified)) return "its modified date is none";
  if (item.itemId !== undefined && !isItemId(item.itemId)) {
    return `its item id is no whole number from 1 to ${ITEM_ID_MAX}: ${current(item.itemId)}`;
  }
  if (kind === "file") {
    const fault = fileFault(item);
    if (fault !== undefined) return fault;
  }
  if (isPlain(item)) return undefined;
  const fault = detailsFault(item, kind);
  if (fault !== undefined) return fault;
  if (kind === "folder") return folderFault(item);
  return kind === "file" ? fileDetailsFault(item) : listItemFault(item);
}

/** What an item may carry beyond what every file has. */
const detailNames: ReadonlySet<string> = new Set([
  "author",
  "modifiedBy",
  "fields",
  "version",
  "moderation",
  "id",
  "listItemId",
  "contentTypeId",
  "permissions",
  "retentionLabel",
  "comments",
  "sharing",
  "links",
  "eventReceivers",
  "versions",
  "attachments",
  "properties",
  "progId",
  "checkinComment",
  "webParts",
  "versionEvents",
]);

/** Whether an item carries nothing but what every file has: path, dates, content, and what it is known by. */
export function isPlain(item: SourceObject): boolean {
  if (!isPlainMark(item.identity) || !isPlainMark(item.fingerprint)) return false;
  const fields = item as object as Readonly<Record<string, unknown>>;
  // By the names that it has, which are few: asking for each that it could have takes as long as all other planning.
  if (Object.getPrototypeOf(item) === Object.prototype) {
    for (const name in fields) if (detailNames.has(name) && fields[name] !== undefined) return false;
    return true;
  }
  for (const name of detailNames) if (fields[name] !== undefined) return false;
  return true;
}

/** Bytes of an item with all its versions and attachments. */
export function bytesOf(item: SourceItem): number {
  if (item.kind === "file") {
    return (item.versions ?? []).reduce((bytes, { size }) => bytes + size, item.size);
  }
  if (item.kind === "item") return (item.attachments ?? []).reduce((bytes, { size }) => bytes + size, 0);
  return 0;
}

/** The dates of an item as plans write them; what is missing is taken from the other, then from `now`. */
export function itemDates(
  item: { readonly created?: Date; readonly modified?: Date },
  now: Date,
): { created: string; modified: string } {
  return {
    created: isoSeconds(item.created ?? item.modified ?? now),
    modified: isoSeconds(item.modified ?? item.created ?? now),
  };
}

/** ISO 8601 in UTC, down to whole seconds, within the range of SharePoint's dates. */
export function isoSeconds(date: Date): string {
  return `${isoMilliseconds(date).slice(0, 19)}Z`;
}

/** ISO 8601 in UTC with milliseconds, within the range of SharePoint's dates. */
export function isoMilliseconds(date: Date): string {
  const time = date.getTime();
  const within = time >= EARLIEST && time <= LATEST ? date : new Date(time < EARLIEST ? EARLIEST : LATEST);
  return within.toISOString();
}

const problemOutcomes: readonly unknown[] = ["skipped", "failed", "excluded"] satisfies SourceProblem["outcome"][];
const deletedKinds: readonly unknown[] = ["folder", "file", "item"] satisfies SourceDeletion["of"][];

function problemFault({ outcome, code, message }: SourceProblem): Fault {
  if (!problemOutcomes.includes(outcome)) return `its outcome is unknown: current value is ${String(outcome)}`;
  if (typeof message !== "string") return "its message is no text";
  if (code !== undefined && !Object.hasOwn(codes, code)) return `its code is unknown: current value is ${String(code)}`;
  return undefined;
}

function listItselfFault({ path, permissions }: SourceList): Fault {
  if (path.length > 0) return `the path of the list is empty: ${current(path)}`;
  if (permissions === undefined) return "its permissions are no list: current value is undefined";
  return listFault("permissions", permissions, grantFault);
}

function deletionFault({ of, id }: SourceDeletion): Fault {
  if (!deletedKinds.includes(of)) return `it deletes what is unknown: current value is ${String(of)}`;
  return id === undefined || isUsableId(id) ? undefined : `its id is no GUID: ${current(id)}`;
}

function fileFault({ size, content }: SourceFile): Fault {
  return contentFault(size, content);
}

function contentFault(size: number, content: SourceContent): Fault {
  if (!Number.isSafeInteger(size) || size < 0) return `its size is no count of bytes: current value is ${String(size)}`;
  if (!isContent(content)) return "its content is neither a path, nor open(), nor bytes";
  if (content instanceof Uint8Array && content.byteLength !== size) {
    return `its content has ${content.byteLength} bytes, and not its size: current value is ${size}`;
  }
  return undefined;
}

function folderFault({ progId, properties, version }: SourceFolder): Fault {
  const labels = versionLabels([version]);
  if ("fault" in labels) return labels.fault;
  if (progId !== undefined && !isText(progId)) return "its ProgId is no text";
  return listFault("properties", properties, propertyFault);
}

function fileDetailsFault(file: SourceFile): Fault {
  const { versions, checkinComment, properties, webParts, versionEvents } = file;
  return (
    listFault("versions", versions, fileVersionFault) ??
    labelsFault(file) ??
    (checkinComment === undefined || isText(checkinComment) ? undefined : "its check-in comment is no text") ??
    listFault("properties", properties, propertyFault) ??
    elementsFault("webParts", webParts, "WebPart") ??
    elementsFault("versionEvents", versionEvents, "VersionEvent")
  );
}

function fileVersionFault(version: FileVersion): Fault {
  const fault = itemVersionFault(version) ?? contentFault(version.size, version.content);
  if (fault !== undefined) return inVersion(fault);
  const { checkinComment, properties } = version;
  if (checkinComment !== undefined && !isText(checkinComment)) return "a version's check-in comment is no text";
  return listFault("properties", properties, propertyFault);
}

function listItemFault(item: SourceListItem): Fault {
  const names = new Set<string>();
  return (
    listFault("versions", item.versions, (version) => {
      const fault = itemVersionFault(version);
      return fault === undefined ? undefined : inVersion(fault);
    }) ??
    labelsFault(item) ??
    listFault("attachments", item.attachments, (attachment) => {
      const fault = attachmentFault(attachment);
      if (fault !== undefined) return fault;
      const key = comparisonKey(attachment.name);
      if (names.has(key)) return `its attachments have names that differ: ${current(attachment.name)}`;
      names.add(key);
      return undefined;
    })
  );
}

function itemVersionFault(version: FileVersion | ListItemVersion): Fault {
  if (!isObject(version)) return "it is no object";
  if (version.modified !== undefined && !isDate(version.modified)) return "its modified date is none";
  return versionFault(version);
}

function inVersion(fault: string): string {
  return `a version of it can't be used: ${fault}`;
}

function labelsFault({ version, versions = [] }: SourceFile | SourceListItem): Fault {
  const labels = versionLabels([...versions.map((older) => older.version), version]);
  return "fault" in labels ? labels.fault : undefined;
}

function attachmentFault(attachment: Attachment): Fault {
  if (!isObject(attachment) || !isText(attachment.name)) return "an attachment has no name";
  const { name, size, content, author, modifiedBy, created, modified } = attachment;
  const broken = nameFaults(name.normalize("NFC"), { kind: "file", inRoot: false });
  if (broken.length > 0) return `the name of an attachment is refused (${broken.join(", ")}): ${current(name)}`;
  const fault = contentFault(size, content);
  if (fault !== undefined) return `the attachment ${name} can't be used: ${fault}`;
  if (size > ATTACHMENT_MAX_BYTES) return `an attachment has at most ${ATTACHMENT_MAX_BYTES} bytes: ${current(size)}`;
  for (const person of [author, modifiedBy]) {
    if (person !== undefined && !isPrincipal(person)) {
      return `the attachment ${name} is by nobody: ${current(person)}`;
    }
  }
  for (const date of [created, modified]) {
    if (date !== undefined && !isDate(date)) return `the attachment ${name} has a date that is none`;
  }
  return undefined;
}

function isContent(content: SourceContent): boolean {
  if (typeof content !== "object" || content === null) return false;
  if (content instanceof Uint8Array) return true;
  if ("path" in content) return typeof content.path === "string" && content.path !== "";
  return typeof content.open === "function";
}

function isItemId(itemId: unknown): boolean {
  return Number.isSafeInteger(itemId) && Number(itemId) >= 1 && Number(itemId) <= ITEM_ID_MAX;
}

/** A short text, as file systems give them. */
function isPlainMark(mark: unknown): boolean {
  return mark === undefined || (typeof mark === "string" && mark.length > 0 && mark.length <= 256);
}
