import {
  ITEM_ID_MAX,
  type ItemComment,
  type ItemDetails,
  MODERATION_STATUSES,
  type Moderation,
  PROPERTY_ACCESSES,
  PROPERTY_TYPES,
  type PrincipalRef,
  type PropertyValue,
  type RetentionLabel,
  type RoleGrant,
  type SerializedElement,
  type SharingEvent,
  type VersionDetails,
} from "../model/index.ts";
import { fieldFault } from "./fields.ts";
import { normalizeGuid } from "./identity.ts";

/** How deep elements that are passed through may nest. */
const ELEMENT_MAX_DEPTH = 32;

/** UTF-16 units of an identity or a fingerprint. */
const MARK_MAX_LENGTH = 1024;

/** What manifests write for the comment that a first one answers. */
const NO_COMMENT = "0";

const NIL_GUID = "00000000-0000-0000-0000-000000000000";

/** Why a value can't be used; undefined if it can. */
export type Fault = string | undefined;

const elementName = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const folderContentType = /^0x0120/i;
const contentType = /^0x(?:[0-9A-Fa-f]{2})+$/;

/** The fault of what an item and each of its versions may carry, but for the version's label. */
export function versionFault(version: VersionDetails): Fault {
  const { author, modifiedBy, fields, moderation } = version;
  if (author !== undefined && !isPrincipal(author)) return `its author is no login: ${current(author)}`;
  if (modifiedBy !== undefined && !isPrincipal(modifiedBy)) return `its editor is no login: ${current(modifiedBy)}`;
  if (fields !== undefined) {
    const fault = listFault("fields", fields, fieldFault) ?? repeatedField(fields);
    if (fault !== undefined) return fault;
  }
  return moderation === undefined ? undefined : moderationFault(moderation);
}

/** The fault of what every folder, file and list item may carry. */
export function detailsFault(item: ItemDetails, kind: "folder" | "file" | "item"): Fault {
  if (item.id !== undefined && !isUsableId(item.id)) return `its id is no GUID: ${current(item.id)}`;
  if (item.listItemId !== undefined && !isUsableId(item.listItemId)) {
    return `its list item's id is no GUID: ${current(item.listItemId)}`;
  }
  if (item.contentTypeId !== undefined) {
    const { contentTypeId } = item;
    if (!isText(contentTypeId) || !contentType.test(contentTypeId)) {
      return `its content type id is none: ${current(contentTypeId)}`;
    }
    if (folderContentType.test(contentTypeId) !== (kind === "folder")) {
      return `content types of folders begin with 0x0120, and of nothing else: ${current(contentTypeId)}`;
    }
  }
  return (
    versionFault(item) ??
    markFault("identity", item.identity) ??
    markFault("fingerprint", item.fingerprint) ??
    listFault("permissions", item.permissions, grantFault) ??
    (item.retentionLabel === undefined ? undefined : labelFault(item.retentionLabel)) ??
    (item.comments === undefined ? undefined : commentsFault(item.comments)) ??
    listFault("sharing", item.sharing, sharingFault) ??
    elementsFault("links", item.links, "Link") ??
    elementsFault("eventReceivers", item.eventReceivers, "EventReceiver")
  );
}

export function grantFault(grant: RoleGrant): Fault {
  if (!isObject(grant)) return "a grant is no object";
  if (!isPrincipal(grant.principal)) return `a grant's principal is none: ${current(grant.principal)}`;
  const { role } = grant;
  if (typeof role === "string" ? role === "" : !isObject(role) || !isInteger(role.id)) {
    return `a grant's role is neither a name nor an id: ${current(role)}`;
  }
  return undefined;
}

export function propertyFault(property: PropertyValue): Fault {
  if (!isObject(property) || !isText(property.name) || property.name === "") return "a property has no name";
  const { name, value, value2, id, type, access } = property;
  for (const text of [value, value2, id]) {
    if (text !== undefined && !isText(text)) return `the property ${name} has a value that is no text`;
  }
  if (id !== undefined && !isPlainGuid(id)) return `the property ${name} has an id that is no GUID: ${current(id)}`;
  if (type !== undefined && !isOneOf(PROPERTY_TYPES, type)) return `a property's type is unknown: ${current(type)}`;
  if (access !== undefined && !isOneOf(PROPERTY_ACCESSES, access)) {
    return `a property's access is unknown: ${current(access)}`;
  }
  return undefined;
}

/** The fault of elements that some other program serialised, each of which has this name. */
export function elementsFault(field: string, elements: readonly SerializedElement[] | undefined, name: string): Fault {
  return listFault(field, elements, (element) => {
    const fault = elementFault(element, 1);
    if (fault !== undefined) return `its ${field} hold what is no element: ${fault}`;
    return element.name === name ? undefined : `its ${field} are ${name} elements: ${current(element.name)}`;
  });
}

/** The fault of a list, or of the first in it that has one. */
export function listFault<T>(field: string, list: readonly T[] | undefined, faultOf: (entry: T) => Fault): Fault {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) return `its ${field} are no list: ${current(list)}`;
  for (const entry of list as readonly T[]) {
    const fault = faultOf(entry);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

export function isPrincipal(ref: unknown): ref is PrincipalRef {
  if (typeof ref === "string") return ref.trim() !== "";
  return isObject(ref) && typeof ref.group === "string" && ref.group.trim() !== "";
}

export function isUsableId(id: unknown): boolean {
  const normal = typeof id === "string" ? normalizeGuid(id) : undefined;
  return normal !== undefined && normal !== NIL_GUID;
}

export function isDate(date: unknown): boolean {
  return date instanceof Date && !Number.isNaN(date.getTime());
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** The end of a message that says what is there instead. */
export function current(value: unknown): string {
  return `current value is ${shown(value)}`;
}

function shown(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value).slice(0, 80);
  try {
    return (JSON.stringify(value) ?? "an object").slice(0, 80);
  } catch {
    return "an object";
  }
}

function repeatedField(fields: NonNullable<VersionDetails["fields"]>): Fault {
  const names = new Set(fields.map(({ name }) => name));
  return names.size === fields.length ? undefined : "a column has more than one value";
}

function isOneOf(names: readonly string[], value: unknown): boolean {
  return names.includes(String(value));
}

function moderationFault(moderation: Moderation): Fault {
  if (!isObject(moderation) || !isOneOf(MODERATION_STATUSES, moderation.status)) {
    return `its moderation status is unknown: ${current(isObject(moderation) ? moderation.status : moderation)}`;
  }
  const { comment } = moderation;
  return comment === undefined || isText(comment) ? undefined : "its moderation comment is no text";
}

function labelFault(label: RetentionLabel): Fault {
  if (!isObject(label) || !isText(label.name) || label.name === "") return "its retention label has no name";
  const { setBy, setAt, flags } = label;
  if (setBy !== undefined && !isPrincipal(setBy)) return `its retention label was set by nobody: ${current(setBy)}`;
  if (setAt !== undefined && !isDate(setAt)) return "its retention label's date is none";
  if (flags !== undefined && !isCount(flags)) {
    return `its retention label's flags are no whole number: ${current(flags)}`;
  }
  return undefined;
}

function commentsFault(comments: readonly ItemComment[]): Fault {
  const ids = new Set<string>();
  const fault = listFault("comments", comments, (comment) => {
    if (!isObject(comment) || !isText(comment.id) || comment.id === "") return "a comment has no id";
    const { id, text, author, created, uiVersion } = comment;
    if (id === NO_COMMENT) return `the id of a comment is another than that of none: ${current(id)}`;
    if (ids.has(id)) return `each comment has an id of its own: ${current(id)}`;
    ids.add(id);
    if (!isText(text)) return `the comment ${id} has no text`;
    if (!isPrincipal(author)) return `the comment ${id} has no author`;
    if (!isDate(created)) return `the comment ${id} has no date`;
    if (uiVersion !== undefined && !isCount(uiVersion)) {
      return `the comment ${id} is of no version: ${current(uiVersion)}`;
    }
    return undefined;
  });
  if (fault !== undefined) return fault;
  const lone = comments.find(({ parentId }) => parentId !== undefined && !ids.has(parentId));
  return lone && `the comment ${lone.id} answers one that the item doesn't have: ${current(lone.parentId)}`;
}

function sharingFault(event: SharingEvent): Fault {
  if (!isObject(event) || !isDate(event.time)) return "a sharing event has no date";
  const { initiator, sharedBy, sharedWith } = event;
  if (!isPrincipal(initiator)) return `a sharing event's initiator is none: ${current(initiator)}`;
  if (sharedBy !== undefined && !isPrincipal(sharedBy)) return `a sharing event is by nobody: ${current(sharedBy)}`;
  if (!Array.isArray(sharedWith) || sharedWith.length === 0 || !sharedWith.every(isPrincipal)) {
    return `a sharing event names no receivers: ${current(sharedWith)}`;
  }
  return undefined;
}

function elementFault(element: SerializedElement, depth: number): Fault {
  if (depth > ELEMENT_MAX_DEPTH) return `it nests deeper than ${ELEMENT_MAX_DEPTH}`;
  if (!isObject(element) || !isText(element.name) || !elementName.test(element.name)) {
    return `its name is none: ${current(isObject(element) ? element.name : element)}`;
  }
  const { name, attributes, children, text } = element;
  if (!isObject(attributes) || Array.isArray(attributes)) return `${name} has no attributes`;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (!elementName.test(attribute)) return `${name} has an attribute of no name: ${current(attribute)}`;
    if (attribute === "xmlns") return `${name} has a namespace of its own`;
    if (!isText(value)) return `${name}'s attribute ${attribute} is no text`;
  }
  if (text !== undefined && !isText(text)) return `${name} has a text that is none`;
  if (!Array.isArray(children)) return `${name} has no children, not even an empty list`;
  return listFault("children", children as readonly SerializedElement[], (child) => elementFault(child, depth + 1));
}

function markFault(field: string, mark: unknown): Fault {
  if (mark === undefined || (isText(mark) && mark !== "" && mark.length <= MARK_MAX_LENGTH)) return undefined;
  return `its ${field} is no text of 1 to ${MARK_MAX_LENGTH} characters: ${current(mark)}`;
}

/** Manifests have 32 bits for it. */
function isCount(value: unknown): boolean {
  return isInteger(value) && value >= 0 && value <= ITEM_ID_MAX;
}

/** As manifests take them, without braces. */
function isPlainGuid(id: string): boolean {
  return !id.startsWith("{") && normalizeGuid(id) !== undefined;
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
