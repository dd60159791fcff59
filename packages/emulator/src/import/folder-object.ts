import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ImportedItem } from "../site/types.ts";
import {
  atWeb,
  demandWeb,
  given,
  type ImportContext,
  type Imported,
  needed,
  neededGuid,
  nothingStored,
  type ObjectElement,
  optionalGuid,
  propertiesOf,
  timeOf,
} from "./context.ts";
import { demand } from "./fault.ts";
import { isSameUrl } from "./names.ts";
import { demandList, demandNoConflict, itemIdOf, moveHere, type Placement, placementOf } from "./placement.ts";

/** `SPFolder`: the list's root folder, one that exists, or a new one. */
export async function importFolder(context: ImportContext, { element }: ObjectElement): Promise<Imported> {
  demandWeb(context, element);
  const uniqueId = neededGuid(element, "Id");
  const parentId = neededGuid(element, "ParentFolderId");
  neededGuid(element, "ParentWebId");
  needed(element, "Name");
  const url = atWeb(context, needed(element, "Url"));
  const listId = optionalGuid(element, "ContainingDocumentLibrary");
  const root = context.site.lists.find((list) => isSameUrl(list.url, url));
  if (root) {
    const isSame = root.rootFolderId.toLowerCase() === uniqueId.toLowerCase();
    demand(isSame, `The root folder '${url}' already exists with the id '${root.rootFolderId}'.`);
    context.namedRoots.add(uniqueId.toLowerCase());
    return { url, ...nothingStored };
  }
  const placement = placementOf(context, element, parentId, "folder");
  demandList(listId, placement);
  const itemId = itemIdOf(element, "ListItemIntId");
  // Author, ModifiedBy and ProgId of a folder are not honoured.
  const item = {
    ...{ kind: "folder" as const, uniqueId, itemId },
    ...given<ImportedItem>({
      created: timeOf(element, "TimeCreated"),
      modified: timeOf(element, "TimeLastModified"),
      properties: propertiesOf(element),
    }),
  };
  await context.site.exclusively(() => keepFolder(context, placement, item));
  return { url: placement.url, ...nothingStored };
}

async function keepFolder(
  context: ImportContext,
  placement: Placement,
  item: Partial<ImportedItem> & Pick<ImportedItem, "uniqueId" | "itemId" | "kind">,
): Promise<void> {
  demandNoConflict(context, placement, item);
  const { parent, name, url } = placement;
  const known = context.site.find(item.uniqueId);
  demand(known === undefined || known.kind === "folder", `A file with the name ${url} already exists.`);
  await moveHere(context, placement, known);
  if (known) {
    const record = await context.site.read(known);
    // A folder that exists keeps its own dates; made by this job, it is made again.
    if (record.jobId !== context.request.jobId) return;
    const itemId = item.itemId || record.itemId;
    await context.site.save(parent, { ...record, ...item, itemId });
    await mkdir(join(context.site.directory, context.site.treePath(known)), { recursive: true });
    return;
  }
  const entry = await context.site.save(parent, {
    ...item,
    ...{ listId: parent.list.id, parentId: parent.uniqueId, name, url, jobId: context.request.jobId },
  });
  await mkdir(join(context.site.directory, context.site.treePath(entry)), { recursive: true });
}
