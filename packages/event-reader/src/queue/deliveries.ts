import { createHash } from "node:crypto";
import type { JobEvent } from "../types.ts";
import type { QueueMessage } from "./queue-connection.ts";

/** Messages that were handed to the consumer together. */
export interface Delivery {
  /** Pop receipts by message id: of the latest reading of each. */
  readonly messages: Map<string, string>;
  isAcknowledged: boolean;
}

/** Events that are remembered; beyond that those of the jobs that were heard of first are forgotten. */
const MAX_EVENTS = 500_000;
/** Bytes of a hash: enough that no two events are ever taken for one. */
const HASH_BYTES = 16;

/** What has been delivered, so that messages that come again, or are sent twice, are known. */
export class Deliveries {
  readonly #byJob: Map<string, Map<string, Delivery>> = new Map();
  #size = 0;

  find(jobId: string, fingerprint: string): Delivery | undefined {
    return this.#byJob.get(jobId)?.get(fingerprint);
  }

  add(jobId: string, fingerprint: string, delivery: Delivery): void {
    const events = this.#byJob.get(jobId) ?? new Map<string, Delivery>();
    this.#byJob.set(jobId, events.set(fingerprint, delivery));
    this.#size += 1;
    for (const [oldest, { size }] of this.#byJob) {
      if (this.#size <= MAX_EVENTS || oldest === jobId) break;
      this.#byJob.delete(oldest);
      this.#size -= size;
    }
  }
}

/** The same for an event however often it was sent and encrypted. */
export function fingerprintOf({ raw }: JobEvent): string {
  const members = Object.entries(raw).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(members)).digest().toString("latin1", 0, HASH_BYTES);
}

export function deliveryOf(messages: Iterable<Pick<QueueMessage, "messageId" | "popReceipt">>): Delivery {
  const receipts = Array.from(messages, ({ messageId, popReceipt }) => [messageId, popReceipt] as const);
  return { messages: new Map(receipts), isAcknowledged: false };
}
