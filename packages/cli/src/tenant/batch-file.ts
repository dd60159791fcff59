import * as record from "../run-record.ts";

const kind: record.RunRecordKind = {
  fileName: "batch.json",
  format: "primepack tenant batch",
  resume: "primepack tenant move resume",
};

/** With what a batch began, and goes on with: no secret, as arguments hold none. */
export interface BatchFile {
  /** Arguments of `primepack tenant move`, without these words. */
  readonly arguments: readonly string[];
  /** Absolute folder that paths of the arguments are relative to. */
  readonly cwd: string;
}

/** Refuses a folder that holds a run, or something else. Throws OUTPUT_NOT_EMPTY. */
export function checkNewBatchFolder(path: string): Promise<void> {
  return record.checkNewRunFolder(kind, path);
}

/** Makes the folder (0700) with the file that says with what the batch began. */
export function writeBatchFile(path: string, file: BatchFile): Promise<void> {
  return record.writeRunRecord(kind, path, file);
}

/** Reads it. Throws RUN_INVALID where there is none, or one of another release. */
export async function readBatchFile(path: string): Promise<BatchFile> {
  const { arguments: argv, cwd } = await record.readRunRecord(kind, path);
  if (!record.isTexts(argv) || typeof cwd !== "string") throw record.invalidRecord(kind, path, "damaged");
  return { arguments: argv, cwd };
}
