import type { QueueClient } from "@azure/storage-queue";
import { abortedError, describe, errnoOf, PrimepackError, type Secret } from "@primepack/core/errors";

/** What one look at a queue may bring (Get Messages: 1 to 32). */
const MESSAGES_OF_REQUEST = 32;

/** A message that is hidden from other readers for a while. */
export interface QueueMessage {
  readonly messageId: string;
  /** By which this reading of it may be deleted. */
  readonly popReceipt: string;
  readonly text: string;
}

/** The requests that reading a queue takes, through the storage SDK and its retries. */
export class QueueConnection {
  readonly #queueUri: Secret;
  #client: Promise<QueueClient> | undefined;

  constructor(queueUri: Secret) {
    this.#queueUri = queueUri;
  }

  /** Rejects with QUEUE_FAILED or ABORTED. */
  async receive(visibilitySeconds: number, signal: AbortSignal | undefined): Promise<readonly QueueMessage[]> {
    try {
      const client = await this.#opened();
      const { receivedMessageItems } = await client.receiveMessages({
        numberOfMessages: MESSAGES_OF_REQUEST,
        visibilityTimeout: visibilitySeconds,
        ...(signal === undefined ? {} : { abortSignal: signal }),
      });
      return receivedMessageItems.map(({ messageId, popReceipt, messageText }) => ({
        messageId,
        popReceipt,
        text: messageText,
      }));
    } catch (reason) {
      if (signal?.aborted) throw abortedError(signal, "read the queue of migration jobs");
      throw queueError(reason);
    }
  }

  /** What is gone already, or was read by somebody since, needs no deleting. Rejects with QUEUE_FAILED. */
  async delete({ messageId, popReceipt }: Omit<QueueMessage, "text">): Promise<void> {
    try {
      await (await this.#opened()).deleteMessage(messageId, popReceipt);
    } catch (reason) {
      if (statusOf(reason) !== 404) throw queueError(reason);
    }
  }

  #opened(): Promise<QueueClient> {
    this.#client ??= this.#open();
    return this.#client;
  }

  async #open(): Promise<QueueClient> {
    // Loaded only for who reads queues: it brings much along.
    const { QueueClient } = await import("@azure/storage-queue");
    return new QueueClient(this.#queueUri.reveal());
  }
}

function statusOf(reason: unknown): number | undefined {
  if (!(reason instanceof Error) || !("statusCode" in reason)) return undefined;
  return typeof reason.statusCode === "number" ? reason.statusCode : undefined;
}

/** Without the SDK's error as its cause: that holds the request, and so the SAS. */
function queueError(reason: unknown): PrimepackError {
  const value = [statusOf(reason), errnoOf(reason)].filter((part) => part !== undefined).join(" ");
  const said = describe(reason).split("\n")[0] ?? "";
  return new PrimepackError(
    "QUEUE_FAILED",
    `Cannot read the queue of migration jobs as the queue service refused: current value is ${value || said}`,
    { cause: new Error(said) },
  );
}
