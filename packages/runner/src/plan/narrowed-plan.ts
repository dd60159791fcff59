import type { PackagePlan, PlannedContent, PlannedItem } from "@primepack/core";

/**
 * The plan of a package that sends some items of another one: the same ids, blob names, people and dependencies under a
 * name of its own, with the scopes of what is left.
 *
 * `keep` says it of items and of what is no item, as the list, by the id of the object that a scope is of.
 */
export function narrowedPlan(plan: PackagePlan, name: string, keep: (id: string) => boolean): PackagePlan {
  const { scopes = [], ...rest } = plan;
  const items = plan.items.filter(({ id }) => keep(id));
  const kept = scopes.filter(({ objectId }) => keep(objectId));
  const contents = items.flatMap(contentsOf);
  return {
    ...rest,
    name,
    portable: contents.every(({ content }) => content.kind !== "local"),
    items,
    ...(kept.length === 0 ? {} : { scopes: kept }),
    entries: items.reduce((sum, item) => sum + entriesOf(item), 0),
    bytes: contents.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Bytes of plaintext of an item with its versions and attachments. */
export function bytesOfItem(item: PlannedItem): number {
  return contentsOf(item).reduce((sum, { size }) => sum + size, 0);
}

/** What of an item lies in blobs: versions, current content, attachments. */
export function contentsOf(item: PlannedItem): readonly PlannedContent[] {
  if (item.kind === "file") return [...(item.versions ?? []), item];
  return item.kind === "item" ? (item.attachments ?? []) : [];
}

function entriesOf(item: PlannedItem): number {
  if (item.kind === "file") return 1 + (item.versions?.length ?? 0);
  return item.kind === "item" ? 1 + (item.versions?.length ?? 0) + (item.attachments?.length ?? 0) : 1;
}
