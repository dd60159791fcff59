import type { ViewClock } from "./clock.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { requestedHelp } from "./help.ts";
import { Interrupt, type InterruptSignals } from "./interrupt.ts";
import { version } from "./version.ts";
import { OutputStream, type OutputTarget } from "./view/output-stream.ts";

/** Everything that the program takes from its process. */
export interface CliProcess {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputTarget;
  readonly stderr: OutputTarget;
  readonly signals: InterruptSignals;
  /** Paths on the command line are relative to it. */
  readonly cwd: string;
  readonly clock: ViewClock;
}

type Command = (context: CommandContext) => Promise<ExitCode>;

// Loaded when they run: help and version need nothing of core.
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  build: async () => (await import("./commands/build.ts")).buildCommand,
  cancel: async () => (await import("./commands/resume.ts")).cancelCommand,
  convert: async () => (await import("./commands/convert.ts")).convertCommand,
  emulator: async () => (await import("./commands/emulator.ts")).emulatorCommand,
  inspect: async () => (await import("./commands/inspect.ts")).inspectCommand,
  ledger: async () => (await import("./commands/ledger.ts")).ledgerCommand,
  "live-check": async () => (await import("./commands/live-check.ts")).liveCheckCommand,
  migrate: async () => (await import("./commands/migrate.ts")).migrateCommand,
  report: async () => (await import("./commands/status.ts")).reportCommand,
  resume: async () => (await import("./commands/resume.ts")).resumeCommand,
  status: async () => (await import("./commands/status.ts")).statusCommand,
  tenant: async () => (await import("./commands/tenant.ts")).tenantCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  watch: async () => (await import("./commands/watch.ts")).watchCommand,
};

/** Runs one command line and resolves with the exit status. It never rejects, and leaves no listener behind. */
export async function runCli(cli: CliProcess): Promise<ExitCode> {
  const { argv, env, cwd, clock } = cli;
  const stdout = new OutputStream(cli.stdout);
  const stderr = new OutputStream(cli.stderr);
  const help = requestedHelp(argv);
  if (help !== undefined) {
    await (argv.length === 0 ? stderr : stdout).write(help);
    return argv.length === 0 ? exitCodes.usage : exitCodes.complete;
  }
  if (argv[0] === "--version" || argv[0] === "-v") {
    await stdout.write(`${version()}\n`);
    return exitCodes.complete;
  }

  const interrupt = new Interrupt(cli.signals, clock.now);
  try {
    const command = await loadCommand(argv);
    return await command({ argv: argv.slice(1), commandLine: argv, env, stdout, stderr, interrupt, cwd, clock });
  } catch (error) {
    const { reportError } = await import("./report-error.ts");
    return await reportError(error, {
      stdout,
      stderr,
      json: argv.includes("--json"),
      interrupted: interrupt.requested,
    });
  } finally {
    interrupt.close();
  }
}

async function loadCommand(argv: readonly string[]): Promise<Command> {
  const { refuseSecretArguments } = await import("./arguments/secret-argument.ts");
  refuseSecretArguments(argv);
  const [name = ""] = argv;
  if (Object.hasOwn(commands, name) && commands[name]) return commands[name]();
  const { usageError } = await import("./arguments/flags.ts");
  throw usageError(
    `Cannot run the command as it must be one of ${Object.keys(commands).join(", ")}: current value is ${JSON.stringify(name)}`,
    "See primepack --help.",
  );
}
