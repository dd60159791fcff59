import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded } from "../name-rules.ts";
import {
  checkAuthorsAndTimes,
  checkList,
  checkWeb,
  checkWebRelative,
  type RuleContext,
  requireAttributes,
  requireEqual,
} from "./context.ts";
import { checkParent, checkPlacement } from "./placement.ts";

const required = ["Id", "Name", "Url", "ParentFolderId", "ParentWebId"];

export function checkFolder(context: RuleContext, object: XmlElement, folder: XmlElement): void {
  const { facts, run, packageIndex } = context;
  const { Id: id, Url: url, ParentFolderId: parentId } = folder.attributes;
  requireAttributes(context, folder, required);
  checkWeb(context, folder);
  checkList(context, folder, "ContainingDocumentLibrary");
  checkAuthorsAndTimes(context, folder);
  requireEqual(
    context,
    folder,
    ["ParentFolderId", parentId],
    ["ParentId of SPObject", object.attributes.ParentId],
    "LINK_MISMATCH",
  );
  const serverRelative = checkWebRelative(context, folder, "Url");
  checkPlacement(context, folder, "folder", serverRelative);
  checkParent(context, folder, parentId, serverRelative);

  facts.folders++;
  if (id === undefined) return;
  facts.defined.set(id.toLowerCase(), {
    kind: "folder",
    id,
    name: folder.attributes.Name,
    url,
    parentId,
    listId: folder.attributes.ContainingDocumentLibrary,
    webId: folder.attributes.ParentWebId,
    itemId: folder.attributes.ListItemIntId,
    version: undefined,
    blob: undefined,
    place: context.place(folder),
    order: facts.objects,
    versions: 1,
    labels: [],
    contents: [],
    hasItem: false,
  });
  const before = run.define(id, "folder", packageIndex);
  const isRoot = serverRelative !== undefined && facts.listRoots.has(folded(serverRelative));
  if (serverRelative === undefined) return;
  const sameFolder = run.hasFolderPlace(id, serverRelative);
  if (before !== undefined && before.packageIndex !== packageIndex && before.packageIndex !== 0 && !isRoot) {
    // Every package may define the folders above its files again (a peer does, live), under the same id and URL.
    context.report(
      "DUPLICATE_ID",
      folder,
      `Another package defines the id too: current value is ${quoted(id)}`,
      sameFolder ? "warning" : "error",
    );
  }
  if (!sameFolder && before === undefined) {
    if (!run.addUrl(serverRelative)) {
      context.report(
        "NAME_CLASH",
        folder,
        `Another object has an equal URL: current value is ${quoted(serverRelative)}`,
      );
    }
  }
  if (before === undefined) run.addFolderPlace(id, serverRelative);
}
