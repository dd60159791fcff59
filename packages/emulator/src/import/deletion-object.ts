import { urlOf } from "../site/entry.ts";
import { demandWeb, type ImportContext, type Imported, neededGuid, nothingStored } from "./context.ts";
import { demand } from "./fault.ts";
import type { Element } from "./xml-reader.ts";

/** An object with `IsDeleted`: what it names goes to the recycle bin. */
export async function importDeletion(context: ImportContext, object: Element): Promise<Imported> {
  demandWeb(context, object);
  const id = neededGuid(object, "Id");
  if (context.request.switches.deletedObjects === "ignore") {
    context.warn(`The object '${id}' is not deleted.`);
    return { url: object.attributes.Url ?? "", ...nothingStored };
  }
  const entry = context.site.find(id) ?? context.site.findByListItemId(id);
  if (entry === undefined) {
    context.warn(`The object '${id}' to be deleted does not exist.`);
    return { url: object.attributes.Url ?? "", ...nothingStored };
  }
  demand(entry.kind !== "root", `The root folder '${urlOf(entry)}' can't be deleted.`);
  const url = urlOf(entry);
  await context.site.exclusively(() => context.site.recycle(entry, context.request.jobId));
  return { url, ...nothingStored };
}
