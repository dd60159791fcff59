import { PATH_MAX_LENGTH } from "../../model/index.ts";
import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded, isEqualFolded, isThicket, refusedName } from "../name-rules.ts";
import { leafName, parentUrl, type RuleContext, toServerRelative } from "./context.ts";

/** What the strictest page writes as the limit; one character more is refused by all. */
const PATH_REFUSED_LENGTH: number = PATH_MAX_LENGTH + 1;

/** Name and path of a new file or folder, alone and beside the others of all packages. */
export function checkPlacement(
  context: RuleContext,
  element: XmlElement,
  kind: "file" | "folder",
  serverRelativeUrl: string | undefined,
): void {
  const { Name: written, Url: url } = element.attributes;
  if (url === undefined) return;
  const leaf = leafName(url);
  if (written !== undefined && written !== leaf) {
    context.report(
      "URL_MISMATCH",
      element,
      `Name must be the last segment of Url, ${quoted(leaf)}: current value is ${quoted(written)}`,
    );
  }
  if (serverRelativeUrl === undefined) return;
  const inRoot = context.facts.listRoots.has(folded(parentUrl(serverRelativeUrl)));
  const refused = refusedName(leaf, { kind, inRoot });
  if (refused !== undefined) {
    context.report(
      "NAME_NOT_ALLOWED",
      element,
      `The name of a ${kind} must ${refused}: current value is ${quoted(leaf)}`,
    );
  } else if (kind === "folder" && isThicket(leaf)) {
    context.report(
      "NAME_UNUSUAL",
      element,
      `The name marks a folder of a saved web page, which may be hidden: ${quoted(leaf)}`,
      "warning",
    );
  }
  checkPathLength(context, element, serverRelativeUrl);
}

export function checkPathLength(context: RuleContext, element: XmlElement, serverRelativeUrl: string): void {
  const length = serverRelativeUrl.length - 1;
  if (length <= PATH_MAX_LENGTH) return;
  context.report(
    "PATH_TOO_LONG",
    element,
    `The path must have at most ${PATH_MAX_LENGTH} characters: current value is ${length}`,
    length > PATH_REFUSED_LENGTH ? "error" : "warning",
  );
}

/** The folder that an object is in must be known, stand before it, and lie where the object's URL says. */
export function checkParent(
  context: RuleContext,
  element: XmlElement,
  parentId: string | undefined,
  serverRelativeUrl: string | undefined,
): void {
  if (parentId === undefined) return;
  const { facts } = context;
  const key = parentId.toLowerCase();
  // A list's id stands for its root folder (seen live for files in the root).
  if (facts.lists.has(key)) return;
  const url = serverRelativeUrl === undefined ? undefined : parentUrl(serverRelativeUrl);
  const by = `${element.name} ${quoted(element.attributes.Id ?? "")}`;
  const system = facts.systemObjects.get(key);
  const defined = facts.defined.get(key);
  if (system !== undefined) {
    if (system.type === "Folder") checkParentUrl(context, element, by, parentId, url, system.url);
    else if (system.type !== "Web") {
      context.report("PARENT_UNKNOWN", element, `The parent of ${by} is no folder: ${quoted(parentId)}`);
    }
  } else if (defined === undefined) {
    facts.pendingParents.push({ id: parentId, url, place: context.place(element), by });
  } else if (defined.kind === "folder") {
    const parent = defined.url === undefined ? undefined : toServerRelative(context, defined.url);
    checkParentUrl(context, element, by, parentId, url, parent);
  } else {
    context.report("PARENT_UNKNOWN", element, `The parent of ${by} is no folder: ${quoted(parentId)}`);
  }
}

function checkParentUrl(
  context: RuleContext,
  element: XmlElement,
  by: string,
  parentId: string,
  url: string | undefined,
  parent: string | undefined,
): void {
  if (url === undefined || parent === undefined || isEqualFolded(url, parent)) return;
  context.report(
    "URL_MISMATCH",
    element,
    `The parent folder of ${by} must be the one at ${quoted(url)}: current value is ${quoted(parentId)} at ${quoted(parent)}`,
  );
}
