import {
  demandWeb,
  type ImportContext,
  type Imported,
  isSameGuid,
  neededGuid,
  nothingStored,
  type ObjectElement,
  optionalGuid,
} from "./context.ts";
import { demand } from "./fault.ts";
import { isSameUrl } from "./names.ts";

/** `SPList`, `SPDocumentLibrary`: describes a list that exists; a package can neither make nor change one. */
export async function importList(context: ImportContext, { element }: ObjectElement): Promise<Imported> {
  demandWeb(context, element);
  const id = neededGuid(element, "Id");
  const list = context.site.list(id);
  demand(list !== undefined, `List does not exist: '${id}'.`);
  const url = element.attributes.RootFolderUrl ?? "";
  demand(isSameUrl(url, list.url), `The list '${id}' is at '${list.url}', not at '${url}'.`);
  const root = optionalGuid(element, "RootFolderId");
  demand(
    root === undefined || isSameGuid(root, list.rootFolderId),
    `The root folder of '${list.url}' is not '${root}'.`,
  );
  demand(
    (element.name === "DocumentLibrary") === list.isLibrary,
    `The list '${list.url}' is ${list.isLibrary ? "a" : "no"} document library.`,
  );
  return { url: list.url, ...nothingStored };
}
