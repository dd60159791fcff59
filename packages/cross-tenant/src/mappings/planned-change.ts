import { folded, type MappingMembers, settableMembers } from "./mapping-forms.ts";
import type { ChangeIntent, MappingRecord, MappingValues, RunHead } from "./mapping-records.ts";

/** What is to be sent for one source. */
export interface PlannedChange {
  readonly type: "set" | "remove";
  readonly intent: ChangeIntent;
  readonly mapping: MappingMembers;
  /** Undefined: the file lacks it. */
  readonly line?: number;
}

/** By what it is told what is to be sent. */
export type ChangeRules = Pick<RunHead, "generation" | "removesMissing" | "resends">;

/**
 * What the file asks for beside what was applied last; `unchanged`: nothing; undefined: the file doesn't name it, and
 * nothing is to be done about that. A change sends all that its line gives: only that others don't differ tells it from
 * what is unchanged.
 */
export function plannedChange(
  { source, wanted, applied }: MappingRecord,
  { generation, removesMissing, resends }: ChangeRules,
): PlannedChange | "unchanged" | undefined {
  if (wanted?.generation !== generation) {
    const isMissing = removesMissing && applied !== undefined && applied !== "absent";
    return isMissing ? { type: "remove", intent: "removed", mapping: { source } } : undefined;
  }
  const { line, values } = wanted;
  if (values === undefined) {
    if (applied === "absent" && !resends) return "unchanged";
    return { type: "remove", intent: "removed", mapping: { source }, line };
  }
  const change = { type: "set", mapping: { source, ...values }, line } as const;
  if (applied === undefined || applied === "absent") return { ...change, intent: "added" };
  return resends || differs(values, applied) ? { ...change, intent: "changed" } : "unchanged";
}

/** What isn't given keeps its value. */
function differs(given: MappingValues, applied: MappingValues): boolean {
  return settableMembers.some((member) => given[member] !== undefined && given[member] !== applied[member]);
}

/** What the service holds once it did the change. */
export function appliedAfter(
  { type, mapping }: Pick<PlannedChange, "type" | "mapping">,
  before: MappingRecord["applied"],
): MappingValues | "absent" {
  if (type === "remove") return "absent";
  const { source: _, ...given } = mapping;
  return before === undefined || before === "absent" ? given : { ...before, ...given };
}

/** Whether the service holds what the change asks for, or something that it may have made of it: case isn't looked at. */
export function isAsPlanned({ type, mapping }: PlannedChange, held: MappingValues | "absent"): boolean {
  if (held === "absent" || type === "remove") return held === "absent" && type === "remove";
  return settableMembers.every((member) => {
    const [given, found] = [mapping[member], held[member]];
    return given === undefined || (found !== undefined && folded(given) === folded(found));
  });
}
