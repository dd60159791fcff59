import { PACKAGE_MAX_BYTES, PACKAGE_MAX_ITEMS } from "../model/index.ts";
import { quoted, type ReportAt } from "./finding.ts";
import { guidKey } from "./id-table.ts";
import { isEqualFolded } from "./name-rules.ts";
import type { DefinedItem, DefinedObject, PackageFacts, PendingScope } from "./package-facts.ts";
import type { RunFacts } from "./run-facts.ts";

/** What can only be told when all files of the package have been read. */
export function checkPackageEnd(facts: PackageFacts, run: RunFacts, packageIndex: number, report: ReportAt): void {
  const documents = new Set<string>();
  for (const item of facts.items) checkLink(facts, item, documents, report);
  if (!facts.isPartial) for (const object of facts.defined.values()) checkItemOf(object, report);
  resolveParents(facts, run, packageIndex, report);
  resolveScopes(facts, run, packageIndex, report);
  checkSharingOfParents(facts, run, report);
  if (!facts.isPartial) checkPrincipals(facts, report);
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

function checkLink(facts: PackageFacts, item: DefinedItem, documents: Set<string>, report: ReportAt): void {
  const { attributes, docId, place } = item;
  const object = docId === undefined ? undefined : facts.defined.get(docId.toLowerCase());
  if (object === undefined) {
    if (facts.isPartial || docId === undefined) return;
    if (attributes.DocType !== "Folder" && plainItemName.test(attributes.Name ?? "")) {
      checkPlainItem(item, report);
      if (documents.has(docId.toLowerCase())) {
        report("LINK_MISMATCH", place, `Another item has the same DocId: current value is ${quoted(docId)}`);
      }
      documents.add(docId.toLowerCase());
      return;
    }
    report(
      "ITEM_WITHOUT_FILE",
      place,
      `No file or folder of the package has the item's DocId: current value is ${quoted(docId)}`,
    );
    return;
  }
  if (item.attachments.length > 0) {
    report(
      "ATTACHMENT_IN_LIBRARY",
      place,
      `Only items without file or folder may have attachments: current value is ${item.attachments.length}`,
    );
  }
  checkVersionLabels(item, object, report);
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

/** A list item without a file is called by its number. */
function checkPlainItem({ attributes, place }: DefinedItem, report: ReportAt): void {
  const { IntId: number, Name: name = "" } = attributes;
  if (number === undefined || name === `${number}_.000`) return;
  report(
    "LINK_MISMATCH",
    place,
    `Name of a list item must be ${quoted(`${number}_.000`)}, of its IntId: current value is ${quoted(name)}`,
  );
}

/** Where both carry versions, the item's are those of its file. */
function checkVersionLabels(item: DefinedItem, object: DefinedObject, report: ReportAt): void {
  if (item.labels.length === 0 || object.labels.length === 0) return;
  const ofItem = item.labels.join(", ");
  const ofFile = object.labels.join(", ");
  if (ofItem === ofFile) return;
  report(
    "VERSION_LINK",
    item.place,
    `Versions of an item must be those of its file, ${quoted(ofFile)}: current value is ${quoted(ofItem)}`,
  );
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

/** Unique scopes of one list. Permission page: what is advised, and what is refused. */
const SCOPES_ADVISED = 5_000;
const SCOPES_MAX = 50_000;

function resolveScopes(facts: PackageFacts, run: RunFacts, packageIndex: number, report: ReportAt): void {
  const [firstList = ""] = facts.lists;
  // Of several items of one document, which have their finding, the first counts.
  const items = new Map(facts.items.toReversed().map((item) => [item.docId?.toLowerCase(), item]));
  for (const scope of facts.pendingScopes) {
    const { objectId, place } = scope;
    const key = objectId.toLowerCase();
    const defined = facts.defined.get(key);
    const isList = facts.lists.has(key);
    checkScopeCount(run, isList ? key : (defined?.listId?.toLowerCase() ?? firstList), place, report);
    if (isList) checkScopeObject(facts, scope, { kind: "list" }, report);
    else {
      const url = defined?.url ?? items.get(key)?.attributes.FileUrl;
      const kind = defined?.kind ?? (items.has(key) ? "list item" : undefined);
      if (kind !== undefined) checkScopeObject(facts, scope, { kind, url }, report);
    }
    const bits = guidKey(objectId);
    const isObject = bits !== undefined && facts.ids.get(bits) !== 0;
    if (isList || isObject || facts.webs.has(key) || facts.systemObjects.has(key) || facts.docIds.has(key)) {
      continue;
    }
    run.resolve(packageIndex, { id: objectId, place, by: "a role assignment", role: "scope" });
  }
}

function checkScopeCount(run: RunFacts, list: string, place: string, report: ReportAt): void {
  const count = run.addScope(list);
  if (count === SCOPES_ADVISED + 1) {
    report(
      "MANY_SCOPES",
      place,
      `A list should have at most ${SCOPES_ADVISED} unique scopes: current value is more`,
      "warning",
    );
  } else if (count === SCOPES_MAX + 1) {
    report("SCOPE_OVER_LIMIT", place, `A list can have at most ${SCOPES_MAX} unique scopes: current value is more`);
  }
}

/** `1` is a list, `2` all that is in one; the URL is the object's own. */
function checkScopeObject(
  facts: PackageFacts,
  { place, type, url }: PendingScope,
  object: { readonly kind: string; readonly url?: string | undefined },
  report: ReportAt,
): void {
  const expected = object.kind === "list" ? "1" : "2";
  if (type !== undefined && type !== expected) {
    report(
      "LINK_MISMATCH",
      place,
      `ObjectType of a scope must be ${expected} for a ${object.kind}: current value is ${quoted(type)}`,
    );
  }
  const { webUrl } = facts;
  if (url === undefined || webUrl === undefined) return;
  // A URL that is wrong in itself has its finding at the object.
  const wholes =
    object.kind === "list"
      ? [...facts.listRoots].map(withoutSlash)
      : object.url === undefined
        ? []
        : [withoutSlash(`${webUrl.slice(1)}/${withoutSlash(object.url)}`)];
  const [whole] = wholes;
  const given = withoutSlash(url);
  const forms = [given, withoutSlash(`${webUrl.slice(1)}/${given}`)];
  if (whole === undefined || wholes.some((one) => forms.some((form) => isEqualFolded(form, one)))) return;
  report(
    "URL_MISMATCH",
    place,
    `ObjectUrl of a scope must be that of its ${object.kind}, ${quoted(whole)}: current value is ${quoted(url)}`,
  );
}

function withoutSlash(url: string): string {
  return url.startsWith("/") ? url.slice(1) : url;
}

/** What is in a shared folder shows up with it: events of its own would be dropped. */
function checkSharingOfParents(facts: PackageFacts, run: RunFacts, report: ReportAt): void {
  for (const { docId } of facts.shared) {
    const key = docId === undefined ? undefined : guidKey(docId);
    if (key !== undefined) run.sharedFolders.add(key);
  }
  for (const { parentId, place } of facts.shared) {
    const seen = new Set<string>();
    for (let id = parentId?.toLowerCase(); id !== undefined && !seen.has(id); ) {
      seen.add(id);
      const key = guidKey(id);
      if (key !== undefined && run.sharedFolders.get(key) !== 0) {
        report(
          "SHARING_INHERITED",
          place,
          `An item must have no sharing events as a folder above it has: current value of that folder is ${quoted(id)}`,
          "warning",
        );
        break;
      }
      id = facts.defined.get(id)?.parentId?.toLowerCase();
    }
  }
}

/** An entry that peers send for the System Account. */
const systemAccountLogin = /^SHAREPOINT\\system$/i;

/** Whom nothing names costs the service a look-up; whom a named group names is named. */
function checkPrincipals(facts: PackageFacts, report: ReportAt): void {
  const used = new Set<string>();
  const open = [...facts.usedPrincipals];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (used.has(id)) continue;
    used.add(id);
    // One by one: what a hostile group names is too much for one call.
    for (const named of facts.groups.get(id) ?? []) open.push(named);
  }
  const unused = [...(facts.principals ?? [])].filter(
    (id) => !used.has(id) && !systemAccountLogin.test(facts.logins.get(id) ?? ""),
  );
  if (unused.length === 0) return;
  report(
    "USER_UNREFERENCED",
    "manifest/UserGroup.xml",
    `UserGroup.xml need not name whom no manifest names: current value is ${unused.length}, the first ${quoted(unused[0] ?? "")}`,
    "note",
  );
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
 * a list item with too many or too large attachments, and the service then only advises against it.
 */
export function checkPackageSize(facts: PackageFacts, bytes: number, report: ReportAt): void {
  const plainItems = facts.items.filter(({ docId }) => docId === undefined || !facts.defined.has(docId.toLowerCase()));
  const plain = plainItems.length;
  let entries = facts.attachments + facts.deletions;
  for (const { labels } of plainItems) entries += Math.max(1, labels.length);
  for (const object of facts.defined.values()) entries += object.versions;
  const alone = facts.files + plain === 1 && facts.folders + facts.deletions === 0;
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
