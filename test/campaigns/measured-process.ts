import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type CliResult, runCliProcess } from "@primepack/test-support";

/** What a process took, as the system counted it: all of its threads. */
export interface ProcessUsage {
  /** Seconds of CPU, of the process and of the system for it. */
  readonly cpu: number;
  /** Bytes of resident memory at its peak. */
  readonly peak: number;
  /** Seconds from its start to its end. */
  readonly wall: number;
}

const reportUsage = fileURLToPath(new URL("report-usage.mjs", import.meta.url));

/** Runs the built command in a process of its own, which writes what it took to the file as it ends. */
export async function runMeasuredProcess(
  args: readonly string[],
  usageFile: string,
): Promise<CliResult & { readonly usage: ProcessUsage }> {
  const result = await runCliProcess(args, {
    env: { PRIMEPACK_USAGE_FILE: usageFile },
    through: ([node = process.execPath, ...rest]) => [node, "--import", reportUsage, ...rest],
  });
  return { ...result, usage: JSON.parse(await readFile(usageFile, "utf8")) as ProcessUsage };
}
