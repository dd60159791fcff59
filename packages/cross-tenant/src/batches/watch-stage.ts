import { type Code, PrimepackError } from "@primepack/core/errors";
import { hasEnded } from "../tasks/read-task.ts";
import type { MigrationTask, TaskChange, TaskWatcher } from "../tasks/task-types.ts";
import { watchTasks } from "../tasks/watch-tasks.ts";
import type { BatchContext } from "./batch-context.ts";
import type { MoveEntry } from "./batch-entries.ts";
import { taskErrorText } from "./known-tasks.ts";
import { serviceFault } from "./service-faults.ts";

/** What the organizations lack; the task goes on, and is shown again when they have it. Its move stays open. */
const PRECONDITIONS: ReadonlySet<Code> = new Set<Code>([
  "CROSS_TENANT_RELATIONSHIP_MISSING",
  "CROSS_TENANT_PRECONDITION",
]);

/** Watches the tasks of the batch to their end. */
export class WatchStage {
  readonly #context: BatchContext;
  readonly #watcher: TaskWatcher;
  readonly #lines = new Map<string, number>();
  readonly #over: (line: number) => void;

  /** `over` is called for each move that has come to its end, or is watched no more. */
  constructor(context: BatchContext, over: (line: number) => void) {
    this.#context = context;
    this.#over = over;
    const { tasks, limits, now, timer } = context.options;
    const { pollRunningMs, pollNotStartedMs, requestsPerMinute } = limits;
    this.#watcher = watchTasks({
      tasks,
      ...(pollRunningMs === undefined ? {} : { pollRunningMs }),
      ...(pollNotStartedMs === undefined ? {} : { pollNotStartedMs }),
      ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
      now,
      timer,
      signal: context.stopping,
    });
  }

  /** A move whose task there is; `task` as it was last seen. */
  async add(entry: MoveEntry, task?: MigrationTask): Promise<void> {
    const { taskId, line } = entry;
    if (taskId === undefined)
      throw new PrimepackError("INTERNAL", `Cannot watch the move of line ${line} without task`);
    if (task !== undefined && hasEnded(task)) {
      await endMove(this.#context, entry, task);
      this.#over(line);
      return;
    }
    this.#lines.set(taskId.toLowerCase(), line);
    this.#watcher.add(taskId, task);
  }

  /** No more are added: {@link run} ends with the last task. */
  close(): void {
    this.#watcher.end();
  }

  async run(): Promise<void> {
    for await (const change of this.#watcher) {
      const line = this.#lines.get(change.taskId.toLowerCase());
      const entry = line === undefined ? undefined : this.#context.journal.move(line);
      if (entry?.stage === "created") await this.#on(entry, change);
    }
  }

  async #on(entry: MoveEntry, change: TaskChange): Promise<void> {
    if (change.type === "changed") return this.#changed(entry, change.task);
    await this.#ended(entry, change);
    this.#lines.delete(change.taskId.toLowerCase());
    this.#over(entry.line);
  }

  async #changed(entry: MoveEntry, { status, startedDateTime }: MigrationTask): Promise<void> {
    if (entry.taskStatus === status && entry.startedAt === startedDateTime) return;
    const started = startedDateTime === undefined ? {} : { startedAt: startedDateTime };
    const { code: _, message: __, ...rest } = entry;
    await this.#context.update(entry, { ...rest, taskStatus: status, ...started });
  }

  async #ended(entry: MoveEntry, change: Exclude<TaskChange, { type: "changed" }>): Promise<void> {
    if (change.type === "ended") await endMove(this.#context, entry, change.task);
    else if (change.type === "lost") await loseMove(this.#context, entry);
    else {
      const { fault, error } = serviceFault(change.error);
      // Whoever goes on with the batch looks again; only what the service refuses of this one task stays refused.
      if (fault !== "refused") throw error;
      if (PRECONDITIONS.has(error.code)) {
        const { code, message } = error;
        await this.#context.update(entry, { ...entry, code, message });
        return;
      }
      const message = `Nobody can tell what became of the task: ${error.message}`;
      await this.#context.end(entry, { outcome: "unknown", code: error.code, message });
    }
  }
}

/** The move's task has ended. */
export async function endMove(context: BatchContext, entry: MoveEntry, task: MigrationTask): Promise<void> {
  const { status, startedDateTime, finishedDateTime, error } = task;
  const times = {
    taskStatus: status,
    ...(startedDateTime === undefined ? {} : { startedAt: startedDateTime }),
    endedAt: finishedDateTime ?? context.now(),
  };
  if (status === "completed") await context.end(entry, { outcome: "completed", ...times });
  else if (status === "cancelled") {
    const why = error === undefined ? "" : `: ${taskErrorText(task)}`;
    const message = `The task was cancelled${why}`;
    await context.end(entry, { outcome: "cancelled", code: "MIGRATION_TASK_CANCELLED", message, ...times });
  } else {
    const message = `The task failed: ${taskErrorText(task)}`;
    await context.end(entry, { outcome: "failed", code: "MIGRATION_TASK_FAILED", message, ...times });
  }
}

/** The service shows the move's task no more. */
export async function loseMove(context: BatchContext, entry: MoveEntry): Promise<void> {
  const message = `The service shows the task ${entry.taskId ?? ""} no more, so that nobody can tell what became of it`;
  await context.end(entry, { outcome: "unknown", code: "MIGRATION_TASK_LOST", message });
}
