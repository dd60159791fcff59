import { PrimepackError } from "@primepack/core/errors";
import type { CrossTenantTasks, MigrationTask, WatchTasksOptions } from "./task-types.ts";
import { watchTasks } from "./watch-tasks.ts";

/**
 * Waits until a task has ended, and gives it: completed, cancelled or failed. Whoever calls it again goes on waiting.
 * Many tasks are better watched by one watcher, under one budget of requests.
 *
 * @param options - as of `watchTasks`
 * @throws INVALID_OPTION, ABORTED; MIGRATION_TASK_NOT_FOUND if no look finds it, MIGRATION_TASK_LOST if it was seen
 *   before; or what a look fails with for good
 */
export async function waitForTask(
  tasks: CrossTenantTasks,
  taskId: string,
  options: Omit<WatchTasksOptions, "tasks"> = {},
): Promise<MigrationTask> {
  const watcher = watchTasks({ ...options, tasks });
  watcher.add(taskId);
  watcher.end();
  let isKnown = false;
  for await (const change of watcher) {
    if (change.type === "ended") return change.task;
    if (change.type === "failed") throw change.error;
    if (change.type === "lost") break;
    isKnown = true;
  }
  throw new PrimepackError(
    isKnown ? "MIGRATION_TASK_LOST" : "MIGRATION_TASK_NOT_FOUND",
    `Cannot wait for the migration task as the service must show it: current value is ${taskId}, not found`,
  );
}
