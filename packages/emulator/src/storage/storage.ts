import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import type { JobStorage } from "../ports.ts";
import { type AzuritePorts, startAzurite } from "./azurite.ts";
import { directPipelines } from "./direct.ts";
import { jobStorage } from "./job-storage.ts";
import {
  CONTAINER_SAS_LIFETIME,
  type ProvisionedContainers,
  provisionContainers,
  provisionQueue,
} from "./provision.ts";

/** Milliseconds that a storage may take to answer; those of others may never do. */
const PATIENCE = 30_000;

export interface StorageOptions {
  /** Folder of Azurite's data. */
  readonly directory: string;
  /** Those of an earlier life. */
  readonly ports?: AzuritePorts;
  /** Undefined: the machine's clock. */
  readonly now: (() => Date) | undefined;
  /** Life of the SAS of provisioned containers, in milliseconds; undefined: three days. */
  readonly sasLifetime: () => number | undefined;
}

/** The storage account behind the emulator. */
export interface Storage {
  readonly connectionString: string;
  readonly ports: AzuritePorts;
  readonly jobs: JobStorage;
  provisionContainers(): Promise<ProvisionedContainers>;
  /** The URI of a fresh queue, with its SAS. */
  provisionQueue(): Promise<string>;
  close(): Promise<void>;
}

/** Starts Azurite and opens what is left of an earlier life in its folder. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const azurite = await startAzurite(options.directory, options.ports);
  const pipelines = directPipelines(new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey));
  const blobs = new BlobServiceClient(azurite.blobUrl, pipelines.keyed);
  const queues = new QueueServiceClient(azurite.queueUrl, pipelines.keyedQueue);
  const { now } = options;
  const present = now ?? (() => new Date());
  // Azurite checks SAS by a clock of its own, which has to show what ours does.
  const syncClock = async () => {
    if (now !== undefined) await azurite.setClockAhead(now().getTime() - Date.now());
  };
  return {
    connectionString: azurite.connectionString,
    ports: azurite.ports,
    jobs: jobStorage({
      blobs,
      queueUrl: azurite.queueUrl,
      signed: pipelines.signed,
      signedQueue: pipelines.signedQueue,
      now: present,
      syncClock,
      patience: PATIENCE,
    }),
    async provisionContainers() {
      await syncClock();
      return await provisionContainers(blobs, azurite, present(), options.sasLifetime() ?? CONTAINER_SAS_LIFETIME);
    },
    async provisionQueue() {
      await syncClock();
      return await provisionQueue(queues, azurite, present());
    },
    async close() {
      pipelines.close();
      await azurite.stop();
    },
  };
}
