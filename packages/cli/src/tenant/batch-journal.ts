import { join } from "node:path";
import { type Journal, PrimepackError } from "@primepack/core";
import { type BatchRecord, type BatchStatus, readBatch } from "@primepack/cross-tenant";
import { JOURNAL_FOLDER } from "../run-record.ts";

/** Lets the work read the journal of a batch, also while another process works on it. Throws JOURNAL_MISSING. */
export async function readingBatch<Result>(
  directory: string,
  work: (record: BatchRecord, journal: Journal) => Promise<Result>,
): Promise<Result> {
  // Its native code is loaded by who needs a journal alone.
  const { openLmdbJournal } = await import("@primepack/store-lmdb");
  const journal = await openLmdbJournal({ path: join(directory, JOURNAL_FOLDER), readOnly: true });
  try {
    return await work(readBatch(journal), journal);
  } finally {
    await journal.close();
  }
}

/** How far the batch is; undefined: it was killed before its journal had anything. */
export function batchStatus(directory: string): Promise<BatchStatus | undefined> {
  return readingBatch(directory, async ({ batch }) => batch).catch((error: unknown) => {
    if (error instanceof PrimepackError && error.code === "JOURNAL_MISSING") return undefined;
    throw error;
  });
}

/** Throws JOURNAL_IN_USE while a process works on the batch, whose record of arguments may not be written over then. */
export async function checkUnused(directory: string): Promise<void> {
  const { openLmdbJournal } = await import("@primepack/store-lmdb");
  await (await openLmdbJournal({ path: join(directory, JOURNAL_FOLDER) })).close();
}
