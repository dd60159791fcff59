import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded, isEqualFolded } from "../name-rules.ts";
import type { AttachmentContent } from "../package-facts.ts";
import { checkAttachments } from "./attachments.ts";
import { checkComments } from "./comments.ts";
import {
  checkAuthorsAndTimes,
  checkList,
  checkWeb,
  checkWebRelative,
  leafName,
  parentUrl,
  type RuleContext,
  requireAttributes,
  requireEqual,
} from "./context.ts";
import { checkFields, checkLabel } from "./fields.ts";
import { checkParent } from "./placement.ts";
import { checkSharing } from "./sharing.ts";
import { checkVersions, versionOf, versionsOf } from "./versions.ts";

const required = [
  "Id",
  "IntId",
  "DocId",
  "Name",
  "DirName",
  "FileUrl",
  "ParentWebId",
  "ParentListId",
  "ParentFolderId",
];
const contentTypeId = /^0x(?:[0-9A-F]{2})+$/i;
const FOLDER_CONTENT_TYPE = /^0x0120/i;

export function checkListItem(context: RuleContext, object: XmlElement, item: XmlElement): void {
  const { facts, run, packageIndex } = context;
  const { Id: id, ParentListId: listId } = item.attributes;
  requireAttributes(context, item, required);
  checkWeb(context, item);
  checkList(context, item, "ParentListId");
  requireEqual(
    context,
    item,
    ["ParentListId", listId],
    ["ParentId of SPObject", object.attributes.ParentId],
    "LINK_MISMATCH",
  );
  checkItemId(context, item);
  const serverRelative = checkWebRelative(context, item, "FileUrl");
  checkUrls(context, item);
  checkParent(context, item, item.attributes.ParentFolderId, serverRelative);
  checkContentType(context, item);
  checkVersions(context, item);
  checkComments(context, item);
  checkSharing(context, item);
  const versions = versionsOf(item);
  for (const element of [item, ...versions]) {
    checkAuthorsAndTimes(context, element);
    checkLabel(context, element);
    checkFields(context, element);
    checkAttachments(context, element, element !== item);
  }
  if (id === undefined) return;
  const { DocId: docId } = item.attributes;
  if (docId?.toLowerCase() === id.toLowerCase()) {
    context.report(
      "LINK_MISMATCH",
      item,
      `An item must have an id of its own, not that of its file or folder: current value is ${quoted(id)}`,
    );
  }
  if (docId !== undefined) facts.docIds.add(docId.toLowerCase());
  facts.items.push({
    id,
    docId,
    attributes: item.attributes,
    place: context.place(item),
    order: facts.objects,
    labels: versions.map(versionOf),
    attachments: attachmentsOf(item),
  });
  const before = run.define(id, "item", packageIndex);
  if (before !== undefined && before.packageIndex !== packageIndex) {
    context.report("DUPLICATE_ID", item, `Another package defines the id too: current value is ${quoted(id)}`);
  }
}

function checkItemId(context: RuleContext, item: XmlElement): void {
  const { IntId: text, ParentListId: list } = item.attributes;
  if (text === undefined || !/^\d{1,10}$/.test(text)) return;
  const number = Number(text);
  const first = context.facts.target?.firstItemId ?? 1;
  if (number < first) {
    context.report("ITEM_ID_TAKEN", item, `IntId must be from ${first}: current value is ${number}`);
  } else if (!context.run.addItemId((list ?? "").toLowerCase(), number)) {
    context.report("DUPLICATE_ITEM_ID", item, `No two items of a list may have one IntId: current value is ${number}`);
  }
}

/** Name is the last segment of FileUrl, DirName the server-relative URL of the folder without its leading slash. */
function checkUrls(context: RuleContext, item: XmlElement): void {
  const { Name: name, DirName: directory, FileUrl: url } = item.attributes;
  if (url === undefined) return;
  requireEqual(context, item, ["Name", name], ["the last segment of FileUrl", leafName(url)], "URL_MISMATCH");
  const { webUrl } = context.facts;
  if (directory === undefined || webUrl === undefined) return;
  const folder = parentUrl(`/${url}`).slice(1);
  const expected = [webUrl.slice(1), folder].filter((part) => part !== "").join("/");
  if (directory.startsWith("/")) {
    context.report(
      "URL_FORM",
      item,
      `DirName must be server-relative without leading slash: current value is ${quoted(directory)}`,
      folded(directory.slice(1)) === folded(expected) ? "warning" : "error",
    );
  } else if (!isEqualFolded(directory, expected)) {
    context.report("URL_MISMATCH", item, `DirName must be ${quoted(expected)}: current value is ${quoted(directory)}`);
  }
}

function checkContentType(context: RuleContext, item: XmlElement): void {
  const { ContentTypeId: id, DocType: type = "File" } = item.attributes;
  if (id === undefined || type === "Unknown") return;
  if (!contentTypeId.test(id)) {
    context.report(
      "CONTENT_TYPE_MISMATCH",
      item,
      `ContentTypeId must be 0x and pairs of hexadecimal digits: current value is ${quoted(id)}`,
    );
  } else if (FOLDER_CONTENT_TYPE.test(id) !== (type === "Folder")) {
    context.report(
      "CONTENT_TYPE_MISMATCH",
      item,
      `ContentTypeId must fit DocType ${quoted(type)}: current value is ${quoted(id)}`,
    );
  }
}

function attachmentsOf(item: XmlElement): readonly AttachmentContent[] {
  return item.children
    .filter(({ name }) => name === "Attachments")
    .flatMap(({ children }) => children)
    .map(({ attributes }) => ({ name: attributes.Name, blob: attributes.FileValue }));
}
