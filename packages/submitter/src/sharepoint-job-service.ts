import { PrimepackError } from "@primepack/core/errors";
import {
  guidOf,
  isMembers,
  type Members,
  type OpenedConnection,
  openConnection,
  type ServiceConnection,
  ServiceError,
  type ServiceReply,
  type ServiceRequest,
} from "@primepack/core/http";
import { type CreateMigrationJobRequest, MIGRATION_JOB_STATES } from "@primepack/core/wire";
import { invalidReply, jobContainers, jobQueue, keyInBase64 } from "./job-containers.ts";
import { NO_METADATA, resultOf } from "./odata.ts";
import { pagesAfter } from "./pages.ts";
import type { JobContainers, JobQueue, JobRequest, JobState, SharePointJobService } from "./types.ts";

/** Which site collection, and how it is reached. */
export type SharePointJobServiceOptions = ServiceConnection & {
  /** URL of the site collection, or of a site in it: `https://contoso.sharepoint.com/sites/archive`. */
  readonly siteUrl: string;
};

/**
 * The migration calls of a site collection by SharePoint REST (`_api/site`, wire protocol 2). Nothing is sent before the
 * first call.
 *
 * @throws INVALID_OPTION if the site's URL is none, or not https: for a host that is not this machine
 */
export function sharePointJobService(options: SharePointJobServiceOptions): SharePointJobService {
  return new RestJobService(options);
}

/** How an argument is given to functions whose documents leave it open; what the service has taken once is kept to. */
type ArgumentForm = "body" | "url";

class RestJobService implements SharePointJobService {
  readonly kind = "sharepoint";
  readonly siteUrl: string;
  readonly #connection: OpenedConnection;
  #argumentForm: ArgumentForm = "body";
  #statusMethod: "GET" | "POST" = "GET";

  constructor(options: SharePointJobServiceOptions) {
    const { siteUrl, ...connection } = options;
    this.#connection = openConnection(siteUrl, connection as ServiceConnection);
    this.siteUrl = this.#connection.client.baseUrl;
  }

  async provisionContainers(signal?: AbortSignal): Promise<JobContainers> {
    const doing = "provision containers";
    const reply = await this.#call("ProvisionMigrationContainers", { method: "POST", body: {}, doing }, signal);
    const info = membersOf(resultOf(reply.body, "ProvisionMigrationContainers"), doing);
    return jobContainers(info.DataContainerUri, info.MetadataContainerUri, info.EncryptionKey, doing);
  }

  async provisionQueue(signal?: AbortSignal): Promise<JobQueue> {
    const doing = "provision a queue";
    const reply = await this.#call("ProvisionMigrationQueue", { method: "POST", body: {}, doing }, signal);
    return jobQueue(membersOf(resultOf(reply.body, "ProvisionMigrationQueue"), doing).JobQueueUri, doing);
  }

  async createJob({ containers, webId, queueUri }: JobRequest, signal?: AbortSignal): Promise<string> {
    const doing = "create the migration job";
    const gWebId = guidOf(webId);
    if (gWebId === undefined) {
      throw new PrimepackError("INVALID_OPTION", `Cannot ${doing} as webId must be a GUID: current value is ${webId}`);
    }
    const { encryptionKey } = containers;
    const body: CreateMigrationJobRequest = {
      gWebId,
      azureContainerSourceUri: containers.dataContainerUri.reveal(),
      azureContainerManifestUri: containers.metadataContainerUri.reveal(),
      azureQueueReportUri: queueUri?.reveal() ?? null,
      ...(encryptionKey === undefined ? {} : { options: { AES256CBCKey: keyInBase64(encryptionKey) } }),
    };
    const name = encryptionKey === undefined ? "CreateMigrationJob" : "CreateMigrationJobEncrypted";
    const reply = await this.#call(name, { method: "POST", body, doing, repeat: "once" }, signal);
    const result = resultOf(reply.body, name);
    const jobId = guidOf(result);
    if (jobId !== undefined) return jobId;
    // The API page promises a null id on failure; anything else tells nothing.
    const code = result === null || isEmptyGuid(result) ? "SERVICE_REFUSED" : "SERVICE_ANSWER_LOST";
    throw new ServiceError(code, `Cannot ${doing} as the service gave no job id: current value is ${typeof result}`, {
      answer: { status: reply.status },
    });
  }

  async jobState(jobId: string, signal?: AbortSignal): Promise<JobState> {
    const doing = "read the state of the migration job";
    const reply = await this.#callWithJob("GetMigrationJobStatus", jobId, doing, signal);
    return stateOf(resultOf(reply.body, "GetMigrationJobStatus"), doing);
  }

  async jobs(signal?: AbortSignal): Promise<readonly { readonly jobId: string; readonly state: JobState }[]> {
    const doing = "list the migration jobs of the site";
    const first = await this.#readStatus(doing, signal);
    const jobs: { readonly jobId: string; readonly state: JobState }[] = [];
    const name = "GetMigrationStatus";
    const request = { url: `_api/site/${name}`, headers: NO_METADATA, doing, signal, name };
    for await (const page of pagesAfter(this.#connection.client, first, request)) {
      for (const entry of page) {
        const { JobId, JobState } = membersOf(entry, doing);
        const jobId = guidOf(JobId);
        if (jobId === undefined) throw invalidReply(doing, "each job must have an id", typeof JobId);
        jobs.push({ jobId, state: stateOf(JobState, doing) });
      }
    }
    return jobs.filter(({ state }) => state !== "none");
  }

  async deleteJob(jobId: string, signal?: AbortSignal): Promise<boolean> {
    const doing = "delete the migration job";
    try {
      const reply = await this.#callWithJob("DeleteMigrationJob", jobId, doing, signal);
      const result = resultOf(reply.body, "DeleteMigrationJob");
      if (typeof result === "boolean") return result;
      if (typeof result === "string" && /^(true|false)$/i.test(result)) return result.toLowerCase() === "true";
      throw invalidReply(doing, "the reply must say true or false", typeof result);
    } catch (error) {
      if (error instanceof ServiceError && error.code === "JOB_NOT_FOUND") return false;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** By the metadata GetMigrationStatus is read; a client that is known to work posts it. */
  async #readStatus(doing: string, signal: AbortSignal | undefined): Promise<ServiceReply> {
    const request = () => {
      const method = this.#statusMethod;
      return this.#call("GetMigrationStatus", { method, ...(method === "POST" ? { body: {} } : {}), doing }, signal);
    };
    try {
      return await request();
    } catch (error) {
      if (this.#statusMethod === "POST" || !isRefusalOfForm(error)) throw error;
    }
    this.#statusMethod = "POST";
    try {
      return await request();
    } catch (error) {
      this.#statusMethod = "GET";
      throw error;
    }
  }

  async #callWithJob(
    name: string,
    jobId: string,
    doing: string,
    signal: AbortSignal | undefined,
  ): Promise<ServiceReply> {
    const id = guidOf(jobId);
    if (id === undefined) {
      throw new PrimepackError("INVALID_OPTION", `Cannot ${doing} as its id must be a GUID: current value is ${jobId}`);
    }
    const request = (form: ArgumentForm) =>
      form === "body"
        ? this.#call(name, { method: "POST", body: { id }, doing }, signal)
        : this.#call(`${name}(id=guid'${id}')`, { method: "POST", body: {}, doing }, signal);
    const tried = this.#argumentForm;
    try {
      return await request(tried);
    } catch (error) {
      if (!isRefusalOfForm(error)) throw error;
      const other = tried === "body" ? "url" : "body";
      const reply = await request(other);
      this.#argumentForm = other;
      return reply;
    }
  }

  #call(
    name: string,
    request: Pick<ServiceRequest, "method" | "body" | "doing" | "repeat">,
    signal: AbortSignal | undefined,
  ): Promise<ServiceReply> {
    return this.#connection.client.send({
      ...request,
      url: `_api/site/${name}`,
      headers: {
        ...NO_METADATA,
        ...(request.body === undefined ? {} : { "content-type": "application/json;odata=nometadata" }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Whether the service objects to how it was asked rather than to what: by 500 too, where it found no argument. */
function isRefusalOfForm(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    error.code === "SERVICE_REFUSED" &&
    [400, 404, 405, 500].includes(error.status ?? 0)
  );
}

function membersOf(value: unknown, doing: string): Members {
  if (isMembers(value)) return value;
  throw invalidReply(doing, "the reply must be an object", value === null ? "null" : typeof value);
}

const STATES: ReadonlyMap<number, JobState> = new Map([
  [MIGRATION_JOB_STATES.None, "none"],
  [MIGRATION_JOB_STATES.Queued, "queued"],
  [MIGRATION_JOB_STATES.Processing, "processing"],
]);

function stateOf(value: unknown, doing: string): JobState {
  const state = STATES.get(typeof value === "string" && /^\d+$/.test(value) ? Number(value) : (value as number));
  if (state !== undefined) return state;
  throw invalidReply(doing, "a job's state must be 0, 2 or 4", JSON.stringify(value) ?? "undefined");
}

function isEmptyGuid(value: unknown): boolean {
  return typeof value === "string" && /^\{?0{8}(?:-0{4}){3}-0{12}\}?$/.test(value);
}
