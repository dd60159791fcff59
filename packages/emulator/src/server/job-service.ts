import type { SharePointMigrationEvent } from "@primepack/core/wire";
import type { ImportPackage, JobStorage, Site } from "../ports.ts";
import type { EmulatorFaults, EmulatorSwitches } from "../types.ts";

// What the server needs of jobs, and what jobs are opened with; the jobs' module implements it.

/** A job as a request names it, whichever service took it. */
export interface NewJob {
  /** The service that took it: it decides what its events' common fields say. */
  readonly service: "sharepoint" | "graph";
  /** Its target; jobs are known under it only. */
  readonly site: Site;
  /** With their SAS, untouched. */
  readonly dataContainerUri: string;
  readonly manifestContainerUri: string;
  readonly queueUri: string | undefined;
  /** 32 bytes; undefined: not encrypted. */
  readonly key: Uint8Array | undefined;
}

/** One event of a job in both renderings. */
export interface StoredJobEvent {
  /** Greater than that of every earlier event of the job; what `NextToken` and `$skiptoken` stand for. */
  readonly number: number;
  /** JSON text, as GetMigrationJobProgress gives it. */
  readonly log: string;
  /** Undefined for events that Graph has no type for (`JobLogFileCreate`). */
  readonly graph: SharePointMigrationEvent | undefined;
}

/** The jobs of all sites. A `ServiceRefusal` that it throws is the service's answer. */
export interface JobService {
  /**
   * Queues a job and gives its id: a GUID in lower case.
   *
   * Opens the queue and then the containers (`JobStorage`), so that bad ones are refused here and make no job. The
   * containers come last, as they belong to the job from then on.
   */
  create(job: NewJob): Promise<string>;
  /** As `MIGRATION_JOB_STATES`; 0 for what is unknown, ended, or of another site. */
  state(site: Site, jobId: string): number;
  /** Jobs of the site that have not ended, oldest first. */
  list(site: Site): readonly { readonly jobId: string; readonly state: number }[];
  /**
   * `deleted`: it was queued and is gone. `cancelling`: it runs and stops before its next object. `refused`: it runs, and
   * the switch `deleteRunning` says so. `notFound`: unknown, ended, or of another site.
   */
  delete(site: Site, jobId: string): Promise<"deleted" | "cancelling" | "refused" | "notFound">;
  /**
   * At most `limit` events with a number above `after`, in order.
   *
   * `expired`: the job is over for longer than events are kept.
   */
  events(
    site: Site,
    jobId: string,
    after: number,
    limit: number,
  ): Promise<readonly StoredJobEvent[] | "notFound" | "expired">;
  /** Stops what runs, without an end of its jobs: opened again, the service goes on with them (a restart). */
  close(): Promise<void>;
}

/** Exported by `jobs/index.ts` as `openJobService`. */
export type OpenJobService = (options: JobServiceOptions) => Promise<JobService>;

export interface JobServiceOptions {
  /** A folder of its own, made if need be; jobs and their events are kept there over restarts. */
  readonly directory: string;
  readonly storage: JobStorage;
  readonly importPackage: ImportPackage;
  /** All sites: that of SharePoint and one for each container of Graph. Kept jobs find theirs by `siteId`. */
  readonly sites: readonly Site[];
  readonly concurrentJobs: number;
  readonly switches: Required<EmulatorSwitches>;
  readonly faults: () => EmulatorFaults;
  readonly now: () => Date;
  readonly timer: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}
