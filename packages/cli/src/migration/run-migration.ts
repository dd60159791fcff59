import { join } from "node:path";
import { isWithin, type Journal, type Ledger, PrimepackError } from "@primepack/core";
import {
  cancelMigration,
  type EndOptions,
  type MigrateOptions,
  type MigrationRun,
  type MigrationSummary,
  migrate,
  readStatus,
  reportRun,
} from "@primepack/runner";
import { withTargetFolder } from "@primepack/submitter";
import type { MigrateArguments, RunArguments } from "../arguments/migrate-arguments.ts";
import { quoteForShell } from "../arguments/resume-command.ts";
import type { CommandContext } from "../command-context.ts";
import { networkFromEnvironment } from "../environment.ts";
import { type ExitCode, exitCodeOfMigration, exitCodes } from "../exit-code.ts";
import { openLedger } from "../open-ledger.ts";
import { openSource } from "../open-source.ts";
import { reportError } from "../report-error.ts";
import { JOURNAL_FOLDER } from "../run-record.ts";
import { mappedPeople } from "../user-map.ts";
import { JsonMigrationView } from "../view/json-migration-view.ts";
import type { MigrationView } from "../view/migration-view.ts";
import { TextMigrationView } from "../view/text-migration-view.ts";
import { type OpenedService, openService } from "./open-service.ts";
import { containersFor } from "./own-containers.ts";
import type { RunFile } from "./run-file.ts";

/** A run whose folder is there, and how it is to be gone on with. */
export interface RunToFollow extends RunArguments {
  /** Absolute. */
  readonly directory: string;
  readonly file: RunFile;
  /** What {@link RunFile.arguments} say. */
  readonly flags: MigrateArguments;
  readonly action: "migrate" | "cancel";
  readonly resubmitUnknown: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Goes on with a run from where its journal is to its end, shows it, and writes its report. */
export async function runMigration(
  run: RunToFollow,
  context: CommandContext,
  opened?: OpenedService,
): Promise<ExitCode> {
  const { stdout, stderr, interrupt } = context;
  const { directory, json } = run;
  // From here on there is a run that can be gone on with.
  const resume = `primepack resume ${quoteForShell(directory)}`;
  const view = viewFor(run, context);
  try {
    return await withParts(run, context, opened, (parts) => follow(run, parts, view, context, resume));
  } catch (error) {
    view.ended();
    return await reportError(error, { stdout, stderr, json, interrupted: interrupt.requested, resume });
  }
}

/** What a run works with, all of which has to be closed. */
interface Parts {
  readonly service: OpenedService;
  readonly journal: Journal;
  readonly ledger: Ledger | undefined;
  /** Absolute; folders and files that are read as a whole. */
  readonly sources: readonly string[];
  readonly options: EndOptions;
}

async function withParts(
  run: RunToFollow,
  context: CommandContext,
  opened: OpenedService | undefined,
  work: (parts: Parts) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { directory, file, flags, limits, credential } = run;
  const closing: (() => Promise<void>)[] = [];
  try {
    const begun = { ...context, cwd: file.cwd };
    const service = opened ?? (await openService(flags.service, credential, begun));
    closing.push(() => service.close());
    const sources = flags.source.kind === "files" ? (await openSource(flags.source, begun, false)).paths : [];
    // Its native code is loaded by who migrates alone.
    const { openLmdbJournal } = await import("@primepack/store-lmdb");
    const journal = await openLmdbJournal({ path: join(directory, JOURNAL_FOLDER) });
    closing.push(() => journal.close());
    const ledger = await openLedger(flags, { target: file.target, paths: sources }, file.cwd);
    if (ledger !== undefined) closing.push(() => ledger.close());
    // A variable that was set since changes nothing of a run.
    const containers = file.ownContainers ? await containersFor({ ...flags, credential }, begun) : undefined;
    const network = networkFromEnvironment(context.env);
    return await work({
      service,
      journal,
      ledger,
      sources,
      options: {
        directory,
        journal,
        service: service.service,
        events: service.events,
        limits,
        signal: context.interrupt.signal,
        ...(containers && { containers }),
        ...(network && { network }),
        ...(ledger && { ledger: { store: ledger, deletions: flags.deleteMissing } }),
      },
    });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function follow(
  run: RunToFollow,
  parts: Parts,
  view: MigrationView,
  context: CommandContext,
  resume: string,
): Promise<ExitCode> {
  const { directory, action } = run;
  const { stderr, interrupt } = context;
  if (isOver(run, parts.journal)) {
    const { files, summary } = await reportRun({ directory, journal: parts.journal, title: titleOf(run) });
    const exitCode = exitCodeOf(action, summary);
    await view.summary({ summary, exitCode, directory, report: files.page });
    return exitCode;
  }
  const migration = action === "cancel" ? cancelMigration(parts.options) : await begin(run, parts, view, context);
  interrupt.drainWith(() => {
    migration.drain();
    view.draining();
  });
  view.started(() => migration.progress);
  for await (const event of migration) await view.event(event);
  const summary = await migration.result;
  view.ended();
  const { files } = await reportRun({
    directory,
    journal: parts.journal,
    summary,
    title: titleOf(run),
    onItem: (item) => view.item(item),
  });
  const exitCode =
    action === "cancel" && summary.status === "cancelled" ? exitCodes.complete : exitCodeOfMigration(summary);
  const end = { summary, exitCode, directory, report: files.page };
  if (exitCode !== exitCodes.interrupted) await view.summary(end);
  else {
    await view.summary({ ...end, resume });
    if (!run.json) await stderr.write(`primepack: interrupted; go on with: ${resume}\n`);
  }
  return exitCode;
}

/** What is over is told once more; but what is unknown can be sent again, and what is not cancelled can be. */
function isOver({ resubmitUnknown }: RunToFollow, journal: Journal): boolean {
  const status = readStatus(journal).run?.status;
  return status === "cancelled" || (status === "complete" && !resubmitUnknown);
}

function exitCodeOf(action: RunToFollow["action"], summary: MigrationSummary): ExitCode {
  return action === "cancel" && summary.status === "cancelled" ? exitCodes.complete : exitCodeOfMigration(summary);
}

async function begin(
  { directory, file, flags, resubmitUnknown }: RunToFollow,
  { options, sources }: Parts,
  view: MigrationView,
  context: CommandContext,
): Promise<MigrationRun> {
  if (file.ownContainers && options.containers === undefined) {
    throw new PrimepackError(
      "RUN_MISMATCH",
      "Cannot go on as the run must have containers of the account that it began with: current value of PRIMEPACK_STORAGE is none",
      { hint: "Set PRIMEPACK_STORAGE to what it was when the run began." },
    );
  }
  const begun = { ...context, cwd: file.cwd };
  const { people, warnings } = await mappedPeople(flags, file.cwd, context.interrupt.signal);
  for (const warning of warnings) await view.event(warning);
  const { source } = await openSource(flags.source, begun, flags.ledger !== undefined);
  for (const path of sources) {
    if (!(await isWithin(directory, path))) continue;
    throw new PrimepackError(
      "OUTPUT_CONTAINS_SOURCE",
      `Cannot keep the run in its folder as it lies in a source: current value is ${directory}`,
    );
  }
  const { dryRun: _, ...settings } = flags.settings;
  const migrating: MigrateOptions = {
    ...options,
    source: withTargetFolder(source, file.folder),
    target: file.target,
    sources,
    packaging: { ...settings, people, forms: flags.forms },
    queue: flags.queue,
    resubmitUnknown,
  };
  return migrate(migrating);
}

function titleOf({ file, flags }: RunToFollow): string {
  const { target, folder } = file;
  const place = [target.listTitle, ...folder].join("/");
  const where = flags.service.kind === "sharepoint" ? flags.service.siteUrl : flags.service.containerId;
  return `Migration to ${place} of ${where}`;
}

function viewFor({ json, quiet }: RunToFollow, { stdout, stderr, clock }: CommandContext): MigrationView {
  return json
    ? new JsonMigrationView({ stdout, clock, quiet })
    : new TextMigrationView({ stdout, stderr, clock, quiet });
}
