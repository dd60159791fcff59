import { dirname } from "node:path";
import { PrimepackError } from "../errors/index.ts";
import { ReportFile } from "./report-file.ts";

/**
 * Writes a file of text that appears under its name, replacing what was there, when the work is done; if it fails, all is
 * as it was before. What is given to `write` is gathered; await it, so that no more than 64 Ki characters wait.
 *
 * Rejects with REPORT_FAILED, or with what the work throws.
 */
export async function withReportFile(
  path: string,
  work: (write: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const file = await writing(path, () => ReportFile.begin(path));
  let isDone = false;
  try {
    await work((text) => writing(path, () => file.write(text)));
    await writing(path, () => file.finish());
    isDone = true;
  } finally {
    if (!isDone) await file.discard().catch(() => undefined);
  }
}

async function writing<Result>(path: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw PrimepackError.from(error, "REPORT_FAILED", `write the report in ${dirname(path)}`);
  }
}
