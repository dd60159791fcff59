import { randomBytes, randomUUID } from "node:crypto";
import type { BlobServiceClient } from "@azure/storage-blob";
import type { QueueServiceClient } from "@azure/storage-queue";
import { freshlyProvided } from "./provided.ts";
import { containerSas, queueSas, type SigningAccount } from "./sas.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Life of the SAS of provisioned containers: three days (Migration Manager FAQ), in milliseconds. */
export const CONTAINER_SAS_LIFETIME: number = 3 * DAY;
/** Life of the SAS of provisioned queues: 21 days, in milliseconds. */
const QUEUE_SAS_LIFETIME = 21 * DAY;

/** Containers of one job. The key is remembered nowhere. */
export interface ProvisionedContainers {
  readonly dataContainerUri: string;
  readonly metadataContainerUri: string;
  /** 32 bytes. */
  readonly encryptionKey: Uint8Array;
}

/** Makes two containers, `rw` on each: neither list nor delete. `lifetime` in milliseconds. */
export async function provisionContainers(
  service: BlobServiceClient,
  account: SigningAccount,
  now: Date,
  lifetime: number,
): Promise<ProvisionedContainers> {
  const uri = async () => {
    const name = `0-${randomBytes(2).readUInt16BE()}-${day(now)}-${randomBytes(16).toString("hex")}`;
    const container = service.getContainerClient(name);
    await container.create({ metadata: { ...freshlyProvided } });
    const times = { from: now, until: new Date(now.getTime() + lifetime) };
    return `${container.url}${containerSas(account, name, "rw", times)}`;
  };
  return { dataContainerUri: await uri(), metadataContainerUri: await uri(), encryptionKey: randomBytes(32) };
}

/** Makes a queue and gives its URI: read, add and process. */
export async function provisionQueue(service: QueueServiceClient, account: SigningAccount, now: Date): Promise<string> {
  const name = `${randomBytes(2).readUInt16BE()}pq${day(now)}-${randomUUID()}`;
  const queue = service.getQueueClient(name);
  await queue.create({ metadata: { provided: "true" } });
  const times = { from: now, until: new Date(now.getTime() + QUEUE_SAS_LIFETIME) };
  return `${queue.url}${queueSas(account, name, "rap", times)}`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll("-", "");
}
