import type { PlannedDeletion } from "../model/index.ts";
import type { FileObject, FolderObject, ListItemObject } from "./manifest.ts";
import type { Place } from "./place.ts";
import type { Writable } from "./writable.ts";

/**
 * The one object that tells the target to delete something: of a file its `SPFile`, of a folder its `SPFolder`, without
 * the child. Their list items go with them; an object of its own for what is gone already could only be an error. Whether
 * the online service acts on any of it is uncertain (package format, 3.1).
 */
export function deletionObject(deletion: PlannedDeletion, place: Place): FolderObject | FileObject | ListItemObject {
  const { webId, webUrl, listId } = place.target;
  const common: Writable<Pick<FolderObject, "ParentId" | "ParentWebId" | "ParentWebUrl" | "Url" | "IsDeleted">> = {};
  if (deletion.of === "item") common.ParentId = listId;
  else if (deletion.parentId !== undefined) common.ParentId = deletion.parentId;
  common.ParentWebId = webId;
  common.ParentWebUrl = webUrl;
  common.Url = place.serverRelative;
  common.IsDeleted = true;
  if (deletion.of === "item") return { Id: deletion.listItemId, ObjectType: "SPListItem", ...common };
  return { Id: deletion.id, ObjectType: deletion.of === "file" ? "SPFile" : "SPFolder", ...common };
}
