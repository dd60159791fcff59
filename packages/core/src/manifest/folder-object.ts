import type { PlannedFolder } from "../model/index.ts";
import type { FolderElement } from "./folder.ts";
import type { FolderObject } from "./manifest.ts";
import type { Place } from "./place.ts";
import { propertyElements } from "./property-elements.ts";
import { manifestTime } from "./times.ts";
import type { Writable } from "./writable.ts";

/** The `SPFolder` of a folder. Its author stands on its list item: on `Folder` the import was seen to ignore it. */
export function folderObject(folder: PlannedFolder, place: Place): FolderObject {
  const { id, parentId, itemId, created, modified, progId, properties } = folder;
  const { webId, webUrl, listId } = place.target;
  const element: Writable<FolderElement> = {
    Id: id,
    Url: place.webRelative,
    Name: place.name,
    ParentFolderId: parentId,
    ParentWebId: webId,
    ParentWebUrl: webUrl,
    ContainingDocumentLibrary: listId,
    ListItemIntId: itemId,
    TimeCreated: manifestTime(created),
    TimeLastModified: manifestTime(modified),
    SortBehavior: "1",
  };
  if (progId !== undefined) element.ProgId = progId;
  if (properties !== undefined) element.Properties = propertyElements(properties);
  return {
    Id: id,
    ObjectType: "SPFolder",
    ParentId: parentId,
    ParentWebId: webId,
    ParentWebUrl: webUrl,
    Url: place.serverRelative,
    Folder: element,
  };
}
