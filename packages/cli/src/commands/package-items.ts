import { join, resolve } from "node:path";
import {
  azurePackageStore,
  type BuildSummary,
  build,
  type EncryptionOptions,
  type Ledger,
  type NetworkOptions,
  type OutputDirectory,
  type OutputDirectoryOptions,
  openOutputDirectory,
  type PackageForms,
  type Secret,
  type Target,
} from "@primepack/core";
import type { PackagingArguments } from "../arguments/packaging-arguments.ts";
import { resumeCommand } from "../arguments/resume-command.ts";
import { BuildTally, type TallyCounts } from "../build-tally.ts";
import type { CommandContext } from "../command-context.ts";
import { networkFromEnvironment, storageSecret } from "../environment.ts";
import { type ExitCode, exitCodeOfBuild, exitCodes } from "../exit-code.ts";
import { followBuild } from "../follow-build.ts";
import { openLedger } from "../open-ledger.ts";
import type { OpenedSource } from "../open-source.ts";
import { reportError } from "../report-error.ts";
import { readTargetFile } from "../target-file.ts";
import { type MappedPeople, mappedPeople } from "../user-map.ts";
import type { BuildEnd, BuildView } from "../view/build-view.ts";
import { JsonBuildView } from "../view/json-build-view.ts";
import { TextBuildView } from "../view/text-build-view.ts";

/** Where the items of a run come from; the output may lie neither in nor around its paths. */
export interface PackagingSource extends OpenedSource {
  /** Tells what else the source has to say, before the summary. */
  readonly report?: () => Promise<void>;
}

/** What the command line names, looked at before anything is written. */
interface PackagingInput extends PackagingSource, MappedPeople {
  readonly target: Target;
  /** Undefined: packages go into the output folder. */
  readonly store: OutputDirectoryOptions["store"] | undefined;
}

/** Makes packages of the items of a source, and shows it. `open` is called after the other input has been looked at. */
export async function packageItems(
  flags: PackagingArguments,
  context: CommandContext,
  open: (target: Target) => Promise<PackagingSource>,
): Promise<ExitCode> {
  const input = await readInput(flags, context, open);
  const ledger = await openLedger(flags, input, context.cwd);
  try {
    return await packageInto(flags, context, input, ledger);
  } finally {
    await ledger?.close();
  }
}

async function packageInto(
  flags: PackagingArguments,
  context: CommandContext,
  input: PackagingInput,
  ledger: Ledger | undefined,
): Promise<ExitCode> {
  const output = await openOutputDirectory(resolve(context.cwd, flags.out), {
    encryption: flags.encryption,
    continue: flags.continue,
    sources: input.paths,
    dryRun: isDryRun(flags),
    ...(flags.keyFile === undefined ? {} : { keyFile: resolve(context.cwd, flags.keyFile) }),
    ...(input.store === undefined ? {} : { store: input.store }),
  });

  // From here on there is a run that can be gone on with.
  const { stdout, stderr, interrupt } = context;
  const resume = isDryRun(flags) ? undefined : resumeCommand(context.commandLine);
  const view = viewFor(flags, context);
  try {
    const tally = new BuildTally();
    for (const warning of input.warnings) {
      tally.add(warning);
      await view.event(warning);
    }
    const summary = await runBuild(flags, { ...input, ...(ledger && { ledger }), tally }, output, view, context);
    const exitCode = exitCodeOfBuild(summary);
    if (!flags.quiet) await input.report?.();
    const end = endOf({ summary, exitCode, tally: tally.counts }, flags, output, input, context.cwd);
    if (exitCode !== exitCodes.interrupted || resume === undefined) {
      await view.summary(end);
    } else {
      await view.summary({ ...end, resume });
      await stderr.write(`primepack: interrupted; go on with: ${resume}\n`);
    }
    return exitCode;
  } catch (error) {
    const interrupted = interrupt.requested;
    return await reportError(error, { stdout, stderr, json: flags.json, interrupted, ...(resume && { resume }) });
  }
}

async function readInput(
  flags: PackagingArguments,
  { cwd, env, interrupt }: CommandContext,
  open: (target: Target) => Promise<PackagingSource>,
): Promise<PackagingInput> {
  const storage = await storageSecret(flags.storageFile && resolve(cwd, flags.storageFile), env);
  const target = await readTargetFile(resolve(cwd, flags.target));
  const people = await mappedPeople(flags, cwd, interrupt.signal);
  const source = await open(target);
  const store = storage && storeIn(storage, networkFromEnvironment(env));
  // A storage that can't be used is refused now, before there is a run.
  store?.({ runId: "check", directory: cwd });
  return { ...source, ...people, target, store };
}

function storeIn(storage: Secret, network: NetworkOptions | undefined): NonNullable<OutputDirectoryOptions["store"]> {
  return ({ runId, directory }) =>
    azurePackageStore({ storage, runId, recordsDirectory: directory, ...(network && { network }) });
}

async function runBuild(
  flags: PackagingArguments,
  {
    target,
    source,
    people,
    count,
    ledger,
    tally,
  }: PackagingInput & {
    readonly ledger?: Ledger;
    readonly tally: BuildTally;
  },
  output: OutputDirectory,
  view: BuildView,
  { interrupt, stdout }: CommandContext,
): Promise<BuildSummary> {
  const run = build({
    ...flags.settings,
    ...encryptionOf(output, flags.forms),
    source,
    target,
    people,
    packages: output.packages,
    finished: output.finished,
    ...(ledger && { ledger: { store: ledger, runId: output.runId, deletions: flags.deleteMissing } }),
    clock: output.clock,
    signal: interrupt.signal,
  });
  // Counting reads the tree a second time; only someone who watches gains by it.
  const watched = stdout.isTerminal && !flags.quiet && !flags.json;
  return followBuild(run, {
    events: output.record(run),
    view,
    interrupt,
    tally,
    ...(watched && count && { count }),
  });
}

/** Archives with `none` are refused with the other arguments; to the compiler they are left out. */
function encryptionOf({ encryption }: OutputDirectory, forms: PackageForms): EncryptionOptions {
  return encryption === "none" ? { encryption, forms: { ...forms, archives: false } } : { encryption, forms };
}

function viewFor({ json, quiet }: PackagingArguments, { stdout, stderr, clock }: CommandContext): BuildView {
  return json ? new JsonBuildView({ stdout, clock, quiet }) : new TextBuildView({ stdout, stderr, clock, quiet });
}

function endOf(
  found: { readonly summary: BuildSummary; readonly exitCode: ExitCode; readonly tally: TallyCounts },
  flags: PackagingArguments,
  { directory, encryption }: OutputDirectory,
  { store }: PackagingInput,
  cwd: string,
): BuildEnd {
  const keyFile = flags.keyFile === undefined ? join(directory, "key") : resolve(cwd, flags.keyFile);
  return {
    ...found,
    directory,
    ...(encryption !== "none" && !isDryRun(flags) && { keyFile }),
    inContainers: store !== undefined,
    dryRun: isDryRun(flags),
  };
}

function isDryRun({ settings }: PackagingArguments): boolean {
  return settings.dryRun ?? false;
}
