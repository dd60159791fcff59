import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Entry, type ListState, urlOf } from "../site/entry.ts";
import { mayBeNumbered } from "../site/site-state.ts";
import type { ImportedItem, ImportedItemVersion, ImportedLabel, ItemField, ModerationState } from "../site/types.ts";
import { keepAttachments, type ReceivedAttachment, receiveAttachments } from "./attachments.ts";
import { commentsOf } from "./comments.ts";
import { discard } from "./content.ts";
import {
  atWeb,
  demandWeb,
  given,
  type ImportContext,
  type Imported,
  isSameGuid,
  keptChildren,
  needed,
  neededGuid,
  nothingStored,
  type ObjectElement,
  stampsOf,
} from "./context.ts";
import { demand, Fault } from "./fault.ts";
import { fieldOf } from "./field-values.ts";
import { isSameUrl, leafOf } from "./names.ts";
import { demandNoConflict, folderWithId, itemIdOf, moveHere } from "./placement.ts";
import { sharingOf } from "./sharing.ts";
import { dateOf } from "./simple-types.ts";
import { demandLabels, versionLabel } from "./version-label.ts";
import { childNamed, childrenNamed, type Element } from "./xml-reader.ts";

/** Where an item belongs: at a file or folder, or (a plain list item) nowhere but in its list. */
interface ItemPlace {
  readonly list: ListState;
  readonly parent: Entry;
  /** Undefined: a plain list item that is new. */
  readonly entry: Entry | undefined;
  readonly uniqueId: string;
  readonly itemId: number;
  readonly name: string;
  readonly url: string;
}

const missingFileInfo = "Missing file info for list item";

/** `SPListItem`: columns and more of a file or folder, or a plain list item. */
export async function importListItem(context: ImportContext, { object, element }: ObjectElement): Promise<Imported> {
  demandWeb(context, element);
  const id = neededGuid(element, "Id");
  const place = placeOf(context, object, element, id);
  const record = itemRecord(context, element, place);
  const received = await receiveAttachments(context, element, place);
  try {
    await context.site.exclusively(() => keepItem(context, place, { ...record, listItemId: id }, received));
  } finally {
    await discard(received.map(({ content }) => content));
  }
  return { url: place.url, ...nothingStored };
}

function placeOf(context: ImportContext, object: Element, element: Element, id: string): ItemPlace {
  const itemId = itemIdOf(element, "IntId");
  const uniqueId = neededGuid(element, "DocId");
  const listId = neededGuid(element, "ParentListId");
  neededGuid(element, "ParentWebId");
  const parentId = neededGuid(element, "ParentFolderId");
  const url = atWeb(context, needed(element, "FileUrl"));
  const name = needed(element, "Name");
  needed(element, "Order");
  const list = context.site.list(listId);
  demand(list !== undefined, `List does not exist: '${listId}'.`);
  const parent = folderWithId(context, parentId);
  missing(parent !== undefined && parent.list === list, `the folder '${parentId}' is not in the list`);
  const isNamed = parent.kind !== "root" || context.namedRoots.has(parent.uniqueId.toLowerCase());
  missing(isNamed || !context.newLists.has(list.id), "the root folder of a new list is not in the package");
  missing(itemId > 0, `IntId is ${itemId}`);
  missing(!isSameGuid(id, uniqueId), "Id is that of the file");
  const above = object.attributes.ParentId;
  missing(above === undefined || isSameGuid(above, list.id), "ParentId of the object is not the list");
  const directory = needed(element, "DirName").replace(/^\//, "");
  missing(isSameUrl(`/${directory}`, urlOf(parent)), `DirName '${directory}' is not the folder '${urlOf(parent)}'`);
  missing(name === leafOf(url) && isSameUrl(`/${directory}/${name}`, url), `FileUrl '${url}' is not in the folder`);
  const entry = context.site.find(uniqueId);
  const place = { list, parent, entry, uniqueId, itemId, name, url: `${urlOf(parent)}/${name}` };
  demandDocument(context, element, place);
  const holder = context.site.findByListItemId(id);
  demand(holder === undefined || holder === entry, `The id '${id}' already exists in the site collection.`);
  return place;
}

function demandDocument(context: ImportContext, element: Element, place: ItemPlace): void {
  const { entry, list, itemId, name, url, uniqueId } = place;
  const type = element.attributes.DocType ?? "File";
  if (entry === undefined || entry.kind === "item") {
    missing(!list.isLibrary && type !== "Folder", `no file or folder has the id '${uniqueId}'`);
    demand(name === `${itemId}_.000`, `The name '${name}' of the list item ${itemId} is not valid.`, "argument");
  } else {
    missing((entry.kind === "folder") === (type === "Folder"), `DocType is ${type}, and '${uniqueId}' a ${entry.kind}`);
    missing(isSameUrl(urlOf(entry), url), `'${uniqueId}' is '${urlOf(entry)}'`);
    const isNumbered = entry.itemId === itemId || mayBeNumbered(entry);
    missing(isNumbered, `IntId is ${itemId}, that of the ${entry.kind} is ${entry.itemId}`);
  }
  const { parent } = place;
  demandNoConflict(context, { parent, name, url }, { uniqueId, itemId });
  const contentType = element.attributes.ContentTypeId;
  const isValid = contentType === undefined || /^0x01(?:[0-9a-fA-F]{2})*$/.test(contentType);
  demand(isValid, `The content type id '${contentType}' is not valid.`, "argument");
}

function missing(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Fault(`${missingFileInfo}: ${reason}`);
}

function itemRecord(context: ImportContext, element: Element, place: ItemPlace): Partial<ImportedItem> {
  const label = versionLabel(element.attributes.Version);
  const versions = childNamed(element, "Versions");
  const order = element.attributes.Order;
  return given<ImportedItem>({
    ...versionPart(context, element),
    label: place.entry?.kind === "file" ? undefined : label.text,
    order: order === undefined ? undefined : Number(order),
    progId: element.attributes.ProgId,
    itemVersions: versions && itemVersions(context, element, childrenNamed(versions, "ListItem"), place),
    sharing: sharingOf(context, element, place),
    comments: commentsOf(context, element),
    retentionLabel: retentionLabelOf(context, element),
    links: keptChildren(element, "Links"),
    eventReceivers: keptChildren(element, "EventReceivers"),
  });
}

function versionPart(context: ImportContext, element: Element): Partial<ImportedItemVersion> {
  const { ModerationStatus: status, ModerationComment: comment } = element.attributes;
  return given<ImportedItemVersion>({
    ...stampsOf(context, element),
    fields: fieldsOf(context, element),
    contentTypeId: element.attributes.ContentTypeId,
    moderation: status === undefined && comment === undefined ? undefined : given<ModerationState>({ status, comment }),
  });
}

function fieldsOf(context: ImportContext, element: Element): ItemField[] {
  const fields = childNamed(element, "Fields");
  return (fields ? childrenNamed(fields, "Field") : []).map((field) => fieldOf(field, (id) => context.people.find(id)));
}

function itemVersions(
  context: ImportContext,
  outer: Element,
  elements: readonly Element[],
  place: ItemPlace,
): ImportedItemVersion[] {
  const labels = elements.map((element) => versionLabel(element.attributes.Version));
  demandLabels(labels, versionLabel(outer.attributes.Version), place.url);
  return elements.map((element, index) => {
    demand(childNamed(element, "Versions") === undefined, `A version of '${place.url}' holds versions itself.`);
    for (const name of ["ParentWebId", "ParentListId", "IntId"]) {
      const value = element.attributes[name];
      const isSame = value === undefined || isSameGuid(value, outer.attributes[name] ?? value);
      demand(isSame, `The '${name}' of a version of '${place.url}' is not that of the item: '${value}'.`);
    }
    return { fields: [], ...versionPart(context, element), label: labels[index]?.text ?? "1.0" };
  });
}

/** The schema has the attributes of labels on `Field`. */
function retentionLabelOf(context: ImportContext, element: Element): ImportedLabel | undefined {
  const fields = childNamed(element, "Fields");
  const field = fields?.children.find(({ attributes }) => attributes.ListDefaultComplianceTag !== undefined);
  if (field === undefined) return undefined;
  const {
    ListDefaultComplianceTag: name = "",
    ListDefaultComplianceTagUserId: userId,
    ListDefaultCompliancetagWrittenTime: time,
    ListDefaultComplianceFlags: flags,
  } = field.attributes;
  const setAt = time === undefined ? undefined : `${dateOf(time).toISOString().slice(0, 19)}Z`;
  return {
    name,
    ...given<ImportedLabel>({
      ...{ setBy: context.people.author(userId), setAt },
      flags: flags === undefined ? undefined : Number(flags),
    }),
  };
}

async function keepItem(
  context: ImportContext,
  place: ItemPlace,
  record: Partial<ImportedItem>,
  received: readonly ReceivedAttachment[],
): Promise<void> {
  const { site, request } = context;
  const { parent, name, url, uniqueId, itemId } = place;
  demandNoConflict(context, { parent, name, url }, { uniqueId, itemId });
  const entry = site.find(uniqueId);
  await moveHere(context, { parent, name, url }, entry);
  const before = entry && (await site.read(entry));
  const attachments = await keepAttachments(context, uniqueId, received);
  const { isNumberedBySite: _, ...known } = before ?? {};
  await site.save(parent, {
    ...{ kind: "item", listId: place.list.id, uniqueId, parentId: parent.uniqueId, name, url },
    ...known,
    ...record,
    ...{ itemId, jobId: request.jobId },
    ...(attachments.length === 0 ? {} : { attachments }),
  });
  const kept = new Set(attachments.map(({ storedAs }) => storedAs));
  for (const { storedAs } of before?.attachments ?? []) {
    if (kept.size > 0 && !kept.has(storedAs)) await rm(join(site.directory, storedAs), { force: true });
  }
}
