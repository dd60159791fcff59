import type { Entry } from "../site/entry.ts";
import type { ImportedSharing, Principal } from "../site/types.ts";
import type { ImportContext } from "./context.ts";
import { childNamed, childrenNamed, type Element } from "./xml-reader.ts";

/** Sharing events of one receiver in 24 hours; the rest are dropped. */
const mostPerDay = 1_000;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** `SharedWithEvents`. What can't be taken is dropped with a warning; undefined: the item has no such element. */
export function sharingOf(
  context: ImportContext,
  item: Element,
  place: { readonly parent: Entry; readonly url: string },
): readonly ImportedSharing[] | undefined {
  const events = childNamed(item, "SharedWithEvents");
  if (events === undefined) return undefined;
  const warn = (message: string) => context.warn(`${message}: '${place.url}'.`, { objectType: "SharedWithObject" });
  if (isSharedAbove(context, place.parent)) {
    warn("The sharing events are dropped, as a folder above is shared already");
    return [];
  }
  return childrenNamed(events, "SharedWithEvent").flatMap((event) => {
    const { SharedTime = "", SharingInitiatorId = "", SharedById = "" } = event.attributes;
    const initiator = context.people.find(SharingInitiatorId);
    const sharedBy = context.people.find(SharedById);
    if (!time.test(SharedTime) || initiator === undefined || sharedBy === undefined) {
      warn(`The sharing event of '${SharedTime}' by '${SharingInitiatorId}', '${SharedById}' is dropped`);
      return [];
    }
    const sharedWith = receivers(context, event, warn);
    return sharedWith.length === 0 ? [] : [{ time: SharedTime, initiator, sharedBy, sharedWith }];
  });
}

function receivers(context: ImportContext, event: Element, warn: (message: string) => void): Principal[] {
  const members = childNamed(event, "SharedWithMembers");
  return (members ? childrenNamed(members, "SharedWithMember") : []).flatMap((member) => {
    const id = member.attributes.SharedWithId ?? "";
    const principal = context.people.find(id);
    if (principal === undefined) {
      warn(`The receiver '${id}' of a sharing event is not in the user map`);
      return [];
    }
    const key = principal.kind === "user" ? principal.login.toLowerCase() : `group ${principal.name.toLowerCase()}`;
    if (context.site.shareWith(key, mostPerDay)) return [principal];
    warn(`A sharing event is dropped, as '${id}' received more than ${mostPerDay} in 24 hours`);
    return [];
  });
}

function isSharedAbove(context: ImportContext, parent: Entry): boolean {
  for (let above: Entry | undefined = parent; above; above = above.parent) {
    if (context.site.isShared(above)) return true;
  }
  return false;
}
