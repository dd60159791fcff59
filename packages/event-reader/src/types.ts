import type { Secret } from "@primepack/core/errors";

/** What all events have. */
interface EventBase {
  /** Lower case, with hyphens. Empty where the event names none. */
  readonly jobId: string;
  /** Undefined where the event's time can't be read. */
  readonly time: Date | undefined;
  readonly correlationId?: string;
  readonly totalRetryCount?: number;
  /** The event as it came: names to values, SharePoint's or Graph's. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Counts of a job. Undefined where an event doesn't have them. */
export interface JobCounts {
  /** Counts versions. */
  readonly filesCreated?: number;
  /** Counts a file once, when all its versions are in. */
  readonly filesCreatedIrrespectiveOfVersions?: number;
  readonly bytesProcessed?: number;
  readonly bytesProcessedOnlyCurrentVersion?: number;
  /** May exceed the expected ones. */
  readonly objectsProcessed?: number;
  readonly totalExpectedSPObjects?: number;
  readonly totalExpectedBytes?: number;
  readonly totalErrors?: number;
  readonly totalWarnings?: number;
  /** Milliseconds. */
  readonly totalDurationInMs?: number;
  readonly cpuDurationInMs?: number;
  readonly sqlDurationInMs?: number;
  readonly sqlQueryCount?: number;
  readonly waitTimeOnSqlThrottlingMilliseconds?: number;
  /** By size class (`0-1K`): `Count`, `TotalSize`, `TotalDownloadTime`, `TotalCreationTime`. */
  readonly createdOrUpdatedFileStatsBySize?: JobStatistics;
  /** By type (`SPFile`): `Count`, `TotalTime`, `AccumulatedVersions`, `ObjectsWithVersions`. */
  readonly objectsStatsByType?: JobStatistics;
}

/** Figures by class and name, under the service's own names. */
export type JobStatistics = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What went wrong with an object, or with the whole job. */
export interface JobProblem {
  /** `Folder`, `File`, `ListItem` and so on; empty where the event names none. */
  readonly objectType: string;
  readonly url: string;
  /** GUID in lower case without braces, or empty. */
  readonly id: string;
  readonly sourceListItemIntId?: number;
  readonly targetListItemIntId?: number;
  /** A signed decimal HRESULT, mostly. */
  readonly errorCode: string;
  readonly errorType: string;
  readonly message: string;
}

/** One event of a job, whichever way it came. */
export type JobEvent = EventBase &
  (
    | { readonly type: "JobQueued" }
    | {
        readonly type: "JobPostponed";
        readonly nextPickupTime?: Date;
        readonly jobsInQueue?: number;
        readonly reason?: string;
      }
    | { readonly type: "JobLogFileCreate"; readonly fileName: string }
    | { readonly type: "JobStart"; readonly isRestarted?: boolean }
    | { readonly type: "JobProgress"; readonly counts: JobCounts }
    | { readonly type: "JobEnd"; readonly counts: JobCounts }
    | { readonly type: "JobWarning" | "JobError" | "JobFatalError"; readonly problem: JobProblem }
    | { readonly type: "JobCancelled"; readonly cancelledByUser?: boolean; readonly reason?: string }
    | { readonly type: "JobDeleted" }
    | { readonly type: "FinishManifestFileUpload"; readonly manifestFileName: string }
    /** `name` is the event's own; new ones come with time. */
    | { readonly type: "unknown"; readonly name: string }
  );

/** What one read gave. */
export interface EventPage {
  readonly events: readonly JobEvent[];
  /** Where the next read begins; to be kept over restarts. */
  readonly token: string;
  /** Requests that the read took. Default: 1. */
  readonly requests?: number;
}

/** Reads the events of one job after another: GetMigrationJobProgress, or Graph's progressEvents. */
export interface PolledEvents {
  /**
   * Events after the token (none: from the first), in the order in which the service keeps them; all that there are now.
   *
   * Rejects with JOB_NOT_FOUND or JOB_STATUS_EXPIRED, which are final, or another ServiceError.
   */
  read(jobId: string, token: string | undefined, signal?: AbortSignal): Promise<EventPage>;
}

/** A job that is watched. */
export interface WatchedJob {
  readonly jobId: string;
  /** Go on from here. Default: from the first event. */
  readonly token?: string;
  /** The job is known to run (not only to be queued): it is asked more often. Default: false. */
  readonly running?: boolean;
}

/** What watching a job gives, in order. */
export type JobUpdate =
  | {
      readonly type: "events";
      readonly jobId: string;
      readonly events: readonly JobEvent[];
      /** To be kept with what was made of the events. */
      readonly token: string;
    }
  /** Nothing was heard of the job for `silenceMs`; it is watched on. */
  | { readonly type: "silent"; readonly jobId: string; readonly silentMs: number }
  /**
   * The job is watched no more: `JobEnd` came (`ended`), the service doesn't know it or forgot its events (`gone`), it
   * was deleted before it ran (`deleted`), or its events can't be read (`failed`, with the error).
   */
  | { readonly type: "over"; readonly jobId: string; readonly how: "ended" | "gone" | "deleted" }
  | { readonly type: "over"; readonly jobId: string; readonly how: "failed"; readonly error: Error };

/** Watches any number of jobs within one budget of requests. */
export interface JobWatcher extends AsyncIterable<JobUpdate> {
  /** Begins to watch a job; it may be called at any time before `close()`. */
  watch(job: WatchedJob): void;
  /** Stops watching. */
  forget(jobId: string): void;
  /** Jobs that are watched. */
  readonly size: number;
  /** Ends the iteration once what has been read is consumed. */
  close(): void;
}

/** A line of an import log. */
export interface LogEntry {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly kind: "log" | "warning" | "error";
  readonly text: string;
  /** All GUIDs of the line, lower case. */
  readonly ids: readonly string[];
}

/** What an import did to one item of a package. */
export type ImportOutcome =
  | { readonly outcome: "imported"; readonly warnings?: readonly ItemProblem[] }
  | { readonly outcome: "failed"; readonly problems: readonly ItemProblem[] }
  /** No proof either way: the job ended in a fatal error, was cancelled, expired, or counts more errors than it names. */
  | { readonly outcome: "unknown"; readonly why: string };

/** A failure or warning that was joined to an item. */
export interface ItemProblem {
  /** The service's, or empty. */
  readonly errorCode: string;
  readonly message: string;
  readonly from: "event" | "log";
}

/** An item of a package, with every id that the package minted for it. */
export interface MintedItem {
  /** What the caller knows the item by; unique in the package. */
  readonly key: string;
  /** GUIDs of the file or folder, its list item, its content streams, versions and attachments. */
  readonly ids: readonly string[];
  /** Names of its content blobs, if they are no GUIDs: those of the package that no file is called like. Default: none. */
  readonly blobs?: readonly string[];
  /** Server-relative. */
  readonly url: string;
  readonly itemId?: number;
}

/** Key for what a job's queue messages and logs are encrypted with. */
export type JobKey = Secret<Uint8Array>;
