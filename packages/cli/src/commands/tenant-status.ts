import { join, resolve } from "node:path";
import { PrimepackError } from "@primepack/core";
import {
  type BatchProgress,
  type BatchRecord,
  type BatchStatus,
  crossTenantTasks,
  hasEnded,
  writeBatchReport,
} from "@primepack/cross-tenant";
import { readBatchReportArguments } from "../arguments/tenant-batch-arguments.ts";
import { type MoveStatusArguments, readMoveStatusArguments } from "../arguments/tenant-move-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { readBatchFile } from "../tenant/batch-file.ts";
import { readingBatch } from "../tenant/batch-journal.ts";
import { followTask } from "../tenant/follow-task.ts";
import { openTenant } from "../tenant/open-tenant.ts";
import { batchStatusLines } from "../view/batch-text.ts";
import { jsonLine } from "../view/json-line.ts";
import { TaskView } from "../view/task-view.ts";

/** `primepack tenant move status`: how far a batch is, also while another process works on it, or one task. */
export function moveStatusCommand(context: CommandContext): Promise<ExitCode> {
  const flags = readMoveStatusArguments(context.argv);
  return flags.run === undefined ? taskStatus(flags, context) : runStatus(flags.run, flags.json, context);
}

async function taskStatus(
  flags: Extract<MoveStatusArguments, { readonly lookup: unknown }>,
  context: CommandContext,
): Promise<ExitCode> {
  const view = new TaskView(context.stdout, flags.json);
  const tenant = await openTenant(flags.service, context);
  try {
    const tasks = crossTenantTasks({ client: tenant.client });
    const task = await tasks.get(flags.lookup, context.interrupt.signal);
    await view.task(task);
    if (flags.wait && task.id !== undefined && !hasEnded(task)) {
      return await followTask({ ...flags, tasks, task: { ...task, id: task.id }, view }, context);
    }
    const exitCode = flags.wait && task.status !== "completed" ? exitCodes.itemsMissing : exitCodes.complete;
    await view.end(task, exitCode);
    return exitCode;
  } finally {
    await tenant.close();
  }
}

async function runStatus(run: string, json: boolean, { cwd, stdout }: CommandContext): Promise<ExitCode> {
  const directory = resolve(cwd, run);
  await readBatchFile(directory);
  return readingBatch(directory, async (record) => {
    const batch = existing(record, directory);
    const progress = count(record);
    const exitCode = exitCodes.complete;
    if (json) {
      for (const move of record.moves()) await stdout.write(jsonLine({ type: "move", move }));
      await stdout.write(jsonLine({ type: "summary", ...batch, ...progress, directory, exitCode }));
    } else await stdout.write(`${batchStatusLines(batch, progress, directory).join("\n")}\n`);
    return exitCode;
  });
}

/** `primepack tenant move report`: the report of a batch, at its end or while it goes on. */
export async function batchReportCommand({ argv, cwd, stdout }: CommandContext): Promise<ExitCode> {
  const { run, out, json } = readBatchReportArguments(argv);
  const directory = resolve(cwd, run);
  await readBatchFile(directory);
  return readingBatch(directory, async (record, journal) => {
    existing(record, directory);
    const into = out === undefined ? join(directory, "report") : resolve(cwd, out);
    const { files } = await writeBatchReport({ directory: into, journal });
    const exitCode = exitCodes.complete;
    await stdout.write(
      json ? jsonLine({ type: "summary", directory, report: files.page, exitCode }) : `${files.page}\n`,
    );
    return exitCode;
  });
}

function existing({ batch }: BatchRecord, directory: string): BatchStatus {
  if (batch !== undefined) return batch;
  throw new PrimepackError(
    "JOURNAL_MISSING",
    `Cannot show the batch as its journal holds none: current value is ${directory}`,
  );
}

function count(record: BatchRecord): BatchProgress {
  const stages = { read: 0, validated: 0, creating: 0, created: 0, ended: 0 };
  const outcomes = { completed: 0, failed: 0, cancelled: 0, invalid: 0, validated: 0, skipped: 0, unknown: 0 };
  for (const { stage, outcome } of record.moves()) {
    stages[stage] += 1;
    if (outcome !== undefined) outcomes[outcome] += 1;
  }
  return { stages, outcomes };
}
