import { resolve } from "node:path";
import { PrimepackError } from "../errors/index.ts";
import { finishedPackages, readRunFile } from "./run-file.ts";

/** The run that an output folder holds. */
export interface OutputRun {
  /** As the ledger knows the run by, where it was built with one. */
  readonly runId: string;
  /** Names of the finished packages, in the order in which they were finished. */
  readonly packages: readonly string[];
}

/** Reads what an output folder tells of its run; it may be going on. Throws OUTPUT_UNREADABLE or RECORDS_INVALID. */
export async function readOutputRun(directory: string): Promise<OutputRun> {
  const root = resolve(directory);
  try {
    const run = await readRunFile(root);
    if (run === undefined) {
      const message = `Cannot read the run as the output folder must hold one: current value is ${root}`;
      throw new PrimepackError("OUTPUT_UNREADABLE", message);
    }
    return { runId: run.runId, packages: [...(await finishedPackages(root)).keys()] };
  } catch (error) {
    throw PrimepackError.from(error, "OUTPUT_UNREADABLE", `read the output folder ${root}`);
  }
}
