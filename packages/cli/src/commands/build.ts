import { join, resolve } from "node:path";
import {
  azurePackageStore,
  type BuildSummary,
  build,
  countFileSystem,
  fileSystemSource,
  type NetworkOptions,
  type OutputDirectory,
  type OutputDirectoryOptions,
  openOutputDirectory,
  type Secret,
  type Source,
  type Target,
} from "@primepack/core";
import { type BuildArguments, readBuildArguments } from "../arguments/build-arguments.ts";
import { resumeCommand } from "../arguments/resume-command.ts";
import type { CommandContext } from "../command-context.ts";
import { networkFromEnvironment, storageSecret } from "../environment.ts";
import { type ExitCode, exitCodeOfBuild, exitCodes } from "../exit-code.ts";
import { followBuild } from "../follow-build.ts";
import { reportError } from "../report-error.ts";
import { sourcePaths } from "../source-paths.ts";
import { readTargetFile } from "../target-file.ts";
import type { BuildEnd, BuildView } from "../view/build-view.ts";
import { JsonBuildView } from "../view/json-build-view.ts";
import { TextBuildView } from "../view/text-build-view.ts";

/** What the command line names, looked at before anything is written. */
interface BuildInput {
  readonly target: Target;
  /** Absolute. */
  readonly paths: readonly string[];
  readonly source: Source;
  /** Undefined: packages go into the output folder. */
  readonly store: OutputDirectoryOptions["store"] | undefined;
}

/** `primepack build`: packages from folders and files. */
export async function buildCommand(context: CommandContext): Promise<ExitCode> {
  const flags = readBuildArguments(context.argv);
  const input = await readInput(flags, context);
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
    const summary = await runBuild(flags, input, output, view, context);
    const exitCode = exitCodeOfBuild(summary);
    const end = endOf(summary, exitCode, flags, output, input, context.cwd);
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

async function readInput(flags: BuildArguments, { cwd, env, interrupt }: CommandContext): Promise<BuildInput> {
  const { include, exclude } = flags;
  const storage = await storageSecret(flags.storageFile && resolve(cwd, flags.storageFile), env);
  const target = await readTargetFile(resolve(cwd, flags.target));
  const paths = await sourcePaths(flags.sources, cwd);
  const source = fileSystemSource(paths, { include, exclude, signal: interrupt.signal });
  const store = storage && storeIn(storage, networkFromEnvironment(env));
  // A storage that can't be used is refused now, before there is a run.
  store?.({ runId: "check", directory: cwd });
  return { target, paths, source, store };
}

function storeIn(storage: Secret, network: NetworkOptions | undefined): NonNullable<OutputDirectoryOptions["store"]> {
  return ({ runId, directory }) =>
    azurePackageStore({ storage, runId, recordsDirectory: directory, ...(network && { network }) });
}

async function runBuild(
  flags: BuildArguments,
  { target, paths, source }: BuildInput,
  output: OutputDirectory,
  view: BuildView,
  { interrupt, stdout }: CommandContext,
): Promise<BuildSummary> {
  const { include, exclude } = flags;
  const run = build({
    ...flags.settings,
    source,
    target,
    packages: output.packages,
    encryption: output.encryption,
    finished: output.finished,
    clock: output.clock,
    signal: interrupt.signal,
  });
  // Counting reads the tree a second time; only someone who watches gains by it.
  const watched = stdout.isTerminal && !flags.quiet && !flags.json;
  return followBuild(run, {
    events: output.record(run),
    view,
    interrupt,
    ...(watched && { count: (signal: AbortSignal) => countFileSystem(paths, { include, exclude, signal }) }),
  });
}

function viewFor({ json, quiet }: BuildArguments, { stdout, stderr, clock }: CommandContext): BuildView {
  return json ? new JsonBuildView({ stdout, clock, quiet }) : new TextBuildView({ stdout, stderr, clock, quiet });
}

function endOf(
  summary: BuildSummary,
  exitCode: ExitCode,
  flags: BuildArguments,
  { directory, encryption }: OutputDirectory,
  { store }: BuildInput,
  cwd: string,
): BuildEnd {
  const keyFile = flags.keyFile === undefined ? join(directory, "key") : resolve(cwd, flags.keyFile);
  return {
    summary,
    exitCode,
    directory,
    ...(encryption !== "none" && !isDryRun(flags) && { keyFile }),
    inContainers: store !== undefined,
    dryRun: isDryRun(flags),
  };
}

function isDryRun({ settings }: BuildArguments): boolean {
  return settings.dryRun ?? false;
}
