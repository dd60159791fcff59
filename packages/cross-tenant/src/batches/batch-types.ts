import type { Journal } from "@primepack/core/model";
import type { LineFinding } from "../mappings/mapping-run-types.ts";
import type { CrossTenantTasks, MigrationTask, Move, MoveTimes, TargetOrganization } from "../tasks/task-types.ts";

/** A file of moves: CSV or NDJSON of any size; docs/cross-tenant.md names the columns. */
export interface MoveFileOptions {
  /** Path, or bytes. */
  readonly file: string | AsyncIterable<Uint8Array>;
  /** Default: `csv` for a path that ends in `.csv`, else `ndjson`. */
  readonly format?: "csv" | "ndjson";
  /** Default: `,`. */
  readonly delimiter?: "," | ";" | "\t";
  /** For rows that name no target organization, no start. Default: none. */
  readonly defaults?: {
    readonly target?: TargetOrganization;
    readonly times?: Omit<MoveTimes, "validateOnly">;
  };
}

/** A batch of moves: what moves, and how far it is. */
export interface BatchOptions {
  /** Read once, when the batch begins; a batch that has read it to its end goes on without it. */
  readonly rows?: MoveFileOptions;
  /** One journal is of one batch. That of an earlier attempt goes on with it. */
  readonly journal: Journal;
  readonly tasks: CrossTenantTasks;
  /** Of the source organization: a host, or what tells it from others. The journal belongs to it (RUN_MISMATCH). */
  readonly place: string;
  /** Let the service validate each move before any is created. Default: true. */
  readonly validate?: boolean;
  /** End after the validation: create nothing. Default: false. */
  readonly validateOnly?: boolean;
  /** Create the moves that are valid though others are not. Default: false: none is created then. */
  readonly skipInvalid?: boolean;
  /** Create moves again of which nobody can tell whether they became tasks. Default: false; they stay `unknown`. */
  readonly resubmitUnknown?: boolean;
  readonly limits?: BatchLimits;
  readonly now?: () => Date;
  readonly timer?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** What a batch is ended by: what it created and hasn't started is cancelled, what isn't created never is. */
export interface CancelBatchOptions
  extends Pick<BatchOptions, "journal" | "tasks" | "place" | "limits" | "now" | "timer" | "signal"> {
  /** Watch tasks that have started, which nothing stops, to their end. Default: false, they are left as they are. */
  readonly watch?: boolean;
}

export interface BatchLimits {
  /** Validations and creations at once. Default: 4; what throttling the service applies is unknown. */
  readonly requests?: number;
  /**
   * Tasks that have not ended, at once. Default: 4,000: OneDrive accounts that can be scheduled in advance (page
   * "Cross-tenant OneDrive migration", of the PowerShell route; not stated for Graph).
   */
  readonly tasks?: number;
  /** See WatchTasksOptions. */
  readonly pollRunningMs?: number;
  readonly pollNotStartedMs?: number;
  readonly requestsPerMinute?: number;
  /** Looks for a task whose creation was not answered, until it counts as unknown. Default: 3. */
  readonly searchLooks?: number;
  /** Milliseconds between these. Default: 30,000. */
  readonly searchMs?: number;
}

/** Where a move is. */
export type MoveStage =
  /** Read from the file. */
  | "read"
  /** The service found nothing wrong. */
  | "validated"
  /** Its creation may have been sent. */
  | "creating"
  /** Its task has not ended. */
  | "created"
  | "ended";

/** One move, for status and report. */
export interface MoveStatus {
  readonly line: number;
  /** Undefined: the line can't be used, and names no kind. */
  readonly kind?: Move["kind"];
  /** UPN, object id, site URL or mail nickname, redacted; empty where a line that can't be used names none. */
  readonly source: string;
  readonly target: string;
  readonly stage: MoveStage;
  /**
   * How it ended. `invalid`: the file's line or the service's validation. `skipped`: its source has a task already that
   * hasn't failed, which is named. `unknown`: nobody can tell whether it became a task, or what became of its task.
   */
  readonly outcome?: "completed" | "failed" | "cancelled" | "invalid" | "validated" | "skipped" | "unknown";
  readonly code?: string;
  /** What the service said, redacted. */
  readonly message?: string;
  /** Of its task; of a move that is `skipped`, the task that its source has already. */
  readonly taskId?: string;
  /** As the service last showed it. */
  readonly taskStatus?: MigrationTask["status"];
  /** ISO 8601, UTC. */
  readonly createdAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly preferredStartDateTime?: string;
}

/** How far a batch is, as its journal says. */
export interface BatchStatus {
  readonly place: string;
  /**
   * `refused` and `validated` have created nothing: run again with a file, such a batch begins anew. `cancelling`: its
   * cancelling isn't at its end; it creates nothing any more.
   */
  readonly status: "reading" | "running" | "refused" | "validated" | "complete" | "cancelling" | "cancelled";
  /** Creations may have been sent: the batch can't begin anew, nor only be validated. Left out: none was. */
  readonly hasBegunToCreate?: true;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly moves: number;
  readonly findings: number;
}

export type BatchEvent =
  | { readonly type: "finding"; readonly finding: LineFinding }
  | { readonly type: "read"; readonly moves: number }
  | { readonly type: "move"; readonly move: MoveStatus };

export interface BatchProgress {
  readonly stages: Readonly<Record<MoveStage, number>>;
  readonly outcomes: Readonly<Record<NonNullable<MoveStatus["outcome"]>, number>>;
}

export interface BatchSummary {
  /** `refused`: there are findings, so that nothing was created. `interrupted`: it can be gone on with. */
  readonly status: "complete" | "validated" | "refused" | "interrupted" | "cancelled";
  readonly moves: number;
  readonly findings: number;
  /** Moves by how they ended; `pending`: not yet. */
  readonly counts: Readonly<Record<NonNullable<MoveStatus["outcome"]> | "pending", number>>;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** A batch under way. Events are told to whoever reads them; nobody need. */
export interface BatchRun extends AsyncIterable<BatchEvent> {
  readonly result: Promise<BatchSummary>;
  readonly progress: BatchProgress;
  /** Creates nothing more and stops watching; `result` then resolves with `interrupted`. Tasks go on at the service. */
  drain(): void;
}

/** A batch as its journal has it, also while another process works on it. */
export interface BatchRecord {
  /** Undefined: the journal holds no batch. */
  readonly batch: BatchStatus | undefined;
  /** In the order of the file; lines that can't be used included. */
  moves(): Iterable<MoveStatus>;
}
