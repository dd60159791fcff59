import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded, isEqualFolded } from "../name-rules.ts";
import {
  checkAuthorsAndTimes,
  checkList,
  checkUser,
  checkWeb,
  checkWebRelative,
  leafName,
  parentUrl,
  type RuleContext,
  requireAttributes,
  requireEqual,
} from "./context.ts";
import { addContent } from "./file.ts";
import { checkParent } from "./placement.ts";
import { checkVersions, versionsOf } from "./versions.ts";

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
  for (const element of [item, ...versionsOf(item)]) {
    checkAuthorsAndTimes(context, element);
    checkUsersInside(context, element);
    gatherAttachments(context, element);
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
  facts.items.push({ id, docId, attributes: item.attributes, place: context.place(item), order: facts.objects });
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

/** Users that stand in field values, sharing events and comments. */
function checkUsersInside(context: RuleContext, item: XmlElement): void {
  for (const child of item.children) {
    if (child.name === "Fields") {
      for (const field of child.children) {
        const { Type: type, Value: value } = field.attributes;
        const user = type === "User" ? /^(\d+);/.exec(value ?? "")?.[1] : undefined;
        checkUser(context, field, "Value", user);
      }
    } else if (child.name === "SharedWithEvents") {
      for (const event of child.children) {
        checkUser(context, event, "SharingInitiatorId", event.attributes.SharingInitiatorId);
        checkUser(context, event, "SharedById", event.attributes.SharedById);
        for (const member of event.children.flatMap((members) => members.children)) {
          checkUser(context, member, "SharedWithId", member.attributes.SharedWithId);
        }
      }
    } else if (child.name === "Comments") {
      for (const comment of child.children) checkUser(context, comment, "UserId", comment.attributes.UserId);
    }
  }
}

/** Attachments can't carry hashes; their blobs' own MD5 and IV are all there is. */
function gatherAttachments(context: RuleContext, item: XmlElement): void {
  for (const attachments of item.children) {
    if (attachments.name !== "Attachments") continue;
    for (const attachment of attachments.children) {
      requireAttributes(context, attachment, ["Name", "FileValue"]);
      checkAuthorsAndTimes(context, attachment);
      addContent(context, attachment, false);
    }
  }
}
