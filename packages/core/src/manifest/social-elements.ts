import type { PlannedComment, PlannedSharingEvent } from "../model/index.ts";
import type { CommentElement, SharedWithEventElement } from "./list-item.ts";
import { sharedTime } from "./times.ts";
import type { Writable } from "./writable.ts";

/** `ParentId` of a comment that answers none. */
const NO_PARENT = "0";

/** What was said of an item. The attributes are those of a published sample, which doesn't show where they stand. */
export function commentElements(comments: readonly PlannedComment[]): CommentElement[] {
  return comments.map(({ id, text, parentId, author, created, uiVersion }) => {
    const element: Writable<CommentElement> = {
      Id: id,
      Text: Buffer.from(text, "utf8").toString("base64"),
      ParentId: parentId ?? NO_PARENT,
      UserId: String(author),
      Created: created,
    };
    if (uiVersion !== undefined) element.UIVersion = String(uiVersion);
    return element;
  });
}

/** Who shared an item with whom. */
export function sharedWithEventElements(events: readonly PlannedSharingEvent[]): SharedWithEventElement[] {
  return events.map(({ time, initiator, sharedBy, sharedWith }) => ({
    SharedTime: sharedTime(time),
    SharingInitiatorId: String(initiator),
    SharedById: String(sharedBy),
    SharedWithMembers: sharedWith.map((id) => ({ SharedWithId: String(id) })),
  }));
}
