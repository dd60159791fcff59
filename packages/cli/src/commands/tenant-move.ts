import { PrimepackError } from "@primepack/core";
import {
  type CrossTenantTasks,
  crossTenantTasks,
  lookupOf,
  type MigrationTask,
  type Move,
} from "@primepack/cross-tenant";
import { type MoveArguments, readMoveArguments } from "../arguments/tenant-move-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { followTask } from "../tenant/follow-task.ts";
import { openTenant } from "../tenant/open-tenant.ts";
import { statusCommandOf } from "../tenant/task-command.ts";
import { TaskView } from "../view/task-view.ts";

/** `primepack tenant move user`. */
export function moveUserCommand(context: CommandContext): Promise<ExitCode> {
  return moveOne("user", context);
}

/** `primepack tenant move site`. */
export function moveSiteCommand(context: CommandContext): Promise<ExitCode> {
  return moveOne("site", context);
}

/** `primepack tenant move group`. */
export function moveGroupCommand(context: CommandContext): Promise<ExitCode> {
  return moveOne("group", context);
}

async function moveOne(kind: Move["kind"], context: CommandContext): Promise<ExitCode> {
  const flags = readMoveArguments(kind, context.argv);
  const view = new TaskView(context.stdout, flags.json);
  const tenant = await openTenant(flags.service, context);
  try {
    const tasks = crossTenantTasks({ client: tenant.client });
    const task = await create(tasks, flags, context);
    await view.task(task);
    if (flags.wait && task.id !== undefined) {
      return await followTask({ ...flags, tasks, task: { ...task, id: task.id }, view }, context);
    }
    const exitCode =
      task.status === "failed" || task.status === "cancelled" ? exitCodes.itemsMissing : exitCodes.complete;
    await view.end(task, exitCode);
    return exitCode;
  } finally {
    await tenant.close();
  }
}

/** The first Ctrl+C lets the answer come; without it nobody could tell whether there is a task. */
async function create(
  tasks: CrossTenantTasks,
  { move, service }: MoveArguments,
  { interrupt, stderr }: CommandContext,
): Promise<MigrationTask> {
  interrupt.drainWith(() => {
    stderr.paint("primepack: waiting for the service's answer; press Ctrl+C again to end at once\n");
  });
  try {
    return await tasks.create(move, interrupt.signal);
  } catch (error) {
    if (move.validateOnly || !(error instanceof PrimepackError)) throw error;
    const { code, message } = error;
    if (code !== "SERVICE_ANSWER_LOST" && code !== "ABORTED") throw error;
    const lookup = lookupOf(move);
    const hint =
      lookup === undefined
        ? "The task may have been created; look by the user's UPN: primepack tenant move status --user UPN"
        : `The task may have been created; look before you move it again: ${statusCommandOf(lookup, service)}`;
    throw new PrimepackError("SERVICE_ANSWER_LOST", message, { cause: error, hint });
  }
}
