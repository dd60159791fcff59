import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { guidKey } from "../id-table.ts";
import { folded } from "../name-rules.ts";
import { isGuid } from "../schema/values.ts";
import {
  checkWeb,
  isServerRelative,
  type RuleContext,
  requireAttributes,
  requireEqual,
  toServerRelative,
} from "./context.ts";
import { checkFile } from "./file.ts";
import { checkFolder } from "./folder.ts";
import { checkListItem } from "./item.ts";
import { checkRoleAssignments, checkRoles } from "./permissions.ts";

/** What an SPObject of each type holds. */
const elementOfType: Readonly<Record<string, string>> = {
  SPList: "List",
  SPDocumentLibrary: "DocumentLibrary",
  SPListItem: "ListItem",
  SPFolder: "Folder",
  SPFile: "File",
  SPContentType: "ContentType",
  DeploymentUserX: "UserX",
  DeploymentGroupX: "GroupX",
  DeploymentRoles: "Roles",
  DeploymentRoleX: "RoleX",
  DeploymentRoleAssignments: "RoleAssignments",
  DeploymentRoleAssignmentX: "RoleAssignmentX",
};
const contentTypes: ReadonlySet<string> = new Set(["SPList", "SPDocumentLibrary", "SPListItem", "SPFolder", "SPFile"]);

/** One SPObject of a manifest, after its schema was looked at. */
export function checkObject(context: RuleContext, object: XmlElement): void {
  const { facts } = context;
  const { Id: id, ObjectType: type } = object.attributes;
  const element = object.children[0];
  facts.objects++;
  requireAttributes(context, object, ["Id", "ObjectType"]);
  checkWeb(context, object);
  if (id !== undefined) checkId(context, object, id);
  if (type !== undefined && contentTypes.has(type) && facts.rolesBegun) {
    context.report(
      "OBJECT_ORDER",
      object,
      `Content must stand before roles and role assignments: current value is ${quoted(type)}`,
      "warning",
    );
  }
  const isDeleted = isTrue(object.attributes.IsDeleted);
  if (element === undefined) {
    if (isDeleted) checkDeletion(context, object, undefined);
    else context.report("OBJECT_MISMATCH", object, `SPObject must hold one element: current value is none`);
    return;
  }
  const expected = elementOfType[type ?? ""];
  if (type !== undefined && expected !== undefined && expected !== element.name) {
    context.report(
      "OBJECT_MISMATCH",
      object,
      `SPObject of type ${type} must hold ${expected}: current value is ${quoted(element.name)}`,
    );
    return;
  }
  requireEqual(context, element, ["Id", element.attributes.Id], ["that of SPObject", id], "OBJECT_MISMATCH");
  if (isDeleted) checkDeletion(context, object, element);
  else {
    checkElement(context, object, element);
    checkUrl(context, object, element);
  }
}

function isTrue(value: string | undefined): boolean {
  return value === "true" || value === "1";
}

/** What a deletion names is in the target: nothing of it is content of the package. */
function checkDeletion(context: RuleContext, object: XmlElement, element: XmlElement | undefined): void {
  const { facts } = context;
  facts.deletions++;
  const { Url: url } = object.attributes;
  if (url !== undefined) facts.deleted.set(url, context.place(object));
  const blob = element?.attributes.FileValue;
  if (element !== undefined && blob !== undefined) {
    context.report(
      "DELETION_WITH_CONTENT",
      element,
      `A deletion must name no content: current value of FileValue is ${quoted(blob)}`,
    );
  }
  checkUrl(context, object, element);
}

function checkElement(context: RuleContext, object: XmlElement, element: XmlElement): void {
  const { name } = element;
  if (name === "Folder") checkFolder(context, object, element);
  else if (name === "File") checkFile(context, object, element);
  else if (name === "ListItem") checkListItem(context, object, element);
  else if (name === "List" || name === "DocumentLibrary") checkListObject(context, object, element);
  else if (name === "Roles" || name === "RoleAssignments") {
    context.facts.rolesBegun = true;
    if (name === "Roles") checkRoles(context, element);
    else checkRoleAssignments(context, element);
  }
}

/** Lists and their root folders may stand in each package, and folders get a look of their own. */
function checkId(context: RuleContext, object: XmlElement, id: string): void {
  const { facts } = context;
  const key = id.toLowerCase();
  if (facts.systemObjects.has(key)) {
    context.report(
      "SYSTEM_OBJECT_REDEFINED",
      object,
      `An object must not be a system object too: current value is ${quoted(id)}`,
    );
  }
  const bits = guidKey(id);
  if (bits !== undefined && !facts.ids.add(bits)) {
    context.report("DUPLICATE_ID", object, `No two objects may have one id: current value is ${quoted(id)}`);
  }
}

function checkListObject(context: RuleContext, object: XmlElement, list: XmlElement): void {
  const { facts } = context;
  const { Id: id, RootFolderUrl: rootUrl, ParentWebId: webId } = list.attributes;
  checkWeb(context, list);
  requireEqual(
    context,
    object,
    ["ParentId", object.attributes.ParentId],
    ["ParentWebId of the list", webId],
    "LINK_MISMATCH",
  );
  if (id !== undefined && isGuid(id)) {
    if (facts.target !== undefined && !facts.lists.has(id.toLowerCase())) {
      context.report(
        "TARGET_MISMATCH",
        list,
        `The list must be the target's, ${facts.target.listId}: current value is ${id}`,
      );
    }
    facts.lists.add(id.toLowerCase());
    context.run.define(id, "list", context.packageIndex);
  }
  if (rootUrl === undefined) return;
  if (isServerRelative(rootUrl)) facts.listRoots.add(folded(rootUrl));
  else
    context.report(
      "URL_FORM",
      list,
      `RootFolderUrl must begin with a slash and not end with one: current value is ${quoted(rootUrl)}`,
    );
}

const urlOfElement: Readonly<Record<string, string>> = { Folder: "Url", File: "Url", ListItem: "FileUrl" };

/** The object's URL is the server-relative form of the web-relative one inside. */
function checkUrl(context: RuleContext, object: XmlElement, element: XmlElement | undefined): void {
  const url = object.attributes.Url;
  if (url === undefined) return;
  if (!isServerRelative(url)) {
    context.report(
      "URL_FORM",
      object,
      `Url must be server-relative with leading slash: current value is ${quoted(url)}`,
    );
    return;
  }
  const inner = element?.attributes[urlOfElement[element.name] ?? ""];
  if (element === undefined || inner === undefined || inner.startsWith("/")) return;
  requireEqual(
    context,
    object,
    ["Url", url],
    [`that of ${element.name} below the web`, toServerRelative(context, inner)],
    "URL_MISMATCH",
  );
}
