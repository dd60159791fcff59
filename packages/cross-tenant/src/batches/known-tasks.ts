import { redact } from "@primepack/core/errors";
import { isMembers } from "@primepack/core/http";
import { lookupOf, moveSource, moveTarget } from "../tasks/move-sides.ts";
import type { MigrationTask, Move, TaskLookup } from "../tasks/task-types.ts";
import type { MoveEntry } from "./batch-entries.ts";
import { sameForm } from "./move-ends.ts";

/** Milliseconds that the clocks of this machine and of the service may be apart. */
const CLOCKS_APART_MS: number = 60 * 60 * 1000;

/** How a task of the move's source can be found; undefined for a user by id whose UPN the service hasn't named. */
export function sourceLookup({ move, userPrincipalName }: MoveEntry): TaskLookup | undefined {
  if (move === undefined) return undefined;
  const lookup = lookupOf(move);
  if (lookup !== undefined || userPrincipalName === undefined) return lookup;
  return { sourceUserPrincipalName: userPrincipalName };
}

/** What a validation left behind, if the service keeps such: it moves nothing. */
export function isValidation({ parameters }: MigrationTask): boolean {
  return parameters.validateOnly === true;
}

/** Whether the source is under way, moved, or in a state that nobody knows, so that no task of it may be created. */
export function isInTheWay(task: MigrationTask): boolean {
  return !isValidation(task) && task.status !== "failed" && task.status !== "cancelled";
}

/**
 * Whether a task that a look-up shows since the move's creation was sent is the move's. Look-ups may have shown another
 * one of the source before: what had started long before the creation isn't the move's either.
 */
export function isTaskOf(entry: MoveEntry, task: MigrationTask): boolean {
  const { move, earlier = [] } = entry;
  const { id } = task;
  if (id === undefined || move === undefined || isValidation(task)) return false;
  if (earlier.some((known) => known.toLowerCase() === id.toLowerCase()) || isOlder(task, entry)) return false;
  return (
    isNamed(namesIn(task, move, "source"), moveSource(move)) && isNamed(namesIn(task, move, "target"), moveTarget(move))
  );
}

function isOlder({ startedDateTime, finishedDateTime }: MigrationTask, { creatingSince }: MoveEntry): boolean {
  if (creatingSince === undefined) return false;
  const first = Date.parse(creatingSince) - CLOCKS_APART_MS;
  return [startedDateTime, finishedDateTime].some((date) => date !== undefined && Date.parse(date) < first);
}

/** The UPN of a user that the file names by id, where the service fills it in (its sample of a move by ids). */
export function sourceUserPrincipalName(task: MigrationTask): string | undefined {
  const { sourceUserIdentity: identity } = task.parameters;
  const name = isMembers(identity) ? identity.userPrincipalName : undefined;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** What the service says of a task that failed. */
export function taskErrorText({ error, status }: MigrationTask): string {
  const said = [error?.code, error?.message].filter((part) => part !== undefined && part !== "").join(": ");
  return redact(said === "" ? `it says ${status} and nothing more` : said);
}

/** What a task's parameters name a side by: all its names, as the service may fill in more than were sent. */
function namesIn({ parameters }: MigrationTask, { kind }: Move, side: "source" | "target"): readonly unknown[] {
  if (kind === "site") return [parameters[`${side}SiteUrl`]];
  const identity = parameters[kind === "user" ? `${side}UserIdentity` : `${side}GroupIdentity`];
  if (!isMembers(identity)) return [];
  return kind === "user" ? [identity.userPrincipalName, identity.id] : [identity.mailNickname];
}

function isNamed(names: readonly unknown[], name: string): boolean {
  return names.some((other) => typeof other === "string" && sameForm(other) === sameForm(name));
}
