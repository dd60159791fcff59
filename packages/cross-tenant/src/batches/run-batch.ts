import { BatchEngine } from "./batch-engine.ts";
import { resolveBatchOptions, resolveCancelOptions } from "./batch-options.ts";
import type { BatchOptions, BatchRun, CancelBatchOptions } from "./batch-types.ts";

/**
 * Moves what a file lists: reads it to its end, lets the service validate every move, creates their tasks and watches
 * them to their end; or goes on with the batch that the journal holds. It starts in the next turn of the event loop, and
 * works whether or not its events are read.
 *
 * A move is never created twice. Before its creation is sent, its source is looked up: a task that has not failed or been
 * cancelled leaves the move `skipped` (MIGRATION_TASK_EXISTS). That the creation is sent is in the journal before it is;
 * when its answer is lost, by a fault or by the end of the process, the task is searched for by the source, and a task
 * that wasn't there before and describes this move is taken for it; one that started more than an hour before, by the
 * service's clock against this machine's, isn't. Without one the move is `unknown` (SUBMISSION_UNKNOWN), and only
 * `resubmitUnknown` sends it again, after one more search; what is refused then stays unknown. Users that the file names by
 * id can be looked up only if the validation's answer names their UPN. Which of several tasks of one source a look-up shows
 * is unknown.
 *
 * What the service refuses of one move ends that move. Denied access is the batch's until the service has allowed
 * something of the kind (looking at tasks, making them), and when it denies more than five moves in a row: then, and when
 * the service throttles, fails or is out of reach through five rests of `limits.searchMs`, the batch ends and can be gone
 * on with. A task that the service doesn't show for what the organizations lack (422) stays open: the batch is
 * `interrupted` then, and looks again when it is gone on with. A validation passed if its answer is `completed`, as the
 * documented one is, without error.
 *
 * Memory: a small record of each task that hasn't ended (`limits.tasks`), the rows of one chunk of the file.
 *
 * Throws at once for options that can't be used (INVALID_OPTION, JOURNAL_VERSION, JOURNAL_INVALID); `result` rejects with a PrimepackError
 * if the batch could not go on: RUN_MISMATCH, RUN_CANCELLED, JOURNAL_MISSING, TABLE_INVALID, ABORTED, and what the service
 * and the journal reject with. What was done by then is in the journal.
 */
export function runBatch(options: BatchOptions): BatchRun {
  return new BatchEngine(resolveBatchOptions(options));
}

/**
 * Ends a batch: moves that have no task are never created, tasks that haven't started are cancelled. What has started goes
 * on at the service; it is watched to its end with `watch`, else the batch stays `interrupted` and can be cancelled again,
 * to watch it then. A batch that has come to its end stays as it is. It can be interrupted and gone on with as
 * {@link runBatch}, and throws and rejects as that does.
 */
export function cancelBatch(options: CancelBatchOptions): BatchRun {
  return new BatchEngine(resolveCancelOptions(options));
}
