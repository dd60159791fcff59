import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, PrimepackError } from "@primepack/core";
import type { Emulator, EmulatorOptions } from "@primepack/emulator";
import { type EmulatorArguments, readEmulatorArguments } from "../arguments/emulator-arguments.ts";
import { usageError } from "../arguments/flags.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { jsonLine } from "../view/json-line.ts";
import { safeText } from "../view/safe-text.ts";

/** `primepack emulator`: a local Migration API, until Ctrl+C. */
export async function emulatorCommand(context: CommandContext): Promise<ExitCode> {
  const { argv, cwd, stdout, interrupt } = context;
  const flags = readEmulatorArguments(argv);
  const { startEmulator } = await loadEmulator();
  const directory =
    flags.directory === undefined
      ? await mkdtemp(join(tmpdir(), "primepack-emulator-"))
      : resolve(cwd, flags.directory);
  const emulator = await startEmulator(await optionsOf(flags, directory, cwd));
  try {
    // A connection string is a secret, and not for the screen.
    const storageFile = join(directory, "storage.txt");
    await writeFile(storageFile, `${emulator.storage}\n`, { mode: 0o600 });
    await stdout.write(flags.json ? startedLine(emulator, storageFile) : `${startedText(emulator, storageFile)}\n`);
    await untilInterrupted(interrupt);
  } finally {
    await emulator.stop();
  }
  if (flags.json) await stdout.write(jsonLine({ type: "summary", exitCode: exitCodes.complete }));
  return exitCodes.complete;
}

/** The emulator brings a storage account along, so that it is installed by who wants one alone. */
async function loadEmulator(): Promise<typeof import("@primepack/emulator")> {
  try {
    return await import("@primepack/emulator");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw usageError(
      "Cannot start the emulator as its package must be installed: current value of @primepack/emulator is none",
      "Install it beside primepack: npm install @primepack/emulator",
    );
  }
}

async function optionsOf(flags: EmulatorArguments, directory: string, cwd: string): Promise<EmulatorOptions> {
  const { port, site, lists, graphContainers, concurrentJobs, tokenFile, switches, organizations, faults } = flags;
  const accessToken = tokenFile === undefined ? undefined : await readToken(resolve(cwd, tokenFile));
  return {
    directory,
    switches,
    organizations,
    faults,
    ...(port !== undefined && { port }),
    ...(site !== undefined && { site }),
    ...(lists.length > 0 && { lists }),
    ...(graphContainers.length > 0 && { graphContainers }),
    ...(concurrentJobs !== undefined && { concurrentJobs }),
    ...(accessToken !== undefined && { accessToken }),
  };
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw new PrimepackError("INVALID_OPTION", `Cannot read --token-file as ${describe(error)}`, { cause: error });
  }
}

function startedLine(emulator: Emulator, storageFile: string): string {
  const { url, siteUrl, graphUrl, graphBetaUrl, directory } = emulator;
  return jsonLine({ type: "started", url, siteUrl, graphUrl, graphBetaUrl, directory, storageFile });
}

function startedText({ siteUrl, graphUrl, graphBetaUrl, directory }: Emulator, storageFile: string): string {
  return [
    "The emulator runs until Ctrl+C; it is no SharePoint, and docs/emulator.md says where it differs.",
    `Site:     ${siteUrl}`,
    `Graph:    ${graphUrl}`,
    `Tenants:  ${graphBetaUrl}`,
    `Storage:  ${safeText(storageFile)}`,
    `Imported: ${safeText(directory)}`,
    `Try:      primepack migrate FOLDER --site ${siteUrl} --library Documents --out run --poll-running 1 --poll-queued 1`,
  ].join("\n");
}

/** Keeps the process alive by itself: nothing else may. */
function untilInterrupted(interrupt: CommandContext["interrupt"]): Promise<void> {
  return new Promise((resolvePromise) => {
    const alive = setInterval(() => undefined, 2 ** 30);
    const end = () => {
      clearInterval(alive);
      resolvePromise();
    };
    interrupt.drainWith(end);
    interrupt.signal.addEventListener("abort", end, { once: true });
  });
}
