import type { MigrationTask, Move } from "../tasks/task-types.ts";
import type { BatchStatus, MoveStage, MoveStatus } from "./batch-types.ts";

/** The version of the journal's format that this release writes and goes on from. */
export const BATCH_SCHEMA_VERSION = 1;

/** Key `batch`. */
export interface BatchEntry extends BatchStatus {
  readonly schemaVersion: typeof BATCH_SCHEMA_VERSION;
}

/** Key `move/<line>`. */
export interface MoveEntry {
  readonly line: number;
  /** Undefined: the line can't be used. */
  readonly move?: Move;
  /** Of a line that can't be used: what it names. */
  readonly names?: { readonly kind?: Move["kind"]; readonly source: string; readonly target: string };
  readonly stage: MoveStage;
  readonly outcome?: NonNullable<MoveStatus["outcome"]>;
  readonly code?: string;
  readonly message?: string;
  /** The source's UPN, where the file gives an id and the service named the UPN. */
  readonly userPrincipalName?: string;
  /** Tasks of the source that there were before the move's creation was sent: none of them is the move's. */
  readonly earlier?: readonly string[];
  /** When its creation may have been sent first; ISO 8601, UTC, by this machine's clock. */
  readonly creatingSince?: string;
  readonly taskId?: string;
  readonly taskStatus?: MigrationTask["status"];
  readonly createdAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

/** Key `counts`. */
export interface BatchCounts {
  readonly stages: Record<MoveStage, number>;
  readonly outcomes: Record<NonNullable<MoveStatus["outcome"]>, number>;
}

/** Digits of a line number in a key, so that keys are in the file's order. */
const LINE_DIGITS = 12;

export const keyOf = {
  batch: "batch",
  counts: "counts",
  moves: "move/",
  move: (line: number): string => `move/${String(line).padStart(LINE_DIGITS, "0")}`,
  /** Which line moves a source, and which moves something to a target; by the SHA-256 of their one form. */
  ends: "end/",
  source: (digest: string): string => `end/source/${digest}`,
  target: (digest: string): string => `end/target/${digest}`,
  /** The line whose task it is. */
  tasks: "task/",
  task: (taskId: string): string => `task/${taskId.toLowerCase()}`,
} as const;
