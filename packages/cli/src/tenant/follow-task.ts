import { type CrossTenantTasks, hasEnded, type MigrationTask, watchTasks } from "@primepack/cross-tenant";
import type { PollArguments, TenantServiceArguments } from "../arguments/tenant-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { safeText } from "../view/safe-text.ts";
import type { TaskView } from "../view/task-view.ts";
import { statusCommandOf } from "./task-command.ts";

export interface FollowTaskOptions {
  readonly tasks: CrossTenantTasks;
  /** As it was last seen and shown. */
  readonly task: MigrationTask & { readonly id: string };
  readonly polling: PollArguments;
  readonly service: TenantServiceArguments;
  readonly view: TaskView;
  readonly json: boolean;
}

/** Watches a task until it has ended and shows what changes. The first Ctrl+C ends the watching; the task goes on. */
export async function followTask(options: FollowTaskOptions, context: CommandContext): Promise<ExitCode> {
  const { tasks, polling, service, view } = options;
  const { interrupt, stderr } = context;
  const stop = new AbortController();
  interrupt.drainWith(() => stop.abort());
  interrupt.signal.addEventListener("abort", () => stop.abort(), { once: true });
  const watcher = watchTasks({ tasks, ...polling, signal: stop.signal });
  watcher.add(options.task.id, options.task);
  watcher.end();
  let task: MigrationTask = options.task;
  let isLost = false;
  try {
    for await (const change of watcher) {
      if (change.type === "failed") throw change.error;
      isLost = change.type === "lost";
      if (change.type === "lost") await view.lost(change.taskId);
      else {
        ({ task } = change);
        await view.task(task);
      }
    }
  } catch (error) {
    if (!interrupt.requested) throw error;
  }
  if (interrupt.requested && !hasEnded(task) && !isLost) {
    const resume = statusCommandOf({ taskId: options.task.id }, service, "--wait");
    await view.end(task, exitCodes.interrupted, resume);
    await stderr.write(`primepack: interrupted; the task goes on. Watch it again by: ${safeText(resume)}\n`);
    return exitCodes.interrupted;
  }
  const exitCode = task.status === "completed" && !isLost ? exitCodes.complete : exitCodes.itemsMissing;
  await view.end(task, exitCode);
  return exitCode;
}
