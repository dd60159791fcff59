import { isUtf8 } from "node:buffer";
import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { isBase64 } from "../schema/values.ts";
import { checkTimes, checkUser, type RuleContext } from "./context.ts";

/** `ParentId` of a comment that answers none. */
const NO_PARENT = "0";

/** What was said of a file or item. */
export function checkComments(context: RuleContext, element: XmlElement): void {
  const comments = element.children
    .filter(({ name }) => name === "Comments")
    .flatMap(({ children }) => children)
    .filter(({ name }) => name === "Comment");
  const ids = new Set<string>();
  for (const comment of comments) {
    const { Id: id, Text: text, UserId: user } = comment.attributes;
    checkUser(context, comment, "UserId", user);
    checkTimes(context, comment, ["Created"]);
    if (text !== undefined && !isText(text)) {
      context.report("COMMENT_INVALID", comment, `Text must be base64 of UTF-8: current value is ${quoted(text)}`);
    }
    if (id === undefined) continue;
    if (ids.has(id) || id === NO_PARENT) {
      context.report(
        "COMMENT_INVALID",
        comment,
        `Comments must differ in Id, and have another than 0: current value is ${quoted(id)}`,
      );
    }
    ids.add(id);
  }
  for (const comment of comments) {
    const { Id: id, ParentId: parent = NO_PARENT } = comment.attributes;
    if (parent === NO_PARENT || (ids.has(parent) && parent !== id)) continue;
    context.report(
      "COMMENT_PARENT_UNKNOWN",
      comment,
      `ParentId must be 0 or the Id of another comment: current value is ${quoted(parent)}`,
    );
  }
}

function isText(text: string): boolean {
  return isBase64(text) && isUtf8(Buffer.from(text, "base64"));
}
