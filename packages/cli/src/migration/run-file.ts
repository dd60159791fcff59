import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, PrimepackError, parseTarget, type Target } from "@primepack/core";
import { quoteForShell } from "../arguments/resume-command.ts";

/** In the run's folder. */
const RUN_FILE = "migration.json";
export const JOURNAL_FOLDER = "journal";
const PARTIAL_FILE = `${RUN_FILE}.partial`;

const FORMAT = "primepack migration";
const VERSION = 1;

/** What a run began with, and goes on with: no secret, as arguments hold none. */
export interface RunFile {
  /** Arguments of `primepack migrate`, without the command. */
  readonly arguments: readonly string[];
  /** Absolute folder that paths of the arguments are relative to. */
  readonly cwd: string;
  /** The library as it was found when the run began. */
  readonly target: Target;
  /** Names of the folder of the library that everything goes into; empty: its root. */
  readonly folder: readonly string[];
  /** Whether packages go into containers of an own storage account, which a variable alone may have named. */
  readonly ownContainers: boolean;
}

/**
 * Refuses a folder that holds a run, or something else. Throws OUTPUT_NOT_EMPTY.
 *
 * @param path - absolute
 */
export async function checkNewRunFolder(path: string): Promise<void> {
  const names: readonly string[] = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw PrimepackError.from(error, "OUTPUT_UNWRITABLE", `use the run's folder ${path}`);
  });
  // Alone it is what a process left that was killed before its run began.
  if (names.every((name) => name === PARTIAL_FILE)) return;
  throw new PrimepackError(
    "OUTPUT_NOT_EMPTY",
    `Cannot begin a run in a folder that is not empty: current value is ${path}`,
    names.includes(RUN_FILE)
      ? { hint: `It holds a run; go on with it by: primepack resume ${quoteForShell(path)}` }
      : {},
  );
}

/** Makes the folder (0700) with the file that says what the run began with. */
export async function writeRunFile(path: string, file: RunFile): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
    const partial = join(path, PARTIAL_FILE);
    const text = JSON.stringify({ format: FORMAT, version: VERSION, ...file }, undefined, 2);
    await writeFile(partial, `${text}\n`, { mode: 0o600 });
    await rename(partial, join(path, RUN_FILE));
  } catch (error) {
    throw PrimepackError.from(error, "OUTPUT_UNWRITABLE", `use the run's folder ${path}`);
  }
}

/** Reads it. Throws RUN_INVALID where there is none, or one of another release. */
export async function readRunFile(path: string): Promise<RunFile> {
  const text = await readFile(join(path, RUN_FILE), "utf8").catch((error: unknown) => {
    throw new PrimepackError("RUN_INVALID", `Cannot read the run as ${describe(error)}`, { cause: error });
  });
  const found = parse(text);
  if (found?.format !== FORMAT) throw invalid(path, "another file");
  if (found.version !== VERSION) throw invalid(path, `version ${String(found.version)}`);
  const { arguments: argv, cwd, target, folder, ownContainers } = found;
  if (!isTexts(argv) || typeof cwd !== "string" || !isTexts(folder) || typeof ownContainers !== "boolean") {
    throw invalid(path, "damaged");
  }
  return { arguments: argv, cwd, folder, target: parseTarget(target), ownContainers };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function invalid(path: string, found: string): PrimepackError {
  return new PrimepackError(
    "RUN_INVALID",
    `Cannot read the run as its ${RUN_FILE} must be of version ${VERSION}: current value in ${path} is ${found}`,
  );
}
