import { hasEnded } from "../tasks/read-task.ts";
import type { MigrationTask } from "../tasks/task-types.ts";
import type { BatchContext, Refusal } from "./batch-context.ts";
import type { MoveEntry } from "./batch-entries.ts";
import type { EntryChange } from "./batch-journal.ts";
import type { CreatedMoves } from "./create-stage.ts";
import { serviceFault } from "./service-faults.ts";
import { endMove, loseMove } from "./watch-stage.ts";

/** Moves that one write ends. */
const ENDED_AT_ONCE = 500;

/** Ends every move that has no task and may have none: they are never created. */
export async function cancelUncreated(context: BatchContext): Promise<void> {
  let changes: (EntryChange & { readonly before: MoveEntry })[] = [];
  const write = async () => {
    await context.updateAll(changes);
    changes = [];
  };
  for (const before of context.journal.moves()) {
    if (context.isStopping) return;
    const { stage, outcome } = before;
    if (stage !== "read" && stage !== "validated" && outcome !== "validated") continue;
    const message = "Not created, as the batch was cancelled";
    const end = { outcome: "cancelled", code: "RUN_CANCELLED", message, endedAt: context.now() } as const;
    changes.push({ before, entry: { ...before, stage: "ended", ...end } });
    if (changes.length >= ENDED_AT_ONCE) await write();
  }
  if (changes.length > 0) await write();
}

/** Cancels tasks that haven't started; `goesOn` is told of those that nothing stops. */
export class CancelStage implements CreatedMoves {
  readonly #context: BatchContext;
  readonly #goesOn: (entry: MoveEntry, task: MigrationTask | undefined) => Promise<void>;

  constructor(context: BatchContext, goesOn: (entry: MoveEntry, task: MigrationTask | undefined) => Promise<void>) {
    this.#context = context;
    this.#goesOn = goesOn;
  }

  /** A move whose task has not ended, as far as the journal knows; `task` as it was last seen. */
  async add(entry: MoveEntry, task?: MigrationTask): Promise<void> {
    if (task !== undefined && hasEnded(task)) return endMove(this.#context, entry, task);
    this.#context.spawn(() => this.#cancel(entry));
  }

  async #cancel(entry: MoveEntry): Promise<void> {
    const { taskId } = entry;
    const { tasks, limits } = this.#context.options;
    let missing = 0;
    for (let rests = 0; taskId !== undefined && !this.#context.isStopping; ) {
      const answer = await this.#ask(taskId, rests);
      const { answer: task, refusal } = await this.#context.ask("read", (signal) => tasks.find({ taskId }, signal));
      if (task !== undefined && hasEnded(task)) return endMove(this.#context, entry, task);
      if (answer === "cancelled" && task?.status !== "inProgress") return this.#isCancelled(entry);
      const isMissing = task === undefined && refusal === undefined;
      // One that was created a moment ago may not be known everywhere yet.
      if ((isMissing || (answer === "missing" && task?.status === "notStarted")) && ++missing < limits.searchLooks) {
        await this.#context.wait(limits.searchMs);
      } else if (isMissing) return loseMove(this.#context, entry);
      else if (answer === "again" && task?.status === "notStarted") rests += 1;
      else return this.#isLeft(entry, task, typeof answer === "object" ? answer : refusal);
    }
  }

  /** `again`: nobody knows whether the service took it. What cancelling twice does is unknown, so a look comes first. */
  async #ask(taskId: string, rests: number): Promise<"cancelled" | "started" | "missing" | "again" | Refusal> {
    const { options } = this.#context;
    try {
      await this.#context.request("manage", (signal) => options.tasks.cancel(taskId, signal));
      return "cancelled";
    } catch (reason) {
      const { fault, error } = serviceFault(reason);
      if (fault === "later" || fault === "lost") {
        await this.#context.rest("manage", error, rests);
        return "again";
      }
      const refusal = this.#context.refusal("manage", error);
      // Of a task that has ended already it may say the same; a look tells.
      if (error.code === "MIGRATION_TASK_NOT_FOUND") return "missing";
      return error.code === "MIGRATION_TASK_IN_PROGRESS" ? "started" : refusal;
    }
  }

  /** The service says so; when it ended, too, if it shows that later. */
  async #isCancelled(entry: MoveEntry): Promise<void> {
    const message = "The task was cancelled, as the batch was";
    const end = { outcome: "cancelled", code: "MIGRATION_TASK_CANCELLED", message, taskStatus: "cancelled" } as const;
    await this.#context.end(entry, end);
  }

  /** Its move stays open, with what the service said of it. */
  async #isLeft(entry: MoveEntry, task: MigrationTask | undefined, refusal: Refusal | undefined): Promise<void> {
    const { code: _, message: __, ...rest } = entry;
    const seen = {
      ...(task === undefined ? {} : { taskStatus: task.status }),
      ...(task?.startedDateTime === undefined ? {} : { startedAt: task.startedDateTime }),
    };
    const left = await this.#context.update(entry, { ...rest, ...seen, ...refusal });
    await this.#goesOn(left, task);
  }
}
