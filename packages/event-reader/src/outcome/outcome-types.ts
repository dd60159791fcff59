import type { JournalValue } from "@primepack/core/model";
import type { ImportOutcome, JobCounts, JobEvent, LogEntry } from "../types.ts";

/**
 * What is known of a job as a whole. `ended`: `JobEnd` came, and nothing worse. `fatal` and `cancelled` hold from the
 * moment when such an event came, and so does `deleted`; `lost`: nothing more will be heard of it.
 */
export type ImportStatus = "open" | "ended" | "fatal" | "cancelled" | "deleted" | "lost";

/** A warning or error that a job told of, in an event or in a line of its logs. */
export interface ReportedProblem {
  readonly level: "warning" | "error" | "fatal";
  readonly from: "event" | "log";
  /** `File`, `Folder`, `ListItem` and so on; empty where it isn't told. */
  readonly objectType: string;
  readonly url: string;
  /** GUID in lower case, or empty. */
  readonly id: string;
  /** `SourceListItemIntId`. */
  readonly itemId?: number;
  /** A signed decimal HRESULT, mostly; empty where none is told. */
  readonly errorCode: string;
  /** Redacted; at most 2,000 characters. */
  readonly message: string;
  /** All GUIDs of the event or line but the job's own, at most 100. */
  readonly ids: readonly string[];
}

/** What `importResult` goes on from: plain JSON without secrets. */
export type ImportResultState = JournalValue;

/**
 * Gathers what a job says of its import. Memory grows with the problems that it reports, not with its items; events and
 * log lines may come in any order and more than once.
 */
export interface ImportResult {
  /** Lower case, with hyphens. */
  readonly jobId: string;
  readonly status: ImportStatus;
  /** Nothing more is to be expected: `JobEnd` came, it was deleted before it ran, or is lost. */
  readonly isOver: boolean;
  /** Of the newest event that has counts. */
  readonly counts: JobCounts;
  /** The largest `TotalErrors` of all events; undefined if none has it. */
  readonly totalErrors: number | undefined;
  /** `JobEnd` says how many there were. What other events count may be only what had failed until then. */
  readonly isErrorCountFinal: boolean;
  /** The job began anew after errors may have been told: its count and its events may be of different beginnings. */
  readonly isRestarted: boolean;
  /** What the job as a whole failed with, or why it is lost; empty where nothing was said. */
  readonly message: string;
  /** Each once, however often it was told. */
  readonly problems: readonly ReportedProblem[];
  /** More problems came than are kept (10,000). */
  readonly isCut: boolean;
  /** The error log was read to its end. */
  readonly isErrorLogRead: boolean;
  /** The error log can tell more: the job is over, and has errors, doesn't count them, or did not end well. */
  readonly needsErrorLog: boolean;
  /** Events of other jobs are left aside. */
  addEvents(events: Iterable<JobEvent>): void;
  /** Lines of `.err` and `.wrn`; those of `.log` are left aside. */
  addLogEntry(entry: LogEntry): void;
  /** All that there is of `.err` was added: `readImportLogs` with the kind `error` came to its end without an error. */
  errorLogRead(): void;
  /** Nothing more will be heard of the job: its events expired, it fell silent, the service doesn't know it. */
  lose(why: string): void;
  toState(): ImportResultState;
}

/** How items are joined. */
export interface JoinOptions {
  /** Server-relative URL of the target's web: tells web-relative URLs of errors from others that end alike. */
  readonly webUrl?: string;
}

/** What the import did to each item, by its key. */
export type ItemOutcomes = ReadonlyMap<string, ImportOutcome>;
