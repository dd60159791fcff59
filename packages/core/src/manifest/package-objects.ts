import type { PackagePlan, PlannedItem, SealedBlob } from "../model/index.ts";
import { attachmentElements } from "./attachment-elements.ts";
import { deletionObject } from "./deletion-object.ts";
import { fileObject } from "./file-object.ts";
import { folderObject } from "./folder-object.ts";
import type { ResolvedManifestForms } from "./forms.ts";
import { listItemObject } from "./list-item-object.ts";
import type { ManifestObject } from "./manifest.ts";
import { permissionObjects } from "./permission-objects.ts";
import { Place } from "./place.ts";
import { sealedFile } from "./sealed-file.ts";
import { type UrlForms, urlForms } from "./url-forms.ts";
import type { WrittenFacts } from "./written-facts.ts";

export interface PackageObjectsInput {
  readonly plan: PackagePlan;
  /**
   * What storing a content gave, by its blob (or member of an archive). Undefined leaves out the item that has it, with
   * its scope: a `FileValue` without blob fails the job.
   */
  readonly sealed: (blob: string) => SealedBlob | undefined;
  readonly forms: ResolvedManifestForms;
}

/**
 * The objects of a package in the form that names web, list and root folder in SystemData.xml (package format, 2.2, form
 * A): in the plan's order, which has parents first, for each folder an `SPFolder` and its `SPListItem`, for each file an
 * `SPFile` and its `SPListItem`, for an item of a list its `SPListItem`, for a deletion one object; then roles and
 * permissions.
 *
 * What is written is noted in `facts` as it is taken.
 *
 * Throws MANIFEST_INVALID where elements that are passed through can't be written.
 */
export function* packageObjects(
  input: PackageObjectsInput,
  facts: WrittenFacts,
): Generator<ManifestObject, void, undefined> {
  const { plan } = input;
  const urls = urlForms(plan.target);
  const leftOut = new Set<string>();
  for (const item of plan.items) {
    const objects = itemObjects(item, urls, input);
    if (objects === undefined) {
      leftOut.add(item.id);
      continue;
    }
    if (item.kind !== "deletion") facts.item(item);
    facts.objects += objects.length;
    yield* objects;
  }
  const scopes = plan.scopes?.filter(({ objectId }) => !leftOut.has(objectId)) ?? [];
  for (const scope of scopes) facts.scope(scope);
  for (const object of permissionObjects(plan, scopes, urls)) {
    facts.objects += 1;
    yield object;
  }
}

/** Undefined for an item that is left out. */
function itemObjects(
  item: PlannedItem,
  urls: UrlForms,
  { plan, sealed, forms }: PackageObjectsInput,
): ManifestObject[] | undefined {
  const place = new Place(plan.target, urls, item);
  const { versionIds } = forms;
  switch (item.kind) {
    case "folder":
      return [folderObject(item, place), listItemObject(item, { place, modified: item.modified, versionIds })];
    case "file": {
      const file = sealedFile(item, sealed);
      if (file === undefined) return undefined;
      const { modified } = file.current;
      return [fileObject(item, file, place, forms), listItemObject(item, { place, modified, versionIds })];
    }
    case "item": {
      const attachments = attachmentElements(item, place, sealed, forms.attachmentUrl);
      if (attachments === undefined) return undefined;
      return [listItemObject(item, { place, modified: item.modified, attachments, versionIds })];
    }
    case "deletion":
      return [deletionObject(item, place)];
  }
}
