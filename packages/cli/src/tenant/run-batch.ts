import { join, resolve } from "node:path";
import type { Journal } from "@primepack/core";
import {
  type BatchRun,
  type BatchSummary,
  cancelBatch,
  crossTenantTasks,
  runBatch,
  writeBatchReport,
} from "@primepack/cross-tenant";
import { quoteForShell } from "../arguments/resume-command.ts";
import type { BatchArguments } from "../arguments/tenant-batch-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodeOfBatch, exitCodes } from "../exit-code.ts";
import { reportError } from "../report-error.ts";
import { JOURNAL_FOLDER } from "../run-record.ts";
import type { BatchView } from "../view/batch-view.ts";
import { JsonBatchView } from "../view/json-batch-view.ts";
import { safeText } from "../view/safe-text.ts";
import { TextBatchView } from "../view/text-batch-view.ts";
import { openTenant } from "./open-tenant.ts";

/** A batch whose folder is there, and how it is to be gone on with. */
export interface BatchToFollow {
  /** Absolute. */
  readonly directory: string;
  /** Folder that paths of the flags are relative to. */
  readonly cwd: string;
  readonly flags: Omit<BatchArguments, "out">;
  /** `begin` reads the file; `go on` where it was read to its end. */
  readonly action: "begin" | "go on" | "cancel";
  /** When cancelling: watch what has started to its end. */
  readonly watch?: boolean;
}

/** Goes on with a batch from where its journal is, shows it, and writes its report. */
export async function followBatch(batch: BatchToFollow, context: CommandContext): Promise<ExitCode> {
  const { stdout, stderr, interrupt } = context;
  const { directory, flags } = batch;
  const again = batch.action === "cancel" ? "cancel" : "resume";
  // From here on there is a run that can be gone on with.
  const resume = `primepack tenant move ${again} ${quoteForShell(directory)}`;
  const view = viewFor(batch, context);
  const closing: (() => Promise<void>)[] = [];
  try {
    const tenant = await openTenant(flags.service, { ...context, cwd: batch.cwd });
    closing.push(() => tenant.close());
    // Its native code is loaded by who moves alone.
    const { openLmdbJournal } = await import("@primepack/store-lmdb");
    const journal = await openLmdbJournal({ path: join(directory, JOURNAL_FOLDER) });
    closing.push(() => journal.close());
    const run = start(
      batch,
      { journal, tasks: crossTenantTasks({ client: tenant.client }), place: tenant.place },
      context,
    );
    interrupt.drainWith(() => {
      run.drain();
      view.draining();
    });
    view.started(() => run.progress);
    for await (const event of run) await view.event(event);
    const summary = await run.result;
    view.ended();
    return await tell(batch, { summary, journal, resume }, view, context);
  } catch (error) {
    view.ended();
    return await reportError(error, {
      stdout,
      stderr,
      json: flags.json,
      interrupted: interrupt.requested,
      resume,
    });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

type Parts = Pick<Parameters<typeof runBatch>[0], "journal" | "tasks" | "place">;

function start({ action, cwd, flags, watch }: BatchToFollow, parts: Parts, { interrupt }: CommandContext): BatchRun {
  const { table, defaults, limits, validate, validateOnly, skipInvalid, resubmitUnknown } = flags;
  const common = { ...parts, limits, signal: interrupt.signal };
  if (action === "cancel") return cancelBatch({ ...common, watch: watch ?? false });
  const rows = { ...table, file: resolve(cwd, table.file), defaults };
  return runBatch({
    ...common,
    validate,
    validateOnly,
    skipInvalid,
    resubmitUnknown,
    ...(action === "begin" && { rows }),
  });
}

async function tell(
  { directory, flags, action }: BatchToFollow,
  { summary, journal, resume }: { readonly summary: BatchSummary; readonly journal: Journal; readonly resume: string },
  view: BatchView,
  { stderr, interrupt }: CommandContext,
): Promise<ExitCode> {
  const { files } = await writeBatchReport({ directory: join(directory, "report"), journal, summary });
  const exitCode = exitCodeOf(summary, action, interrupt.requested);
  const end = { summary, exitCode, directory, report: files.page };
  if (summary.status === "validated") await view.summary({ ...end, resume: `${resume} --create` });
  else if (summary.status !== "interrupted") await view.summary(end);
  else {
    const goOn = exitCode === exitCodes.interrupted ? resume : `${resume} --wait`;
    const what = exitCode === exitCodes.interrupted ? "interrupted" : "tasks that have started go on";
    await view.summary({ ...end, resume: goOn });
    if (!flags.json) await stderr.write(`primepack: ${what}; go on with: ${safeText(goOn)}\n`);
  }
  return exitCode;
}

/** A cancelling that has done all it can leaves tasks behind that have started: its run isn't over, and nobody interrupted it. */
function exitCodeOf(summary: BatchSummary, action: BatchToFollow["action"], isInterrupted: boolean): ExitCode {
  const isCancelling = action === "cancel";
  if (isCancelling && summary.status === "interrupted" && !isInterrupted) return exitCodes.itemsMissing;
  return exitCodeOfBatch(summary, isCancelling);
}

function viewFor({ flags, action }: BatchToFollow, { stdout, stderr, clock }: CommandContext): BatchView {
  const { json, quiet } = flags;
  if (json) return new JsonBatchView({ stdout, clock, quiet });
  return new TextBatchView({ stdout, stderr, clock, quiet, isCancelling: action === "cancel" });
}
