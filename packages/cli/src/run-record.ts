import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, PrimepackError } from "@primepack/core";
import { quoteForShell } from "./arguments/resume-command.ts";

/** In the folder of a run of any kind. */
export const JOURNAL_FOLDER = "journal";

const VERSION = 1;

/** Of one kind of runs: the file in a run's folder that says with what the run began. */
export interface RunRecordKind {
  readonly fileName: string;
  /** Stands in the file, so that others are told apart. */
  readonly format: string;
  /** The command that goes on with a run, in front of its folder. */
  readonly resume: string;
}

/** What a file of any kind holds. */
export type RunRecord = Readonly<Record<string, unknown>>;

/**
 * Refuses a folder that holds a run, or something else. Throws OUTPUT_NOT_EMPTY.
 *
 * @param path - absolute
 */
export async function checkNewRunFolder(kind: RunRecordKind, path: string): Promise<void> {
  const names: readonly string[] = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw PrimepackError.from(error, "OUTPUT_UNWRITABLE", `use the run's folder ${path}`);
  });
  // Alone it is what a process left that was killed before its run began.
  if (names.every((name) => name === partialOf(kind))) return;
  throw new PrimepackError(
    "OUTPUT_NOT_EMPTY",
    `Cannot begin a run in a folder that is not empty: current value is ${path}`,
    names.includes(kind.fileName)
      ? { hint: `It holds a run; go on with it by: ${kind.resume} ${quoteForShell(path)}` }
      : {},
  );
}

/** Makes the folder (0700) with the file (0600) that says what the run began with; no secret may be in the record. */
export async function writeRunRecord(kind: RunRecordKind, path: string, record: object): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
    const partial = join(path, partialOf(kind));
    const text = JSON.stringify({ format: kind.format, version: VERSION, ...record }, undefined, 2);
    await writeFile(partial, `${text}\n`, { mode: 0o600 });
    await rename(partial, join(path, kind.fileName));
  } catch (error) {
    throw PrimepackError.from(error, "OUTPUT_UNWRITABLE", `use the run's folder ${path}`);
  }
}

/** Reads it. Throws RUN_INVALID where there is none, or one of another release. */
export async function readRunRecord(kind: RunRecordKind, path: string): Promise<RunRecord> {
  const text = await readFile(join(path, kind.fileName), "utf8").catch((error: unknown) => {
    throw new PrimepackError("RUN_INVALID", `Cannot read the run as ${describe(error)}`, { cause: error });
  });
  const found = parse(text);
  if (found?.format !== kind.format) throw invalidRecord(kind, path, "another file");
  if (found.version !== VERSION) throw invalidRecord(kind, path, `version ${String(found.version)}`);
  return found;
}

/** RUN_INVALID; of the file only `found` is repeated. */
export function invalidRecord({ fileName }: RunRecordKind, path: string, found: string): PrimepackError {
  return new PrimepackError(
    "RUN_INVALID",
    `Cannot read the run as its ${fileName} must be of version ${VERSION}: current value in ${path} is ${found}`,
  );
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function partialOf({ fileName }: RunRecordKind): string {
  return `${fileName}.partial`;
}

function parse(text: string): RunRecord | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as RunRecord) : undefined;
  } catch {
    return undefined;
  }
}
