import { PrimepackError } from "../errors/index.ts";
import { lockPath } from "./process-lock.ts";

/**
 * Keeps other processes of this machine from the output folder until the function that it gives is called, or the
 * process ends in whatever way; see {@link lockPath}. The same process may take it several times.
 *
 * Throws OUTPUT_IN_USE.
 */
export async function lockOutput(root: string): Promise<() => void> {
  const release = await lockPath(root, { again: true });
  if (release !== undefined) return release;
  throw new PrimepackError(
    "OUTPUT_IN_USE",
    `Cannot use the output folder as another process is building into it: current value is ${root}`,
  );
}
