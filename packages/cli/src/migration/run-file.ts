import { parseTarget, type Target } from "@primepack/core";
import * as record from "../run-record.ts";

const kind: record.RunRecordKind = {
  fileName: "migration.json",
  format: "primepack migration",
  resume: "primepack resume",
};

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

/** Refuses a folder that holds a run, or something else. Throws OUTPUT_NOT_EMPTY. */
export function checkNewRunFolder(path: string): Promise<void> {
  return record.checkNewRunFolder(kind, path);
}

/** Makes the folder (0700) with the file that says what the run began with. */
export function writeRunFile(path: string, file: RunFile): Promise<void> {
  return record.writeRunRecord(kind, path, file);
}

/** Reads it. Throws RUN_INVALID where there is none, or one of another release. */
export async function readRunFile(path: string): Promise<RunFile> {
  const { arguments: argv, cwd, target, folder, ownContainers } = await record.readRunRecord(kind, path);
  if (
    !record.isTexts(argv) ||
    typeof cwd !== "string" ||
    !record.isTexts(folder) ||
    typeof ownContainers !== "boolean"
  ) {
    throw record.invalidRecord(kind, path, "damaged");
  }
  return { arguments: argv, cwd, folder, target: parseTarget(target), ownContainers };
}
