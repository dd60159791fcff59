import type { LineFinding } from "@primepack/cross-tenant";

type Finding = { readonly type: "finding"; readonly finding: LineFinding };

/** A finding's fields stand beside its type, as in all commands that have findings; other events are as they are. */
export function flatFinding<Event extends { readonly type: string }>(event: Event | Finding): object {
  return "finding" in event ? { type: event.type, ...event.finding } : event;
}
