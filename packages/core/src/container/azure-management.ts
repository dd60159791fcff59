import {
  AnonymousCredential,
  BlobServiceClient,
  newPipeline,
  type RestError,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import pLimit from "p-limit";
import { abortedError, type Secret } from "../errors/index.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import type { Retrier } from "../http/retrier.ts";
import { storageHttpClient } from "../http/storage-http-client.ts";
import { TransportFault } from "../http/transport-fault.ts";
import type { AzureAccount } from "./azure-account.ts";
import { containerSas } from "./azure-container-sas.ts";
import { refusedError, StorageError, unreachableError } from "./storage-error.ts";

/** A container that is there and holds nothing. */
export interface FreshContainer {
  /** Without a query. */
  readonly url: string;
  /** What opens this container: a SAS of its own where there is an account key, else the account's. */
  readonly sas: Secret;
}

/** Milliseconds that a container's own SAS lasts, 7 days: a run that is interrupted over a weekend can still be looked at. */
const SAS_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** Read, create, write, delete, list: what a container port's requests need, and no more. */
const SAS_PERMISSIONS = "rcwdl";

/** Blobs that are deleted at once when a container is emptied. */
const DELETES_AT_ONCE = 8;

/** Attempts before the account has been reached for the first time: its name may be wrong, and the user waits. */
const FIRST_CONTACT_ATTEMPTS = 3;

/** Makes, empties and deletes containers with the Azure SDK, over the transport and retries of all other requests. */
export class AzureManagement {
  readonly #account: AzureAccount;
  readonly #transport: HttpTransport;
  readonly #retrier: Retrier;
  readonly #service: BlobServiceClient;
  #reached = false;

  constructor(account: AzureAccount, transport: HttpTransport, retrier: Retrier) {
    this.#account = account;
    this.#transport = transport;
    this.#retrier = retrier;
    const credential =
      account.key === undefined
        ? new AnonymousCredential()
        : new StorageSharedKeyCredential(account.name, account.key.reveal());
    const pipeline = newPipeline(credential, {
      httpClient: storageHttpClient(transport),
      retryOptions: { maxTries: 1 },
    });
    const query = account.sas === undefined ? "" : `?${account.sas.reveal()}`;
    this.#service = new BlobServiceClient(account.url + query, pipeline);
  }

  /** Makes the container, or empties the one that an earlier attempt left. */
  async fresh(containerName: string, signal?: AbortSignal): Promise<FreshContainer> {
    const doing = `make the container ${containerName}`;
    const container = this.#service.getContainerClient(containerName);
    const made = await this.#run(doing, signal, async (abort) => {
      try {
        return { existed: false, date: (await container.create(abort)).date };
      } catch (error) {
        if (!isRestError(error) || error.code !== "ContainerAlreadyExists") throw error;
        return { existed: true, date: new Date(error.response?.headers.get("date") ?? "") };
      }
    });
    if (made.existed) await this.#empty(containerName, signal);
    return { url: `${this.#account.url}/${containerName}`, sas: this.#sasFor(containerName, made.date) };
  }

  async #empty(containerName: string, signal: AbortSignal | undefined): Promise<void> {
    const doing = `empty the container ${containerName}`;
    const container = this.#service.getContainerClient(containerName);
    const limit = pLimit(DELETES_AT_ONCE);
    await this.#run(doing, signal, async (abort) => {
      for await (const page of container.listBlobsFlat(abort).byPage({ maxPageSize: 1000 })) {
        await limit.map(page.segment.blobItems, ({ name }) =>
          container.getBlobClient(name).deleteIfExists({ ...abort, deleteSnapshots: "include" }),
        );
      }
    });
  }

  /** Deletes the container with all that is in it; no error if there is none. */
  async delete(containerName: string): Promise<void> {
    const doing = `delete the container ${containerName}`;
    await this.#run(doing, undefined, async (abort) => {
      await this.#service.getContainerClient(containerName).deleteIfExists(abort);
    });
  }

  #sasFor(containerName: string, now: Date | undefined): Secret {
    if (this.#account.sas !== undefined) return this.#account.sas;
    if (now === undefined || Number.isNaN(now.getTime())) {
      throw new StorageError(
        "CONTAINER_REFUSED",
        `Cannot make a SAS for the container ${containerName} as the storage must tell the time: current value is no date`,
        undefined,
      );
    }
    // Counted from the service's clock: ours may be wrong.
    const expiresOn = new Date(now.getTime() + SAS_LIFETIME_MS);
    return containerSas({ account: this.#account, containerName, permissions: SAS_PERMISSIONS, expiresOn });
  }

  #run<T>(
    doing: string,
    signal: AbortSignal | undefined,
    call: (options: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    let misses = 0;
    return this.#retrier.run({ method: doing, signal }, async () => {
      try {
        const result = await call(signal === undefined ? {} : { abortSignal: signal });
        this.#reached = true;
        return result;
      } catch (reason) {
        const error = this.#translate(reason, doing, signal);
        if (!(error instanceof StorageError) || error.code !== "CONTAINER_UNREACHABLE") throw error;
        misses++;
        if (this.#reached || misses < FIRST_CONTACT_ATTEMPTS) throw error;
        throw new StorageError(error.code, error.message, error);
      }
    });
  }

  /** Keeps nothing of the SDK's error, which holds the request with its URL and headers. */
  #translate(error: unknown, doing: string, signal: AbortSignal | undefined): Error {
    if (signal?.aborted) return abortedError(signal, doing);
    if (isRestError(error) && error.statusCode !== undefined) {
      const { response } = error;
      const body = Buffer.from(response?.bodyAsText ?? "");
      return refusedError({ status: error.statusCode, headers: response?.headers.toJSON() ?? {}, body }, doing);
    }
    const fault = error instanceof TransportFault ? error : new TransportFault(error);
    return unreachableError(fault, doing, this.#transport.origin);
  }
}

function isRestError(error: unknown): error is RestError {
  return error instanceof Error && error.name === "RestError";
}
