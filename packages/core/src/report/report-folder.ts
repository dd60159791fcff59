import { mkdir } from "node:fs/promises";
import { PrimepackError } from "../errors/index.ts";
import { withReportFile } from "./with-report-file.ts";

/** Makes the folder of a report, and those above it. Throws REPORT_FAILED. */
export async function makeReportFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw PrimepackError.from(error, "REPORT_FAILED", `write the report in ${directory}`);
  }
}

/** Writes a file of a report that is in memory as a whole. Throws REPORT_FAILED. */
export async function writeReportFile(path: string, text: string): Promise<void> {
  await withReportFile(path, (write) => write(text));
}
