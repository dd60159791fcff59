import type { ImportedComment } from "../site/types.ts";
import type { ImportContext } from "./context.ts";
import { demand } from "./fault.ts";
import { childNamed, childrenNamed, type Element } from "./xml-reader.ts";

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** `Comments`; undefined: the item has no such element. */
export function commentsOf(context: ImportContext, item: Element): readonly ImportedComment[] | undefined {
  const comments = childNamed(item, "Comments");
  if (comments === undefined) return undefined;
  const ids = new Set(["0"]);
  return childrenNamed(comments, "Comment").map((comment): ImportedComment => {
    const { Id = "", Text = "", ParentId = "0", UserId = "", Created = "", UIVersion } = comment.attributes;
    demand(/^\d+$/.test(Id) && !ids.has(Id), `The id '${Id}' of a comment is not valid.`);
    demand(ids.has(ParentId), `The comment '${Id}' answers '${ParentId}', which is not there.`);
    ids.add(Id);
    demand(base64.test(Text), `The input is not a valid Base-64 string: text of the comment '${Id}'.`, "format");
    const author = context.people.author(UserId);
    demand(author !== undefined, `The comment '${Id}' has no UserId.`);
    const isTime = time.test(Created) && !Number.isNaN(Date.parse(Created));
    demand(isTime, `The time '${Created}' of the comment '${Id}' is not valid.`, "format");
    return {
      ...{ id: Id, parentId: ParentId, text: Buffer.from(Text, "base64").toString("utf8"), author, created: Created },
      ...(UIVersion === undefined ? {} : { uiVersion: Number(UIVersion) }),
    };
  });
}
