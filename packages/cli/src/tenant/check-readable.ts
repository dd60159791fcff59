import { access, constants, stat } from "node:fs/promises";
import { describe, PrimepackError } from "@primepack/core";

/** Mistakes of the command line are told before there is a folder for a run. Throws INVALID_OPTION. */
export async function checkReadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
    if (!(await stat(path)).isDirectory()) return;
  } catch (error) {
    throw new PrimepackError("INVALID_OPTION", `Cannot read the file as ${describe(error)}`, { cause: error });
  }
  throw new PrimepackError("INVALID_OPTION", `Cannot read the file as it is a folder: current value is ${path}`);
}
