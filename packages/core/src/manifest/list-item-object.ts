import type { PlannedDetails, PlannedFile, PlannedFolder, PlannedListItem } from "../model/index.ts";
import { fieldElements } from "./field-elements.ts";
import { versionId } from "./file-object.ts";
import type { ResolvedManifestForms } from "./forms.ts";
import type { AttachmentElement, FieldElement, ListItemElement } from "./list-item.ts";
import type { ListItemObject } from "./manifest.ts";
import { eventReceiverElements, linkElements } from "./passed-through.ts";
import type { Place } from "./place.ts";
import { commentElements, sharedWithEventElements } from "./social-elements.ts";
import { manifestTime } from "./times.ts";
import type { Writable } from "./writable.ts";

type ItemWithObject = PlannedFolder | PlannedFile | PlannedListItem;

/** Built-in content types: ids that every list knows. */
const contentTypes = { folder: "0x0120", file: "0x0101", item: "0x01" } as const;

/** `DocType`: an item of a list that is no library is a `File` without `SPFile`. */
const docTypes = { folder: "Folder", file: "File", item: "File" } as const;

/** `Order` is this many times the integer id: what SharePoint's own export and working builders write. */
const ORDER_STEP = 100;

/** What the list item's element has beside what the plan says of the item. */
interface ListItemContext {
  readonly place: Place;
  /** Last modification of the current version, as on the file where there is one. */
  readonly modified: string;
  readonly attachments?: readonly AttachmentElement[];
  readonly versionIds: ResolvedManifestForms["versionIds"];
}

/**
 * The `SPListItem` of a folder, a file or an item of a list. With older versions its `Versions` mirror the file's, each
 * with the columns that it had; the outer element has the current ones.
 */
export function listItemObject(item: ItemWithObject, context: ListItemContext): ListItemObject {
  const { place, modified, attachments } = context;
  const { webId, webUrl, listId } = place.target;
  const fields = fieldElements(item.fields, item.retentionLabel);
  const element = listItemElement(item, item, place, modified, fields);
  if (item.kind !== "folder" && item.versions?.length) {
    element.Versions = versionElements(item, item.versions, element, context);
  }
  if (attachments?.length) element.Attachments = attachments;
  // A file has its own.
  if (item.kind !== "file") {
    if (item.links !== undefined) element.Links = linkElements(item.links);
    if (item.eventReceivers !== undefined) element.EventReceivers = eventReceiverElements(item.eventReceivers);
  }
  if (item.sharing?.length) element.SharedWithEvents = sharedWithEventElements(item.sharing);
  if (item.comments?.length) element.Comments = commentElements(item.comments);
  return {
    Id: item.listItemId,
    ObjectType: "SPListItem",
    ParentId: listId,
    ParentWebId: webId,
    ParentWebUrl: webUrl,
    Url: place.serverRelative,
    ListItem: element,
  };
}

/** Minor versions are drafts (package format, 4). */
function isPublished(version: string): boolean {
  return version.endsWith(".0");
}

function versionElements(
  item: PlannedFile | PlannedListItem,
  older: readonly PlannedDetails[],
  current: ListItemElement,
  { place, versionIds }: ListItemContext,
): ListItemElement[] {
  const elements: Writable<ListItemElement>[] = older.map((version) =>
    listItemElement(item, version, place, version.modified, fieldElements(version.fields)),
  );
  elements.push({ ...current });
  if (versionIds === "distinct") {
    for (const element of elements) element.Id = versionId(item.listItemId, element.Version ?? "");
  }
  return elements;
}

function listItemElement(
  item: ItemWithObject,
  details: PlannedDetails,
  place: Place,
  modified: string,
  fields: readonly FieldElement[],
): Writable<ListItemElement> {
  const { webId, listId } = place.target;
  const element: Writable<ListItemElement> = {
    FileUrl: place.webRelative,
    DocType: docTypes[item.kind],
    ParentFolderId: item.parentId,
    Order: ORDER_STEP * item.itemId,
    Id: item.listItemId,
    ParentWebId: webId,
    ParentListId: listId,
    Name: place.name,
    DirName: place.dirName,
    IntId: item.itemId,
    DocId: item.id,
    Version: details.version,
    ContentTypeId: item.contentTypeId ?? contentTypes[item.kind],
    Author: String(details.author),
    ModifiedBy: String(details.modifiedBy),
    TimeCreated: manifestTime(item.created),
    TimeLastModified: manifestTime(modified),
    ModerationStatus: details.moderation?.status ?? (isPublished(details.version) ? "Approved" : "Draft"),
    Fields: fields,
  };
  const comment = details.moderation?.comment;
  if (comment !== undefined) element.ModerationComment = comment;
  return element;
}
