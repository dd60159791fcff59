import { type Code, codes, redact } from "../errors/index.ts";
import type {
  Attachment,
  FieldValue,
  FileVersion,
  ItemComment,
  ItemDetails,
  ListItemVersion,
  Moderation,
  NoteField,
  PrincipalRef,
  PropertyValue,
  RetentionLabel,
  RoleGrant,
  RoleRef,
  SerializedElement,
  SharingEvent,
  SourceDeletion,
  SourceFile,
  SourceFolder,
  SourceGroup,
  SourceList,
  SourceListItem,
  SourcePath,
  SourceProblem,
  SourceRole,
  SourceUser,
  TermValue,
  VersionDetails,
} from "../model/index.ts";
import { ITEM_ID_MAX, MODERATION_STATUSES, PROPERTY_ACCESSES, PROPERTY_TYPES } from "../model/index.ts";
import { Misfit } from "../table/index.ts";
import { isoDate } from "./iso-date.ts";
import {
  asObject,
  filledText,
  flag,
  having,
  integer,
  listOf,
  needed,
  number,
  oneOf,
  optional,
  record,
  type Shape,
  type ShapesOf,
  tagged,
  text,
  textLike,
  textOr,
} from "./shape.ts";

/** Where an inventory says that bytes are. */
export type ContentReference =
  | { readonly path: string }
  | { readonly url: string; readonly offset?: number; readonly length?: number; readonly etag?: string }
  | { readonly blob: string; readonly container?: string }
  | { readonly base64: string };

/** A part of the model that has content, as an inventory gives it: the size may be left to be looked up. */
type Referring<T> = Omit<T, "size" | "content"> & { readonly size?: number; readonly content: ContentReference };

export type InventoryFile = Omit<Referring<SourceFile>, "versions"> & {
  readonly versions?: readonly Referring<FileVersion>[];
};
export type InventoryListItem = Omit<SourceListItem, "attachments"> & {
  readonly attachments?: readonly Referring<Attachment>[];
};
type ProblemLine = Omit<SourceProblem, "line">;
/** The value of one line of an inventory. */
export type InventoryItem =
  | InventoryFile
  | SourceFolder
  | InventoryListItem
  | SourceList
  | SourceDeletion
  | ProblemLine
  | SourceUser
  | SourceGroup
  | SourceRole;

const GUID =
  /^(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|\{[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\})$/;
const guid = textLike(GUID, "a GUID");
const versionLabel = textLike(
  /^(?:0|[1-9][0-9]{0,6})\.(?:0|[1-9][0-9]?|[1-4][0-9]{2}|50[0-9]|51[01])$/,
  "a version like 2.0, the minor below 512",
);
const contentTypeId = textLike(/^0x(?:[0-9A-Fa-f]{2})+$/, "a content type id like 0x0101");
const count = integer(0);
const itemId = integer(1, ITEM_ID_MAX);
const int32 = integer(-2_147_483_648, 2_147_483_647);

const names = listOf(text, 1);
const joinedNames: Shape<SourcePath> = (value) => {
  const parts = (value as string).split("/");
  if (parts.includes("")) throw new Misfit("must be names joined by /, none of them empty", value);
  return parts;
};
/** One text with `/` between the names, or a list of names, which may hold `/`. */
export const path: Shape<SourcePath> = (value) => {
  if (typeof value === "string") return joinedNames(value);
  if (Array.isArray(value)) return names(value);
  throw new Misfit("must be a text or a list of names", value);
};
const noPath: Shape<SourcePath> = (value) => {
  if (value === "" || (Array.isArray(value) && value.length === 0)) return [];
  throw new Misfit("must be empty, as the list itself has no path", value);
};

const principal: Shape<PrincipalRef> = textOr(record<{ readonly group: string }>({ group: needed(filledText) }));
const role: Shape<RoleRef> = textOr(record<{ readonly id: number }>({ id: needed(int32) }));
const grants = listOf(record<RoleGrant>({ principal: needed(principal), role: needed(role) }));

const moderation = record<Moderation>({
  status: needed(oneOf(...MODERATION_STATUSES)),
  comment: optional(text),
});

const XML_NAME = /^[A-Za-z_][A-Za-z0-9_.:-]*$/;
const elementName = textLike(XML_NAME, "a name of XML");
const attributes: Shape<Readonly<Record<string, string>>> = (value) => {
  const object = asObject(value);
  const result: Record<string, string> = {};
  for (const key of Object.keys(object)) {
    // The one name that would set the result's prototype instead.
    if (!XML_NAME.test(key) || key === "__proto__") throw new Misfit("has a property that is no name of XML", key);
    const attribute = object[key];
    if (typeof attribute !== "string") throw new Misfit("must be a text", attribute).within(key);
    result[key] = attribute;
  }
  return result;
};
const element: Shape<SerializedElement> = (value) => elementOf(value);
const elements = listOf(element);
const elementOf = record<SerializedElement>({
  name: needed(elementName),
  attributes: needed(attributes),
  children: needed(elements),
  text: optional(text),
});

const term = record<TermValue>({ label: needed(text), termGuid: needed(guid), wssId: optional(int32) });
const noteField = record<NoteField>({ name: needed(filledText), fieldId: optional(guid) });
const decimal = textLike(/^-?[0-9]+(?:\.[0-9]+)?$/, "a decimal like -12.5");

function columnOf<Type extends FieldValue["type"]>(type: Type): ColumnShapes<Type> {
  return { name: needed(filledText), fieldId: optional(guid), type: needed(oneOf(type)) };
}
interface ColumnShapes<Type> {
  readonly name: { readonly needed: true; readonly shape: Shape<string> };
  readonly fieldId: { readonly needed: false; readonly shape: Shape<string> };
  readonly type: { readonly needed: true; readonly shape: Shape<Type> };
}
interface Column<Type, Value> {
  readonly name: string;
  readonly fieldId?: string;
  readonly type: Type;
  readonly value: Value;
}
function column<Type extends FieldValue["type"], Value>(type: Type, value: Shape<Value>): Shape<Column<Type, Value>> {
  const shapes = { ...columnOf(type), value: needed(value) } as ShapesOf<Column<Type, Value>>;
  return record<Column<Type, Value>>(shapes);
}

const field = tagged<FieldValue>("type", {
  Text: column("Text", text),
  Note: column("Note", text),
  Choice: column("Choice", text),
  MultiChoice: column("MultiChoice", listOf(text)),
  Number: column("Number", textOr(number, decimal)),
  Currency: column("Currency", textOr(number, decimal)),
  Integer: column("Integer", integer()),
  Counter: column("Counter", integer()),
  Boolean: column("Boolean", flag),
  DateTime: column("DateTime", isoDate),
  URL: column(
    "URL",
    record<{ readonly url: string; readonly description?: string }>({ url: needed(text), description: optional(text) }),
  ),
  User: column("User", principal),
  UserMulti: column("UserMulti", listOf(principal)),
  Lookup: column(
    "Lookup",
    record<{ readonly itemId: number; readonly listId: string }>({ itemId: needed(itemId), listId: needed(guid) }),
  ),
  LookupMulti: column(
    "LookupMulti",
    record<{ readonly itemIds: readonly number[]; readonly listId: string }>({
      itemIds: needed(listOf(itemId)),
      listId: needed(guid),
    }),
  ),
  TaxonomyFieldType: record<Extract<FieldValue, { type: "TaxonomyFieldType" }>>({
    ...columnOf("TaxonomyFieldType"),
    value: needed(term),
    noteField: needed(noteField),
  }),
  TaxonomyFieldTypeMulti: record<Extract<FieldValue, { type: "TaxonomyFieldTypeMulti" }>>({
    ...columnOf("TaxonomyFieldTypeMulti"),
    value: needed(listOf(term)),
    noteField: needed(noteField),
  }),
  raw: record<Extract<FieldValue, { type: "raw" }>>({
    ...columnOf("raw"),
    fieldType: optional(text),
    value: optional(text),
    value2: optional(text),
  }),
});

const property = record<PropertyValue>({
  name: needed(filledText),
  value: optional(text),
  value2: optional(text),
  id: optional(text),
  type: optional(oneOf(...PROPERTY_TYPES)),
  access: optional(oneOf(...PROPERTY_ACCESSES)),
});
const properties = optional(listOf(property));

/** Base64 as `Buffer` decodes it, with its padding. */
const base64: Shape<string> = (value) => {
  if (typeof value !== "string" || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    throw new Misfit("must be base64 with padding");
  }
  return value;
};
const contentUrl: Shape<string> = (value) => {
  // The value may hold a signature, so that the message doesn't quote it.
  if (typeof value !== "string" || !/^https?:\/\/[^/?#@]+(?:[/?#].*)?$/.test(value) || !URL.canParse(value)) {
    throw new Misfit("must be a URL with https: or http:, without user and password");
  }
  return value;
};
const content = having<ContentReference>({
  path: record<Extract<ContentReference, { path: string }>>({ path: needed(textLike(/^[^\0]+$/, "a path")) }),
  url: record<Extract<ContentReference, { url: string }>>({
    url: needed(contentUrl),
    offset: optional(count),
    length: optional(count),
    etag: optional(textLike(/^(?:W\/)?"[\x21\x23-\x7e]*"$/, "an ETag with its quotes")),
  }),
  blob: record<Extract<ContentReference, { blob: string }>>({ blob: needed(filledText), container: optional(text) }),
  base64: record<Extract<ContentReference, { base64: string }>>({ base64: needed(base64) }),
});
const contents = { size: optional(count), content: needed(content) };

const versionDetails: ShapesOf<VersionDetails> = {
  author: optional(principal),
  modifiedBy: optional(principal),
  fields: optional(listOf(field)),
  version: optional(versionLabel),
  moderation: optional(moderation),
};

const itemDetails: ShapesOf<ItemDetails> = {
  ...versionDetails,
  created: optional(isoDate),
  modified: optional(isoDate),
  id: optional(guid),
  listItemId: optional(guid),
  itemId: optional(itemId),
  contentTypeId: optional(contentTypeId),
  permissions: optional(grants),
  retentionLabel: optional(
    record<RetentionLabel>({
      name: needed(filledText),
      setBy: optional(principal),
      setAt: optional(isoDate),
      flags: optional(int32),
    }),
  ),
  comments: optional(
    listOf(
      record<ItemComment>({
        id: needed(filledText),
        parentId: optional(filledText),
        text: needed(text),
        author: needed(principal),
        created: needed(isoDate),
        uiVersion: optional(integer(0, 2_147_483_647)),
      }),
    ),
  ),
  sharing: optional(
    listOf(
      record<SharingEvent>({
        time: needed(isoDate),
        initiator: needed(principal),
        sharedBy: optional(principal),
        sharedWith: needed(listOf(principal)),
      }),
    ),
  ),
  links: optional(elements),
  eventReceivers: optional(elements),
  identity: optional(filledText),
  fingerprint: optional(filledText),
};

/** What a file beside an entry may say of it. */
export const details: Shape<ItemDetails> = record<ItemDetails>(itemDetails);

const folder = record<SourceFolder>({
  ...itemDetails,
  kind: needed(oneOf("folder")),
  path: needed(path),
  progId: optional(text),
  properties,
});

const file = record<InventoryFile>({
  ...itemDetails,
  ...contents,
  kind: needed(oneOf("file")),
  path: needed(path),
  versions: optional(
    listOf(
      record<Referring<FileVersion>>({
        ...versionDetails,
        ...contents,
        modified: optional(isoDate),
        checkinComment: optional(text),
        properties,
      }),
    ),
  ),
  checkinComment: optional(text),
  properties,
  webParts: optional(elements),
  versionEvents: optional(elements),
});

const listItem = record<InventoryListItem>({
  ...itemDetails,
  kind: needed(oneOf("item")),
  path: needed(path),
  versions: optional(listOf(record<ListItemVersion>({ ...versionDetails, modified: optional(isoDate) }))),
  attachments: optional(
    listOf(
      record<Referring<Attachment>>({
        ...contents,
        name: needed(filledText),
        author: optional(principal),
        modifiedBy: optional(principal),
        created: optional(isoDate),
        modified: optional(isoDate),
      }),
    ),
  ),
});

interface ListLine extends Omit<SourceList, "path"> {
  readonly path?: SourcePath;
}
const listLine = record<ListLine>({
  kind: needed(oneOf("list")),
  path: optional(noPath),
  permissions: needed(grants),
});
const list: Shape<SourceList> = (value) => ({ ...listLine(value), path: [] });

const deletion = record<SourceDeletion>({
  kind: needed(oneOf("deletion")),
  of: needed(oneOf("folder", "file", "item")),
  path: needed(path),
  id: optional(guid),
});

const problem = record<ProblemLine>({
  kind: needed(oneOf("problem")),
  path: needed(path),
  outcome: needed(oneOf("skipped", "failed", "excluded")),
  code: optional((value) => {
    const name = textLike(/^[A-Z][A-Z0-9_]*$/, "a code of primepack")(value);
    if (!Object.hasOwn(codes, name)) throw new Misfit("must be a code of primepack", value);
    return name as Code;
  }),
  // A product may repeat what its own service answered.
  message: needed((value) => redact(filledText(value))),
  identity: optional(filledText),
});

const user = record<SourceUser>({
  kind: needed(oneOf("user")),
  login: needed(filledText),
  name: optional(text),
  email: optional(text),
  isDomainGroup: optional(flag),
  isSiteAdmin: optional(flag),
  isDeleted: optional(flag),
  systemId: optional(base64),
  mobilePhone: optional(text),
  flags: optional(int32),
});

const group = record<SourceGroup>({
  kind: needed(oneOf("group")),
  name: needed(filledText),
  description: optional(text),
  owner: optional(principal),
  members: needed(listOf(principal)),
  onlyAllowMembersViewMembership: optional(flag),
  allowMembersEditMembership: optional(flag),
  allowRequestToJoinLeave: optional(flag),
  autoAcceptRequestToJoinLeave: optional(flag),
  requestToJoinLeaveEmailSetting: optional(text),
});

const roleDefinition = record<SourceRole>({
  kind: needed(oneOf("role")),
  name: needed(filledText),
  id: needed(int32),
  permMask: optional(textLike(/^[0-9]{1,20}$/, "a mask in decimal")),
  description: optional(text),
  hidden: optional(flag),
  order: optional(int32),
  type: optional(int32),
});

/** The item that a line of an inventory says: the JSON form of the model. Throws `Misfit`. */
export const inventoryItem: Shape<InventoryItem> = tagged<InventoryItem>("kind", {
  file,
  folder,
  item: listItem,
  list,
  deletion,
  problem,
  user,
  group,
  role: roleDefinition,
});
