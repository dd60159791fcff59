import { guidOf, isMembers, type Members, serviceText } from "@primepack/core/http";
import { looseMomentOf } from "./moments.ts";
import { readMove } from "./read-move.ts";
import type { MigrationTask, MigrationTaskError, MigrationTaskStatus } from "./task-types.ts";

/** In lower case. Draft pages write `success` for the end that the published ones call `completed`. */
const STATUSES: ReadonlyMap<string, MigrationTaskStatus> = new Map([
  ["notstarted", "notStarted"],
  ["inprogress", "inProgress"],
  ["completed", "completed"],
  ["success", "completed"],
  ["cancelled", "cancelled"],
  ["failed", "failed"],
]);

/** Statuses that nothing follows. */
const ENDS: ReadonlySet<string> = new Set<MigrationTaskStatus>(["completed", "cancelled", "failed"]);

/** Whether a task is completed, cancelled or failed; of an unknown status nobody can tell, so it isn't. */
export function hasEnded({ status }: Pick<MigrationTask, "status">): boolean {
  return ENDS.has(status);
}

/**
 * The task that the service shows. Members that are missing or of another type are undefined, a status that is none is
 * empty; texts of the service are redacted.
 */
export function readTask(task: Members): MigrationTask {
  const parameters = isMembers(task.parameters) ? task.parameters : {};
  return {
    id: guidOf(task.id),
    status: statusOf(task.status),
    move: readMove(parameters),
    parameters,
    startedDateTime: dateOf(task.startedDateTime),
    lastUpdatedDateTime: dateOf(task.lastUpdatedDateTime),
    finishedDateTime: dateOf(task.finishedDateTime),
    error: errorOf(task),
  };
}

function statusOf(value: unknown): MigrationTask["status"] {
  const text = serviceText(value) ?? "";
  return STATUSES.get(text.toLowerCase()) ?? text;
}

function dateOf(value: unknown): string | undefined {
  const moment = looseMomentOf(value);
  return moment === undefined ? undefined : new Date(moment).toISOString();
}

/** Messages of an error that are kept, its details' and inner errors' among them. */
const MESSAGES_MAX = 20;

/**
 * `error`, or `errors` as the first revision of the type has it: of several the first one's code, and all messages, also
 * those of details and of what is within.
 */
function errorOf(task: Members): MigrationTaskError | undefined {
  const errors = [task.error, ...(Array.isArray(task.errors) ? task.errors : [])].filter(isMembers);
  const [first] = errors;
  if (first === undefined) return undefined;
  const code = serviceText(first.code);
  const messages = new Set(
    errors
      .flatMap(withDetails)
      .slice(0, MESSAGES_MAX)
      .map(({ message }) => serviceText(message)),
  );
  const message = serviceText([...messages].filter((text) => text !== undefined).join("; "));
  const target = serviceText(first.target);
  if (code === undefined && message === undefined && target === undefined) return undefined;
  return {
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(target === undefined ? {} : { target }),
  };
}

/** The error, its details and its inner error: members of `publicError`. */
function withDetails(error: Members): readonly Members[] {
  const details: readonly unknown[] = Array.isArray(error.details) ? error.details.slice(0, MESSAGES_MAX) : [];
  return [error, ...details, error.innerError].filter(isMembers);
}
