import { PACKAGE_MAX_BYTES, PACKAGE_MAX_ITEMS } from "../model/index.ts";
import { quoted, type ReportAt } from "./finding.ts";
import { isEqualFolded } from "./name-rules.ts";
import type { DefinedItem, DefinedObject, PackageFacts } from "./package-facts.ts";
import type { RunFacts } from "./run-facts.ts";

/** What can only be told when all files of the package have been read. */
export function checkPackageEnd(facts: PackageFacts, run: RunFacts, packageIndex: number, report: ReportAt): void {
  for (const item of facts.items) checkLink(facts, item, report);
  if (!facts.isPartial) for (const object of facts.defined.values()) checkItemOf(object, report);
  resolveParents(facts, run, packageIndex, report);
  resolveScopes(facts, run, packageIndex);
  for (const { id, place } of facts.pendingRoles) {
    if (facts.roles.has(id)) continue;
    report(
      "ROLE_UNKNOWN",
      place,
      `The package doesn't define the role, and not every site has it: ${quoted(id)}`,
      "warning",
    );
  }
  checkSettings(facts, report);
  const { objectsProcessed } = facts;
  if (objectsProcessed !== undefined && !facts.isPartial && Number(objectsProcessed) !== facts.objects) {
    report(
      "COUNT_MISMATCH",
      "manifest/SystemData.xml",
      `ObjectsProcessed should be the number of objects, ${facts.objects}: current value is ${quoted(objectsProcessed)}`,
      "warning",
    );
  }
}

/** A plain list item has no file; its name is its integer id. */
const plainItemName = /^\d+_\.000$/;

function checkLink(facts: PackageFacts, item: DefinedItem, report: ReportAt): void {
  const { attributes, docId, place } = item;
  const object = docId === undefined ? undefined : facts.defined.get(docId.toLowerCase());
  if (object === undefined) {
    if (facts.isPartial) return;
    if (docId === undefined || (attributes.DocType !== "Folder" && plainItemName.test(attributes.Name ?? ""))) return;
    report(
      "ITEM_WITHOUT_FILE",
      place,
      `No file or folder of the package has the item's DocId: current value is ${quoted(docId)}`,
    );
    return;
  }
  if (object.hasItem)
    report("LINK_MISMATCH", place, `Another item has the same DocId: current value is ${quoted(object.id)}`);
  object.hasItem = true;
  if (item.order < object.order) {
    report(
      "OBJECT_ORDER",
      place,
      `An item should stand after its file or folder: current value is before ${object.id}`,
      "warning",
    );
  }
  const type = attributes.DocType ?? "File";
  const pairs: readonly (readonly [name: string, value: string | undefined, linked: string | undefined])[] = [
    ["DocType", type === "Unknown" ? undefined : type, object.kind],
    ["IntId", attributes.IntId, object.itemId ?? (object.kind === "file" ? "0" : undefined)],
    ["FileUrl", attributes.FileUrl, object.url],
    ["ParentFolderId", attributes.ParentFolderId, object.parentId],
    ["ParentListId", attributes.ParentListId, object.listId],
    ["ParentWebId", attributes.ParentWebId, object.webId],
    ["Version", attributes.Version ?? "1.0", object.version],
  ];
  for (const [name, value, linked] of pairs) {
    if (value === undefined || linked === undefined || isEqualFolded(value, linked)) continue;
    report(
      "LINK_MISMATCH",
      place,
      `${name} of the item must fit its ${object.kind}, ${quoted(linked)}: current value is ${quoted(value)}`,
    );
  }
}

function checkItemOf(object: DefinedObject, report: ReportAt): void {
  if (object.hasItem || object.itemId === undefined || Number(object.itemId) === 0) return;
  report(
    "FILE_WITHOUT_ITEM",
    object.place,
    `No item of the package belongs to the ${object.kind}, which names one: current value is ${quoted(object.itemId)}`,
    "warning",
  );
}

function resolveParents(facts: PackageFacts, run: RunFacts, packageIndex: number, report: ReportAt): void {
  for (const { id, url, place, by } of facts.pendingParents) {
    if (facts.defined.get(id.toLowerCase())?.kind === "folder") {
      report(
        "PARENT_AFTER_CHILD",
        place,
        `The parent folder of ${by} must stand before it: current value is ${quoted(id)}`,
      );
    } else {
      run.resolve(packageIndex, { id, place, by, role: "parent", ...(url === undefined ? {} : { url }) });
    }
  }
}

function resolveScopes(facts: PackageFacts, run: RunFacts, packageIndex: number): void {
  for (const { objectId, place } of facts.pendingScopes) {
    const key = objectId.toLowerCase();
    if (facts.ids.has(key) || facts.lists.has(key) || facts.webs.has(key) || facts.systemObjects.has(key)) continue;
    run.resolve(packageIndex, { id: objectId, place, by: "a role assignment", role: "scope" });
  }
}

function checkSettings(facts: PackageFacts, report: ReportAt): void {
  const { settings } = facts;
  if (settings === undefined) return;
  const place = "manifest/ExportSettings.xml";
  if (facts.hasVersions && settings.IncludeVersions !== "All") {
    report(
      "SETTINGS_MISMATCH",
      place,
      `IncludeVersions must be All as there are versions: current value is ${quoted(settings.IncludeVersions ?? "")}`,
    );
  }
  if (facts.hasAssignments && settings.IncludeSecurity !== "All") {
    report(
      "SETTINGS_MISMATCH",
      place,
      `IncludeSecurity must be All as there are permissions: current value is ${quoted(settings.IncludeSecurity ?? "")}`,
    );
  }
}

/**
 * Items and bytes of the package. A file that is too large for a package goes alone; one with too many versions too, and
 * the service then only advises against it.
 */
export function checkPackageSize(facts: PackageFacts, bytes: number, report: ReportAt): void {
  const linked = facts.items.filter(
    ({ docId }) => docId !== undefined && facts.defined.has(docId.toLowerCase()),
  ).length;
  let entries = facts.items.length - linked;
  for (const object of facts.defined.values()) entries += object.versions;
  const alone = facts.files === 1 && facts.folders === 0 && facts.items.length <= 1;
  if (entries > PACKAGE_MAX_ITEMS) {
    report(
      alone ? "MANY_VERSIONS" : "PACKAGE_OVER_LIMIT",
      "manifest",
      `A package should hold at most ${PACKAGE_MAX_ITEMS} items: current value is ${entries}`,
      alone ? "warning" : "error",
    );
  }
  if (bytes > PACKAGE_MAX_BYTES && !alone) {
    report(
      "PACKAGE_OVER_LIMIT",
      "content",
      `A package should hold at most ${PACKAGE_MAX_BYTES} bytes: current value is ${bytes}`,
    );
  }
}
