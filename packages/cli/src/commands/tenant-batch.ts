import { resolve } from "node:path";
import { PrimepackError } from "@primepack/core";
import { readBatchArguments, readBatchResumeArguments } from "../arguments/tenant-batch-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";
import { renewedCredential } from "../migration/renewed-credential.ts";
import { checkNewBatchFolder, readBatchFile, writeBatchFile } from "../tenant/batch-file.ts";
import { batchStatus, checkUnused } from "../tenant/batch-journal.ts";
import { checkReadable } from "../tenant/check-readable.ts";
import { followBatch } from "../tenant/run-batch.ts";

/** `primepack tenant move --batch`: begins a batch and follows it to its end. */
export async function batchCommand(context: CommandContext): Promise<ExitCode> {
  const { argv, cwd } = context;
  const flags = readBatchArguments(argv);
  const directory = resolve(cwd, flags.out);
  await checkFolder(directory);
  await checkReadable(resolve(cwd, flags.table.file));
  await writeBatchFile(directory, { arguments: argv, cwd });
  return followBatch({ directory, cwd, flags, action: "begin" }, context);
}

/**
 * A batch that has created nothing can begin anew, with a file or with arguments that were corrected. Throws
 * OUTPUT_NOT_EMPTY for another, JOURNAL_IN_USE for one that a process works on.
 */
async function checkFolder(directory: string): Promise<void> {
  try {
    await checkNewBatchFolder(directory);
  } catch (error) {
    const isTaken = error instanceof PrimepackError && error.code === "OUTPUT_NOT_EMPTY";
    const isBatch = isTaken && (await readBatchFile(directory).catch(() => undefined)) !== undefined;
    if (!isBatch) throw error;
    const status = (await batchStatus(directory))?.status;
    // Undefined: it ended before its journal had anything, as where nobody was named who asks.
    if (status !== undefined && !beginningAnew.has(status)) throw error;
    if (status !== undefined) await checkUnused(directory);
  }
}

/** None has created anything; `reading`: its file was no table, or its process was killed. */
const beginningAnew: ReadonlySet<string> = new Set(["reading", "refused", "validated"]);

/** `primepack tenant move resume`: goes on with a batch that was interrupted, in whatever way. */
export async function resumeBatchCommand(context: CommandContext): Promise<ExitCode> {
  const given = readBatchResumeArguments(context.argv);
  const directory = resolve(context.cwd, given.run);
  const { arguments: argv, cwd } = await readBatchFile(directory);
  const begun = readBatchArguments(argv);
  const graphUrl = given.service.graphUrl ?? begun.service.graphUrl;
  const batch = await batchStatus(directory);
  const flags = {
    ...begun,
    ...given,
    skipInvalid: begun.skipInvalid || given.skipInvalid,
    // Who has let it create once need not say so again.
    validateOnly: begun.validateOnly && !given.create && batch?.hasBegunToCreate !== true,
    // Who asks, and how patiently, may be told anew.
    limits: { ...begun.limits, ...given.limits },
    service: {
      ...(graphUrl === undefined ? {} : { graphUrl }),
      credential: renewedCredential(begun.service.credential, given.service.credential, context.cwd),
    },
  };
  // What was validated is not read again: it would be validated again.
  const action = batch?.status === "validated" ? "go on" : "begin";
  return followBatch({ directory, cwd, flags, action }, context);
}
