import { type Entry, urlOf } from "../site/entry.ts";
import type { Conflict } from "../site/site-state.ts";
import { atWeb, type ImportContext, isSameGuid, needed } from "./context.ts";
import { demand, errorCodes, Fault } from "./fault.ts";
import { demandName, demandPathLength, isSameUrl, leafOf } from "./names.ts";
import type { Element } from "./xml-reader.ts";

/** Where a file or folder object wants to be. */
export interface Placement {
  readonly parent: Entry;
  readonly name: string;
  /** Server-relative. */
  readonly url: string;
}

/** The folder with the id; `listId` too stands for its root folder, as was seen with files. */
export function folderWithId(context: ImportContext, id: string): Entry | undefined {
  const entry = context.site.find(id) ?? context.site.list(id)?.root;
  return entry?.kind === "folder" || entry?.kind === "root" ? entry : undefined;
}

/** Finds the parent by its id, and refuses names, paths and URLs that don't fit there. */
export function placementOf(
  context: ImportContext,
  element: Element,
  parentId: string,
  kind: "file" | "folder",
): Placement {
  const url = atWeb(context, needed(element, "Url"));
  const parent = folderWithId(context, parentId);
  demand(parent !== undefined, `The parent folder '${parentId}' of '${url}' does not exist in the target.`);
  const name = leafOf(url);
  const parentUrl = url.slice(0, -name.length - 1);
  demand(
    isSameUrl(parentUrl, urlOf(parent)),
    `The folder '${parentUrl}' does not exist: the parent '${parentId}' is '${urlOf(parent)}'.`,
  );
  const given = element.attributes.Name;
  demand(given === undefined || given === name, `The name '${given}' is not that of the URL '${url}'.`, "argument");
  demandName(name, { kind, isInRoot: parent.kind === "root", isLibrary: parent.list.isLibrary });
  demandPathLength(`${urlOf(parent)}/${name}`);
  return { parent, name, url: `${urlOf(parent)}/${name}` };
}

/** Refuses a list that isn't the one of the parent. */
export function demandList(listId: string | undefined, placement: Placement): void {
  demand(
    listId === undefined || isSameGuid(listId, placement.parent.list.id),
    `The list '${listId}' is not that of the folder '${urlOf(placement.parent)}'.`,
  );
}

/** The item id that the attribute gives; 0: none. */
export function itemIdOf(element: Element, name: string): number {
  const value = element.attributes[name];
  const itemId = value === undefined ? 0 : Number(value);
  demand(itemId >= 0, `The item id '${value}' is not valid.`, "argument");
  return itemId;
}

/** Refuses what stands in the way of another object. */
export function demandNoConflict(
  context: ImportContext,
  placement: Placement,
  object: { readonly uniqueId: string; readonly itemId: number },
): void {
  const { parent, name, url } = placement;
  const mayMove = context.request.switches.movedItems === "move";
  const conflict = context.site.conflict(parent, { ...object, name }, mayMove);
  if (conflict) throw conflictFault(conflict, url, name, object);
  const ids = [context.site.webId, context.site.siteId, ...context.site.lists.map(({ id }) => id)];
  demand(
    !ids.some((id) => isSameGuid(id, object.uniqueId)),
    `The id '${object.uniqueId}' is that of a site, web or list.`,
  );
}

/** Moves what is known under the id at another path; to be called when nothing stands in the way. */
export async function moveHere(context: ImportContext, placement: Placement, known: Entry | undefined): Promise<void> {
  const { parent, name } = placement;
  if (known === undefined || context.request.switches.movedItems !== "move") return;
  if (known.parent !== parent || known.name !== name) await context.site.move(known, parent, name);
}

function conflictFault(
  conflict: Conflict,
  url: string,
  name: string,
  object: { readonly uniqueId: string; readonly itemId: number },
): Fault {
  const exists = { code: errorCodes.fileExists };
  switch (conflict.reason) {
    case "name":
      return new Fault(`A file or folder with the name ${conflict.url} already exists.`, exists);
    case "id":
      return new Fault(
        `The id '${object.uniqueId}' of '${url}' already exists in the site collection: ${conflict.url}.`,
        exists,
      );
    case "recycled":
      return new Fault(
        `The id '${object.uniqueId}' of '${name}' already exists in the recycle bin, from ${conflict.url}.`,
        exists,
      );
    default:
      return new Fault(
        `The item id ${object.itemId} of '${url}' already exists or is another: ${conflict.url}.`,
        exists,
      );
  }
}
