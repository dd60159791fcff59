import { PrimepackError } from "@primepack/core/errors";
import type { BatchContext } from "./batch-context.ts";
import { BATCH_SCHEMA_VERSION, type BatchEntry } from "./batch-entries.ts";

/** The journal's batch as this process goes on with it; `isOver`: there is nothing to be done. */
export interface TakenUp {
  readonly batch: BatchEntry;
  readonly isOver: boolean;
}

/**
 * Takes the journal's batch up, or begins one, which is in the journal when the promise resolves.
 *
 * Throws RUN_MISMATCH, RUN_CANCELLED, JOURNAL_MISSING where there is none to go on with, INVALID_OPTION.
 */
export async function takeUpBatch(context: BatchContext): Promise<TakenUp> {
  const { journal, options } = context;
  const known = journal.batch();
  if (known === undefined) {
    if (options.rows !== undefined) return { batch: await begin(context), isOver: false };
    throw new PrimepackError("JOURNAL_MISSING", "Cannot go on with the batch as the journal holds none");
  }
  if (known.place !== options.place) {
    throw new PrimepackError(
      "RUN_MISMATCH",
      `Cannot go on with the batch as it is of another source organization, ${known.place}: current value is ${options.place}`,
    );
  }
  return options.mode === "cancel" ? takeUpToCancel(context, known) : takeUpToMove(context, known);
}

async function takeUpToCancel({ journal }: BatchContext, known: BatchEntry): Promise<TakenUp> {
  if (known.status === "complete" || known.status === "cancelled") return { batch: known, isOver: true };
  const { endedAt: _, ...batch } = known;
  return { batch: await journal.writeBatch({ ...batch, status: "cancelling" }), isOver: false };
}

async function takeUpToMove(context: BatchContext, known: BatchEntry): Promise<TakenUp> {
  const { journal, options } = context;
  const { rows, skipInvalid, validateOnly, resubmitUnknown } = options;
  if (known.hasBegunToCreate === true && validateOnly) {
    throw new PrimepackError(
      "INVALID_OPTION",
      "Cannot only validate the batch as it has begun to create tasks: current value of validateOnly is true",
    );
  }
  switch (known.status) {
    case "reading":
      if (rows !== undefined) return { batch: await begin(context), isOver: false };
      throw new PrimepackError(
        "INVALID_OPTION",
        "Cannot go on with the batch without option rows as its file was not read to its end: current value is undefined",
      );
    case "cancelling":
      throw new PrimepackError(
        "RUN_CANCELLED",
        "Cannot go on with the batch as it is being cancelled: current value is cancelling",
        { hint: "Cancel the batch again, which goes on with that; move by a fresh batch what is still wanted." },
      );
    case "cancelled":
      return { batch: known, isOver: true };
    // Nothing was created, so that a file, which may have been corrected since, begins anew.
    case "refused":
    case "validated":
      if (rows !== undefined) return { batch: await begin(context), isOver: false };
      if (known.status === "refused" ? !skipInvalid : validateOnly) return { batch: known, isOver: true };
      break;
    case "complete":
      if (!resubmitUnknown || journal.counts.outcomes.unknown === 0) return { batch: known, isOver: true };
      break;
    default:
  }
  const { endedAt: _, ...batch } = known;
  return { batch: await journal.writeBatch({ ...batch, status: "running" }), isOver: false };
}

/** Whatever the journal has of moves that were read before is forgotten: none of them was created. */
async function begin({ journal, options }: BatchContext): Promise<BatchEntry> {
  const batch = await journal.writeBatch({
    schemaVersion: BATCH_SCHEMA_VERSION,
    place: options.place,
    status: "reading",
    startedAt: options.now().toISOString(),
    moves: 0,
    findings: 0,
  });
  await journal.forgetMoves();
  return batch;
}
