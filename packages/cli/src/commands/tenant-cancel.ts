import { resolve } from "node:path";
import { PrimepackError } from "@primepack/core";
import { crossTenantTasks, type TaskLookup } from "@primepack/cross-tenant";
import { readBatchArguments } from "../arguments/tenant-batch-arguments.ts";
import { type MoveCancelArguments, readMoveCancelArguments } from "../arguments/tenant-move-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { renewedCredential } from "../migration/renewed-credential.ts";
import { readBatchFile } from "../tenant/batch-file.ts";
import { openTenant } from "../tenant/open-tenant.ts";
import { followBatch } from "../tenant/run-batch.ts";
import { jsonLine } from "../view/json-line.ts";
import { safeText } from "../view/safe-text.ts";

/** `primepack tenant move cancel`: cancels what of a batch hasn't started and ends it for good, or cancels one task. */
export function moveCancelCommand(context: CommandContext): Promise<ExitCode> {
  const given = readMoveCancelArguments(context.argv);
  return given.lookup === undefined ? cancelRun(given, context) : cancelTask(given, given.lookup, context);
}

async function cancelRun(
  given: MoveCancelArguments & { readonly run: string; readonly wait: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  const directory = resolve(context.cwd, given.run);
  const { arguments: argv, cwd } = await readBatchFile(directory);
  const begun = readBatchArguments(argv);
  const { polling, service, json, quiet, wait } = given;
  const graphUrl = service.graphUrl ?? begun.service.graphUrl;
  const flags = {
    ...begun,
    limits: { ...begun.limits, ...polling },
    service: {
      ...(graphUrl === undefined ? {} : { graphUrl }),
      credential: renewedCredential(begun.service.credential, service.credential, context.cwd),
    },
    json,
    quiet,
  };
  return followBatch({ directory, cwd, flags, action: "cancel", watch: wait }, context);
}

async function cancelTask(
  { service, json }: MoveCancelArguments,
  lookup: TaskLookup,
  context: CommandContext,
): Promise<ExitCode> {
  const { stdout, interrupt } = context;
  const tenant = await openTenant(service, context);
  try {
    const tasks = crossTenantTasks({ client: tenant.client });
    const taskId = "taskId" in lookup ? lookup.taskId : (await tasks.get(lookup, interrupt.signal)).id;
    if (taskId === undefined) {
      throw new PrimepackError(
        "SERVICE_REPLY_INVALID",
        "Cannot cancel the task as the service must name its id: current value is none",
      );
    }
    await tasks.cancel(taskId, interrupt.signal);
    const exitCode = exitCodes.complete;
    const text = `${safeText(taskId)}  cancelled\n`;
    await stdout.write(json ? jsonLine({ type: "summary", status: "cancelled", taskId, exitCode }) : text);
    return exitCode;
  } finally {
    await tenant.close();
  }
}
