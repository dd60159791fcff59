import type { ImportOutcome, JobCounts, JobEvent, LogEntry, MintedItem } from "../types.ts";

/**
 * What is known of a job as a whole. `ended`: `JobEnd` came and nothing worse before it. `fatal` and `cancelled` hold from
 * the moment when such an event came, `isOver` says whether `JobEnd` came too. `lost`: nothing more will be heard of it.
 */
export type ImportStatus = "open" | "ended" | "fatal" | "cancelled" | "deleted" | "lost";

/** What was read of a job's error log. */
export type ErrorLogState =
  /** Not looked for, or reading it failed. */
  | "unread"
  /** All that there is of it was added, or there is none. */
  | "read";

/** What a job reported, without what it said of objects: plain JSON, to be kept over restarts. */
export type ImportResultState = { readonly [name: string]: unknown };

/**
 * Gathers what a job says of its import. Memory grows with the problems that it reports, not with its items; events and
 * log lines may come in any order and more than once.
 */
export interface ImportResult {
  /** Lower case, with hyphens. */
  readonly jobId: string;
  readonly status: ImportStatus;
  /** Nothing more is to be expected. */
  readonly isOver: boolean;
  /** Of the newest event that has counts. */
  readonly counts: JobCounts;
  /** What the job as a whole failed with, or why it is lost; empty where nothing was said. */
  readonly message: string;
  /** Errors that were told of, each once. */
  readonly errors: number;
  readonly warnings: number;
  /**
   * Whether the error log can change an outcome: errors are counted that no event told of, or the job did not end well.
   */
  readonly needsErrorLog: boolean;
  /** Events of other jobs are left aside. */
  addEvents(events: Iterable<JobEvent>): void;
  /** Lines of `.err` and `.wrn`; those of `.log` are left aside. */
  addLogEntry(entry: LogEntry): void;
  /** All that there is of `.err` was added: `readImportLogs` with the kind `error` came to its end. */
  errorLogRead(): void;
  /** Nothing more will be heard of the job: its events expired, it fell silent, the service doesn't know it. */
  lose(why: string): void;
  /** What `importResult` goes on from. */
  toState(): ImportResultState;
}

/** How items are joined. */
export interface JoinOptions {
  /** Server-relative URL of the target's web: tells web-relative URLs of errors from others that end alike. */
  readonly webUrl?: string;
}

/** What the import did to each item, by its key. */
export type ItemOutcomes = ReadonlyMap<string, ImportOutcome>;

/** Items that a problem is about, and how sure that is. */
export type JoinOutcomes = (result: ImportResult, items: Iterable<MintedItem>, options?: JoinOptions) => ItemOutcomes;
