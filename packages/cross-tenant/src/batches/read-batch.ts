import type { Journal } from "@primepack/core/model";
import type { BatchEntry } from "./batch-entries.ts";
import { BatchJournal } from "./batch-journal.ts";
import type { BatchRecord, BatchStatus } from "./batch-types.ts";
import { moveStatus } from "./move-status.ts";

/**
 * How far the journal's batch is, also while another process works on it. Shows no secret.
 *
 * @throws JOURNAL_VERSION for a journal of another release, JOURNAL_INVALID for that of another kind of run
 */
export function readBatch(journal: Journal): BatchRecord {
  const entries = new BatchJournal(journal);
  const batch = entries.batch();
  return {
    batch: batch === undefined ? undefined : batchStatus(batch),
    *moves() {
      for (const entry of entries.moves()) yield moveStatus(entry);
    },
  };
}

function batchStatus({ schemaVersion: _, ...status }: BatchEntry): BatchStatus {
  return status;
}
