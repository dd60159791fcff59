import { PrimepackError } from "@primepack/core/errors";
import {
  graphBaseUrl,
  guidOf,
  isMembers,
  type OpenedConnection,
  openConnection,
  type ServiceConnection,
  ServiceError,
} from "@primepack/core/http";
import type { SharePointMigrationJob } from "@primepack/core/wire";
import { jobContainers, keyInBase64 } from "./job-containers.ts";
import type { GraphJobService, JobContainers, JobRequest } from "./types.ts";

/** Which container, and how Graph is reached. */
export type GraphJobServiceOptions = ServiceConnection & {
  /** Id of the `fileStorageContainer`: `b!...`. */
  readonly containerId: string;
  /** Root of Graph; without a path its version `v1.0` is taken. Default: `https://graph.microsoft.com/v1.0`. */
  readonly graphUrl?: string;
};

/**
 * The migration calls of a SharePoint Embedded container by Microsoft Graph. Nothing is sent before the first call.
 *
 * @throws INVALID_OPTION if the id is empty, or Graph's URL is none, or not https: for a host that is not this machine
 */
export function graphJobService(options: GraphJobServiceOptions): GraphJobService {
  return new EmbeddedJobService(options);
}

/** A path below Graph's root for a container. */
function containerPath(containerId: string): string {
  if (/^[^\s/?#]+$/.test(containerId) && !/^\.+$/.test(containerId))
    return `storage/fileStorage/containers/${encodeURIComponent(containerId)}`;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot reach the SharePoint Embedded container as its id must be a text like b!...: current value is ${JSON.stringify(containerId)}`,
  );
}

class EmbeddedJobService implements GraphJobService {
  readonly kind = "graph";
  readonly containerId: string;
  readonly #path: string;
  readonly #connection: OpenedConnection;

  constructor(options: GraphJobServiceOptions) {
    const { containerId, graphUrl, ...connection } = options;
    this.containerId = containerId;
    this.#path = containerPath(containerId);
    this.#connection = openConnection(graphBaseUrl("v1.0", graphUrl), connection as ServiceConnection);
  }

  async provisionContainers(signal?: AbortSignal): Promise<JobContainers> {
    const doing = "provision containers";
    const { body } = await this.#connection.client.send({
      method: "POST",
      url: `${this.#path}/provisionMigrationContainers`,
      doing,
      ...(signal === undefined ? {} : { signal }),
    });
    const info = isMembers(body) ? body : {};
    return jobContainers(info.dataContainerUri, info.metadataContainerUri, info.encryptionKey, doing);
  }

  async createJob({ containers }: JobRequest, signal?: AbortSignal): Promise<string> {
    const doing = "create the migration job";
    const { encryptionKey } = containers;
    if (encryptionKey === undefined) {
      throw new PrimepackError(
        "INVALID_OPTION",
        `Cannot ${doing} as Graph takes encrypted packages only: current value is none`,
      );
    }
    const job: SharePointMigrationJob = {
      containerInfo: {
        dataContainerUri: containers.dataContainerUri.reveal(),
        metadataContainerUri: containers.metadataContainerUri.reveal(),
        encryptionKey: keyInBase64(encryptionKey),
      },
    };
    const { status, body } = await this.#connection.client.send({
      method: "POST",
      url: `${this.#path}/migrationJobs`,
      body: job,
      doing,
      repeat: "once",
      ...(signal === undefined ? {} : { signal }),
    });
    const id = guidOf(isMembers(body) ? body.id : undefined);
    if (id !== undefined) return id;
    throw new ServiceError(
      "SERVICE_ANSWER_LOST",
      `Cannot ${doing} as the service gave no job id: current value is ${isMembers(body) ? typeof body.id : "no object"}`,
      {
        answer: { status },
      },
    );
  }

  async deleteJob(jobId: string, signal?: AbortSignal): Promise<boolean> {
    const doing = "delete the migration job";
    const id = guidOf(jobId);
    // Any other text might end in a path above the job's, where DELETE removes the container itself.
    if (id === undefined) {
      throw new PrimepackError("INVALID_OPTION", `Cannot ${doing} as its id must be a GUID: current value is ${jobId}`);
    }
    try {
      await this.#connection.client.send({
        method: "DELETE",
        url: `${this.#path}/migrationJobs/${id}`,
        doing,
        ...(signal === undefined ? {} : { signal }),
      });
      return true;
    } catch (error) {
      if (error instanceof ServiceError && error.code === "JOB_NOT_FOUND") return false;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
