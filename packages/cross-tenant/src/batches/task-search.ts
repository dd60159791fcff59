import type { MigrationTask } from "../tasks/task-types.ts";
import type { BatchContext } from "./batch-context.ts";
import { keyOf, type MoveEntry } from "./batch-entries.ts";
import { isTaskOf, sourceLookup } from "./known-tasks.ts";

/** What a search came to: the move's task, or why nobody can tell whether there is one. */
export type Searched = { readonly task: MigrationTask & { readonly id: string } } | { readonly unknown: string };

/** Why a move is unknown. */
export const LOST = "Nothing shows whether the service took the move, as the answer to its creation was lost";

/**
 * Looks by its source for the task of a move whose creation was not answered. Which of several tasks of one source the
 * service shows is unknown, so that another one, or none, proves nothing.
 */
export async function searchTask(context: BatchContext, entry: MoveEntry): Promise<Searched> {
  const { tasks, limits } = context.options;
  const lookup = sourceLookup(entry);
  if (lookup === undefined) return { unknown: `${LOST}, and a user's task can't be looked up by the user's id` };
  let other: MigrationTask | undefined;
  for (let look = 1; ; look++) {
    const { answer, refusal } = await context.ask("read", (signal) => tasks.find(lookup, signal));
    if (refusal !== undefined) return { unknown: `${LOST}, and the search for it was refused: ${refusal.message}` };
    if (answer !== undefined && isItsTask(context, entry, answer)) return { task: answer };
    other = answer ?? other;
    if (look >= limits.searchLooks) break;
    await context.wait(limits.searchMs);
  }
  return { unknown: other === undefined ? LOST : `${LOST}; a search shows ${taskName(other)}, which is not its` };
}

/** Whether the task, found after the move's creation was sent, is the move's, and no other line's. */
export function isItsTask(
  { journal }: BatchContext,
  entry: MoveEntry,
  task: MigrationTask,
): task is MigrationTask & { readonly id: string } {
  if (!isTaskOf(entry, task) || task.id === undefined) return false;
  const line = journal.lineOf(keyOf.task(task.id));
  return line === undefined || line === entry.line;
}

export function taskName({ id }: MigrationTask): string {
  return id === undefined ? "a task without id" : `task ${id}`;
}
