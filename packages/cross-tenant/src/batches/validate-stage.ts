import { redact } from "@primepack/core/errors";
import type { JournalChange } from "@primepack/core/model";
import type { MigrationTask } from "../tasks/task-types.ts";
import { atOnce } from "./at-once.ts";
import type { BatchContext } from "./batch-context.ts";
import { keyOf, type MoveEntry } from "./batch-entries.ts";
import { put } from "./batch-journal.ts";
import { sourceUserPrincipalName, taskErrorText } from "./known-tasks.ts";
import { userDigest } from "./move-ends.ts";

/** Lets the service validate every move that was read and not validated yet. What it refuses ends `invalid`. */
export async function validateMoves(context: BatchContext): Promise<void> {
  const { limits } = context.options;
  const naming: Naming = new Map();
  await atOnce(unvalidated(context), limits.requests, context.stopping, (entry) =>
    context.guard(() => validateMove(context, entry, naming)),
  );
}

/** Lines by the keys of users whose UPNs are on their way into the journal. */
type Naming = Map<string, number>;

/** With validateOnly also what an earlier process validated, so that it ends. */
function* unvalidated({ journal, options }: BatchContext): Generator<MoveEntry, void, undefined> {
  for (const entry of journal.moves()) {
    if (entry.stage === "read" || (options.validateOnly && entry.stage === "validated")) yield entry;
  }
}

async function validateMove(context: BatchContext, entry: MoveEntry, naming: Naming): Promise<void> {
  const { move } = entry;
  if (move === undefined || entry.stage === "validated") return isValid(context, entry, naming);
  const { tasks } = context.options;
  const { answer: task, refusal } = await context.ask("manage", (signal) =>
    tasks.create({ ...move, validateOnly: true }, signal),
  );
  if (task === undefined) {
    await context.end(entry, { outcome: "invalid", ...refusal });
  } else if (task.status === "failed" || task.status === "cancelled" || task.error !== undefined) {
    // The shape of a failed validation is unknown: an error status, or a task that says so.
    const message = `The service refused the validation: ${taskErrorText(task)}`;
    await context.end(entry, { outcome: "invalid", code: "MIGRATION_TASK_FAILED", message });
  } else if (task.status !== "completed") {
    // The documented answer is completed at once; of another one nobody knows whether anything was checked.
    const message = `The service validated nothing yet: its answer is ${task.status === "" ? "without status" : task.status}`;
    await context.end(entry, { outcome: "invalid", code: "SERVICE_REPLY_INVALID", message });
  } else await isValid(context, entry, naming, task);
}

async function isValid(context: BatchContext, entry: MoveEntry, naming: Naming, task?: MigrationTask): Promise<void> {
  const { journal, options } = context;
  const userPrincipalName = namedUser(entry, task);
  const changes: JournalChange[] = [];
  const key = userPrincipalName === undefined ? undefined : keyOf.source(userDigest(userPrincipalName));
  if (key !== undefined) {
    const other = journal.lineOf(key) ?? naming.get(key);
    if (other !== undefined && other !== entry.line) {
      const message = `Cannot use line ${entry.line} of the file of moves as its source must be on one line only: current value is on line ${other} too, as ${userPrincipalName}`;
      await context.end(entry, { outcome: "invalid", code: "MOVE_DUPLICATE", message: redact(message) });
      return;
    }
    changes.push(put(key, entry.line));
    naming.set(key, entry.line);
  }
  const valid: MoveEntry = { ...entry, ...(userPrincipalName === undefined ? {} : { userPrincipalName }) };
  if (!options.validateOnly) await context.update(entry, { ...valid, stage: "validated" }, changes);
  else await context.update(entry, { ...valid, stage: "ended", outcome: "validated", endedAt: context.now() }, changes);
  if (key !== undefined) naming.delete(key);
}

/** The UPN of a user that the file names by id, if the service says it. */
function namedUser({ move }: MoveEntry, task: MigrationTask | undefined): string | undefined {
  if (task === undefined || move?.kind !== "user" || move.source.id === undefined) return undefined;
  return sourceUserPrincipalName(task);
}
