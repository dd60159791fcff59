import type { JournalValue, PackageRecord } from "@primepack/core";
import type { JobCounts } from "@primepack/event-reader";
import type { PackageStage, PackageStatus, RunStatus } from "../types.ts";

/** The version of the journal's format that this release writes and goes on from. */
export const JOURNAL_SCHEMA_VERSION = 1;

/** Key `run`. */
export interface RunEntry extends RunStatus {
  readonly schemaVersion: typeof JOURNAL_SCHEMA_VERSION;
  /** The list that the run is for. */
  readonly listId: string;
  /** What of the options shapes packages beside their plans: a resumed run has to have the same. */
  readonly settings: string;
  /** The run's own queue; holds a secret. */
  readonly queue?: { readonly uri: string; readonly expiresAt?: string };
}

/** What an item came to that was not plainly imported. */
export interface FailureEntry {
  /** `imported`: with warnings. */
  readonly outcome: "failed" | "unknown" | "imported";
  /** Code of ours, or the service's. */
  readonly code?: string;
  readonly message?: string;
  readonly warnings?: readonly string[];
  /** The item goes out again, in the package that the entry of this one names; what becomes of it there counts. */
  readonly resent?: true;
}

/** How many items a package settled, and how; without those that go out again. */
export interface Tally {
  readonly imported: number;
  readonly failed: number;
  readonly unknown: number;
  /** Bytes of plaintext whose import is proven. */
  readonly importedBytes: number;
}

/** Key `package/<name>`. Holds no secret. */
export interface PackageEntry {
  readonly stage: PackageStage;
  /** From 1. */
  readonly attempt: number;
  /** The package that the scan planned, where this one sends some of its items again. */
  readonly retryOf?: string;
  /** The package that sends items of this one again. */
  readonly retriedBy?: string;
  readonly dependsOn: readonly string[];
  readonly kind: "structure" | "content";
  /** It tells the target to delete something. */
  readonly deletes?: true;
  /** SHA-256 of the plan. */
  readonly hash: string;
  readonly portable: boolean;
  readonly items: number;
  /** Bytes of plaintext. */
  readonly bytes: number;
  /** Times that it got fresh containers. */
  readonly uploads: number;
  readonly plannedAt: string;
  readonly builtAt?: string;
  readonly submittedAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly record?: PackageRecord;
  readonly jobId?: string;
  /** Jobs that may be the package's: of a submission that was cut off. */
  readonly candidates?: readonly string[];
  readonly counts?: JobCounts;
  readonly result?: NonNullable<PackageStatus["result"]>;
  readonly message?: string;
  /** Somebody asked for the job's end. */
  readonly cancelledByUser?: true;
  readonly tally?: Tally;
  /** What all of its items came to where none of them was sent. */
  readonly unsent?: { readonly outcome: "failed" | "unknown"; readonly code: string; readonly message: string };
}

/** Key `containers/<name>`; secret. */
export interface ContainersEntry {
  readonly data: string;
  readonly metadata: string;
  /** Base64. */
  readonly key?: string;
  readonly upload?: { readonly data: string; readonly metadata: string };
  readonly expiresAt?: string;
}

/** Key `job/<name>`: where reading the job's events goes on, and what was made of them so far. */
export interface JobEntry {
  readonly token: string;
  /** Of an `ImportResult`. */
  readonly state: JournalValue;
}

export const keyOf = {
  run: "run",
  package: (name: string): string => `package/${name}`,
  plan: (name: string): string => `plan/${name}`,
  containers: (name: string): string => `containers/${name}`,
  job: (name: string): string => `job/${name}`,
  /** The package of a job. */
  jobId: (jobId: string): string => `job-id/${jobId}`,
  /** The job that a message in the run's queue showed to be the package's. */
  evidence: (name: string): string => `evidence/${name}`,
  storedBlobs: (name: string): string => `stored/${name}/`,
  storedBlob: (name: string, blob: string): string => `stored/${name}/${blob}`,
  failures: (name: string): string => `failure/${name}/`,
  failure: (name: string, id: string): string => `failure/${name}/${id}`,
} as const;
