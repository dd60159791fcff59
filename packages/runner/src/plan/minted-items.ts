import type { PackagePlan, PlannedItem, TargetPath } from "@primepack/core";
import type { MintedItem } from "@primepack/event-reader";
import { contentsOf } from "./narrowed-plan.ts";

/**
 * What a package's job may tell of, by every id that the plan gave it: its items, and what its scopes are of besides
 * (the list, folders of the target), which stand under the id of that object.
 *
 * `isLeftOut` tells of items that failed while the package was built, and so are not in it.
 */
export function* mintedItems(
  plan: PackagePlan,
  isLeftOut: (id: string) => boolean,
): Generator<MintedItem, void, undefined> {
  const scopesOf = new Map<string, string>();
  for (const { id, objectId } of plan.scopes ?? []) scopesOf.set(objectId, id);
  for (const item of plan.items) {
    if (isLeftOut(item.id)) continue;
    yield {
      key: item.id,
      ids: [...idsOf(item), scopesOf.get(item.id)].filter((id) => id !== undefined),
      blobs: contentsOf(item).map(({ blob }) => blob),
      url: urlOf(plan, item.path),
      ...(item.kind === "deletion" ? {} : { itemId: item.itemId }),
    };
  }
  const items = new Set(plan.items.map(({ id }) => id));
  for (const { id, objectId, path } of plan.scopes ?? []) {
    // The id of the list or folder itself stands in messages about what is in it.
    if (!items.has(objectId)) yield { key: objectId, ids: [id], url: urlOf(plan, path) };
  }
}

function idsOf(item: PlannedItem): string[] {
  const attachments = item.kind === "item" ? (item.attachments ?? []) : [];
  return [item.id, item.listItemId, ...attachments.map(({ id }) => id)];
}

/** Server-relative, not percent-encoded. */
export function urlOf({ target: { webUrl, listUrl } }: PackagePlan, path: TargetPath): string {
  return [webUrl === "/" ? "" : webUrl, listUrl, ...path].join("/");
}
