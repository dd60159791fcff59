import type { Secret } from "@primepack/core/errors";

/** The containers and the key of one job, as the service gives them or as the owner of a storage account makes them. */
export interface JobContainers {
  /** With its SAS, untouched: what the job is created with, and by which content is uploaded unless `upload` is there. */
  readonly dataContainerUri: Secret;
  readonly metadataContainerUri: Secret;
  /** AES-256 key, 32 bytes. Undefined: the blobs are not encrypted (own containers only). */
  readonly encryptionKey?: Secret<Uint8Array>;
  /** Where uploads need other rights than those that the service is given: own containers. */
  readonly upload?: { readonly dataContainerUri: Secret; readonly metadataContainerUri: Secret };
  /** When the first SAS ends, by its `se`; undefined if it names no end. */
  readonly expiresAt: Date | undefined;
}

/** Where the containers of packages come from: fresh ones for each package, never used twice. */
export interface ContainerProvider {
  readonly kind: "provided" | "own";
  /** `name` is unique in all runs that share the provider's account; it is made a part of container names. */
  provide(name: string, signal?: AbortSignal): Promise<JobContainers>;
}

/** A queue of one or more jobs. */
export interface JobQueue {
  /** With its SAS, untouched. */
  readonly queueUri: Secret;
  readonly expiresAt: Date | undefined;
}

/** What a job is created with. */
export interface JobRequest {
  readonly containers: JobContainers;
  /** SharePoint only: the web of the target. */
  readonly webId?: string;
  /** SharePoint only: told of the job's events. */
  readonly queueUri?: Secret;
}

/** As GetMigrationJobStatus says; `none`: unknown, finished or never existed. */
export type JobState = "none" | "queued" | "processing";

/** What both services can do. Errors are ServiceErrors of area `service`. */
interface JobService {
  /** Fresh containers and their key, for one job. */
  provisionContainers(signal?: AbortSignal): Promise<JobContainers>;
  /**
   * Gives the job's id. Never sent a second time once the service may have taken it: rejects with SERVICE_ANSWER_LOST
   * then, and only evidence can tell whether there is a job.
   */
  createJob(request: JobRequest, signal?: AbortSignal): Promise<string>;
  /** Removes a queued job, asks a running one to stop. `false`: there is no such job (any more). */
  deleteJob(jobId: string, signal?: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** The migration calls of one site collection (`_api/site`). */
export interface SharePointJobService extends JobService {
  readonly kind: "sharepoint";
  readonly siteUrl: string;
  provisionQueue(signal?: AbortSignal): Promise<JobQueue>;
  jobState(jobId: string, signal?: AbortSignal): Promise<JobState>;
  /** The jobs of the site collection that have not ended. */
  jobs(signal?: AbortSignal): Promise<readonly { readonly jobId: string; readonly state: JobState }[]>;
}

/** The migration calls of one SharePoint Embedded container. */
export interface GraphJobService extends JobService {
  readonly kind: "graph";
  readonly containerId: string;
}

/** Where jobs are created: one port, two services. */
export type MigrationService = SharePointJobService | GraphJobService;
