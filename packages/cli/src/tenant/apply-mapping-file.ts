import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Journal, PrimepackError } from "@primepack/core";
import { memoryJournal } from "@primepack/core/model";
import {
  applyMappings,
  groupMappings,
  type MappingRun,
  type MappingRunOptions,
  type MappingSummary,
  userMappings,
  writeMappingReport,
} from "@primepack/cross-tenant";
import { quoteForShell } from "../arguments/resume-command.ts";
import type { MapArguments } from "../arguments/tenant-map-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodeOfMapping, exitCodes } from "../exit-code.ts";
import { reportError } from "../report-error.ts";
import { JOURNAL_FOLDER } from "../run-record.ts";
import { JsonMappingView } from "../view/json-mapping-view.ts";
import type { MappingView } from "../view/mapping-view.ts";
import { safeText } from "../view/safe-text.ts";
import { TextMappingView } from "../view/text-mapping-view.ts";
import { checkReadable } from "./check-readable.ts";
import { openTenant, placeOf } from "./open-tenant.ts";
import { organizationOf } from "./organization.ts";
import { readStateFile, type StateFile, writeStateFile } from "./state-file.ts";

/** Applies a mapping file from where the state is, shows it, and writes its report. */
export async function applyMappingFile(flags: MapArguments, context: CommandContext): Promise<ExitCode> {
  const { stdout, stderr, interrupt, commandLine } = context;
  const resume = ["primepack", ...commandLine].map(quoteForShell).join(" ");
  const view = viewFor(flags, context);
  const closing: (() => Promise<void>)[] = [];
  try {
    await checkReadable(resolve(context.cwd, flags.table.file));
    const options = flags.dryRun
      ? await dryRunOptions(flags, closing, context)
      : await realOptions(flags, closing, context);
    const run = applyMappings(options);
    const summary = await follow(run, view, context);
    return await tell(flags, { summary, options, resume }, view, context);
  } catch (error) {
    view.ended();
    const goOn = flags.dryRun ? {} : { resume };
    return await reportError(error, { stdout, stderr, json: flags.json, interrupted: interrupt.requested, ...goOn });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function follow(run: MappingRun, view: MappingView, { interrupt }: CommandContext): Promise<MappingSummary> {
  interrupt.drainWith(() => {
    run.drain();
    view.draining();
  });
  view.started(() => run.progress);
  for await (const event of run) await view.event(event);
  const summary = await run.result;
  view.ended();
  return summary;
}

type Closing = (() => Promise<void>)[];

async function realOptions(flags: MapArguments, closing: Closing, context: CommandContext): Promise<MappingRunOptions> {
  const tenant = await openTenant(flags.service, context);
  closing.push(() => tenant.close());
  const directory = resolve(context.cwd, flags.state);
  if ((await readStateFile(directory)) === undefined) {
    await writeStateFile(directory, { kind: flags.kind, place: tenant.place });
  }
  const journal = await openJournal(join(directory, JOURNAL_FOLDER));
  closing.push(() => journal.close());
  const common = { ...commonOptions(flags, context), journal, place: tenant.place };
  const { client } = tenant;
  return flags.kind === "users"
    ? { ...common, kind: "users", service: userMappings({ client }) }
    : { ...common, kind: "groups", service: groupMappings({ client }) };
}

/** Asks nobody, and leaves nothing behind. */
async function dryRunOptions(
  flags: MapArguments,
  closing: Closing,
  context: CommandContext,
): Promise<MappingRunOptions> {
  const directory = resolve(context.cwd, flags.state);
  const state = await readStateFile(directory);
  const journal = await openJournal(join(directory, JOURNAL_FOLDER), true).catch((error: unknown) => {
    // Nothing was applied yet.
    if (error instanceof PrimepackError && error.code === "JOURNAL_MISSING") return memoryJournal();
    throw error;
  });
  closing.push(() => journal.close());
  // On the disk, as the file may be of any size.
  const temporary = await mkdtemp(join(tmpdir(), "primepack-dry-run-"));
  closing.push(() => rm(temporary, { recursive: true, force: true }));
  const scratch = await openJournal(join(temporary, JOURNAL_FOLDER));
  closing.push(() => scratch.close());
  const place = await dryPlaceOf(flags, state, context);
  return { ...commonOptions(flags, context), kind: flags.kind, journal, place, dryRun: true, scratch };
}

/** As nobody is asked, nobody need say by whom: then the state's organization is meant. */
async function dryPlaceOf(
  { service }: MapArguments,
  state: StateFile | undefined,
  context: CommandContext,
): Promise<string> {
  const isNamed = service.graphUrl !== undefined || (await organizationOf(service.credential, context)) !== undefined;
  return state === undefined || isNamed ? placeOf(service, context) : state.place;
}

/** Its native code is loaded by who maps alone. */
async function openJournal(path: string, readOnly = false): Promise<Journal> {
  const { openLmdbJournal } = await import("@primepack/store-lmdb");
  return openLmdbJournal({ path, readOnly });
}

function commonOptions(
  { table, sourceOrganizationId, removeMissing, resend, skipInvalid, requests }: MapArguments,
  { cwd, interrupt }: CommandContext,
): Pick<MappingRunOptions, "rows" | "removeMissing" | "resend" | "skipInvalid" | "requests" | "signal"> {
  return {
    rows: {
      ...table,
      file: resolve(cwd, table.file),
      ...(sourceOrganizationId !== undefined && { sourceOrganizationId }),
    },
    removeMissing,
    resend,
    skipInvalid,
    ...(requests !== undefined && { requests }),
    signal: interrupt.signal,
  };
}

interface Applied {
  readonly summary: MappingSummary;
  readonly options: MappingRunOptions;
  readonly resume: string;
}

async function tell(
  flags: MapArguments,
  { summary, options, resume }: Applied,
  view: MappingView,
  { cwd, stderr }: CommandContext,
): Promise<ExitCode> {
  const directory = resolve(cwd, flags.state);
  const into = flags.report ?? (flags.dryRun ? undefined : join(flags.state, "report"));
  const journal = options.dryRun ? options.scratch : options.journal;
  const written =
    into === undefined ? undefined : await writeMappingReport({ directory: resolve(cwd, into), journal, summary });
  const exitCode = exitCodeOfMapping(summary, flags.skipInvalid);
  const isInterrupted = exitCode === exitCodes.interrupted;
  await view.summary({
    summary,
    exitCode,
    directory,
    ...(written && { report: written.files.page }),
    ...(isInterrupted && { resume }),
  });
  if (isInterrupted && !flags.json) {
    await stderr.write(`primepack: interrupted; go on with: ${safeText(resume)}\n`);
  }
  return exitCode;
}

function viewFor({ json, quiet }: MapArguments, { stdout, stderr, clock }: CommandContext): MappingView {
  return json ? new JsonMappingView({ stdout, clock, quiet }) : new TextMappingView({ stdout, stderr, clock, quiet });
}
