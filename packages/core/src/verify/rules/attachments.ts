import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded, isEqualFolded, refusedName } from "../name-rules.ts";
import { addContent } from "./contents.ts";
import {
  addOwnId,
  checkAuthorsAndTimes,
  checkWeb,
  isServerRelative,
  leafName,
  parentUrl,
  type RuleContext,
  requireAttributes,
  toServerRelative,
} from "./context.ts";
import { checkPathLength } from "./placement.ts";

const required = ["Name", "FileValue"];

/**
 * Attachments of an item. They can't carry hashes: their blobs' own MD5 and IV are all there is.
 *
 * @param again Whether the item's other versions may name the same blobs.
 */
export function checkAttachments(context: RuleContext, item: XmlElement, again: boolean): void {
  const attachments = item.children
    .filter(({ name }) => name === "Attachments")
    .flatMap(({ children }) => children)
    .filter(({ name }) => name === "Attachment");
  const names = new Set<string>();
  for (const attachment of attachments) {
    const { Name: name, Id: id, Url: url } = attachment.attributes;
    requireAttributes(context, attachment, required);
    checkAuthorsAndTimes(context, attachment);
    checkWeb(context, attachment);
    if (name !== undefined) {
      checkName(context, attachment, name);
      if (names.has(folded(name))) {
        context.report(
          "ATTACHMENT_DUPLICATE",
          attachment,
          `Attachments of an item must differ in Name: current value is ${quoted(name)}`,
        );
      }
      names.add(folded(name));
    }
    if (id !== undefined && !again) addOwnId(context, attachment, id);
    if (url !== undefined) checkUrl(context, item, attachment, url);
    addContent(context, attachment, { again, isAttachment: true });
  }
  if (!again) context.facts.attachments += attachments.length;
}

function checkName(context: RuleContext, attachment: XmlElement, name: string): void {
  const refused = refusedName(name, { kind: "file", inRoot: false });
  if (refused === undefined) return;
  context.report(
    "NAME_NOT_ALLOWED",
    attachment,
    `The name of an attachment must ${refused}: current value is ${quoted(name)}`,
  );
}

/** Both forms are in use, relative to the web and to the server; both end with `Attachments`, the item's number, and the name. */
function checkUrl(context: RuleContext, item: XmlElement, attachment: XmlElement, url: string): void {
  const { Name: name } = attachment.attributes;
  const { IntId: itemId } = item.attributes;
  const isServerForm = url.startsWith("/");
  if (isServerForm ? !isServerRelative(url) : url === "" || url.endsWith("/") || url.includes("//")) {
    context.report("URL_FORM", attachment, `Url must be relative to web or server: current value is ${quoted(url)}`);
    return;
  }
  const whole = isServerForm ? url : toServerRelative(context, url);
  if (whole === undefined) return;
  checkPathLength(context, attachment, whole);
  const folder = parentUrl(whole);
  const isInPlace = itemId === undefined || folded(folder).endsWith(folded(`/Attachments/${itemId}`));
  if (isInPlace && (name === undefined || isEqualFolded(leafName(whole), name))) return;
  context.report(
    "URL_MISMATCH",
    attachment,
    `Url must end with ${quoted(`Attachments/${itemId ?? ""}/${name ?? ""}`)}: current value is ${quoted(url)}`,
  );
}
