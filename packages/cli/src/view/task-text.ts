import {
  type GroupMapping,
  type MigrationTask,
  type Move,
  moveSource,
  moveTarget,
  type StoredMapping,
  type UserMapping,
} from "@primepack/cross-tenant";
import { shownTime } from "./batch-text.ts";
import { safeText } from "./safe-text.ts";

/** A task, or the answer to a validation, on one line: `<id>  inProgress  user ana@... to ana@...  started ...`. */
export function taskText(task: MigrationTask): string {
  const { id, status, move, startedDateTime, finishedDateTime, error } = task;
  const parts = [
    id ?? "validation",
    status,
    move && moveText(move),
    id !== undefined && status === "notStarted" && move?.preferredStartDateTime
      ? `not before ${shownTime(move.preferredStartDateTime)} UTC`
      : undefined,
    startedDateTime && `started ${shownTime(startedDateTime)}`,
    finishedDateTime && `finished ${shownTime(finishedDateTime)}`,
    error && [error.message, error.code && `(${error.code})`].filter(Boolean).join(" "),
  ];
  return safeText(parts.filter(Boolean).join("  "));
}

/** `user ana@south.example to ana@north.example` */
function moveText(move: Move): string {
  return `${move.kind} ${moveSource(move)} to ${moveTarget(move)}`;
}

/** What programs get of a task: without its parameters as they came, whose form is the service's. */
export function taskJson({ parameters: _, ...task }: MigrationTask): object {
  return task;
}

/** A mapping, a property a line. */
export function mappingText(mapping: StoredMapping<UserMapping> | StoredMapping<GroupMapping>): string {
  return Object.entries(mapping)
    .filter(([name, value]) => value !== undefined && (name !== "isDeleted" || value === true))
    .map(([name, value]) => `${safeText(`${name}: ${String(value)}`)}\n`)
    .join("");
}
