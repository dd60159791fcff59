import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { isDateTime } from "../schema/values.ts";
import { checkUser, type RuleContext } from "./context.ts";

/** Who shared the item with whom. Only what can be told of the item alone; the rest waits for the package's end. */
export function checkSharing(context: RuleContext, item: XmlElement): void {
  const events = item.children
    .filter(({ name }) => name === "SharedWithEvents")
    .flatMap(({ children }) => children)
    .filter(({ name }) => name === "SharedWithEvent");
  if (events.length === 0) return;
  const { DocId: docId, ParentFolderId: parentId } = item.attributes;
  context.facts.shared.push({ docId, parentId, place: context.place(item) });
  for (const event of events) {
    const { SharedTime: time, SharingInitiatorId: initiator, SharedById: sharedBy } = event.attributes;
    checkUser(context, event, "SharingInitiatorId", initiator);
    checkUser(context, event, "SharedById", sharedBy);
    const isTime = time !== undefined && isDateTime(time) && time.endsWith("Z");
    if (time !== undefined && !isTime) {
      context.report(
        "SCHEMA_DATE",
        event,
        `SharedTime must be a date of the form 2024-12-31T23:59:59.0000000Z: current value is ${quoted(time)}`,
      );
    }
    for (const member of event.children.flatMap(({ children }) => children)) {
      const { SharedWithId: receiver } = member.attributes;
      checkUser(context, member, "SharedWithId", receiver);
      if (isTime && receiver !== undefined) {
        const login = context.facts.logins.get(receiver) ?? receiver;
        context.run.sharing.add(login, Date.parse(time), context.place(event));
      }
    }
  }
}
