import type { JobCounts } from "./tally.ts";

/** What went wrong with an object, or with the whole job. */
export interface JobProblem {
  /** Of the names that Graph's `sharePointMigrationObjectType` lists, in PascalCase; empty for none. */
  readonly objectType: string;
  readonly url: string;
  readonly id: string;
  readonly sourceListItemIntId?: number;
  readonly errorCode: string;
  readonly errorType: string;
  readonly message: string;
}

/** What happened to a job; one entry of its kept file, from which both services' renderings are made. */
export type JobEventData =
  | { readonly type: "JobQueued" | "JobDeleted" }
  | {
      readonly type: "JobPostponed";
      /** ISO 8601. */
      readonly nextPickupTime: string;
      readonly jobsInQueue: number;
      readonly reason: string;
    }
  | { readonly type: "JobStart"; readonly isRestarted: boolean }
  | { readonly type: "JobProgress" | "JobEnd"; readonly counts: JobCounts }
  | { readonly type: "JobWarning" | "JobError" | "JobFatalError"; readonly problem: JobProblem }
  | { readonly type: "JobCancelled"; readonly cancelledByUser: boolean };

/** An event as it is kept. */
export type JobEvent = JobEventData & {
  /** Rises over all jobs of an emulator. */
  readonly number: number;
  /** GUID of the event, for Graph. */
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  readonly correlationId: string;
  /** Restarts of the job so far. */
  readonly totalRetryCount: number;
};

/** Whether nothing follows the event: `JobEnd`, or the deletion of a job that never ran. */
export function isLast(event: Pick<JobEvent, "type">): boolean {
  return event.type === "JobEnd" || event.type === "JobDeleted";
}
