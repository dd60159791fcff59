import type { QueueClient } from "@azure/storage-queue";
import { abortedError, describe, errnoOf, PrimepackError, type Secret } from "@primepack/core/errors";
import {
  HttpTransport,
  isOverload,
  isPassing,
  RequestError,
  Retrier,
  type RetryOptions,
  storageHttpClient,
  TransportFault,
} from "@primepack/core/http";
import type { NetworkOptions } from "@primepack/core/model";

/** What one look at a queue may bring (Get Messages: 1 to 32). */
const MESSAGES_OF_REQUEST = 32;

/** A message that is hidden from other readers for a while. */
export interface QueueMessage {
  readonly messageId: string;
  /** By which this reading of it may be deleted. */
  readonly popReceipt: string;
  readonly text: string;
}

/** How requests to a queue go out. */
export interface QueueAccess {
  readonly network: NetworkOptions | undefined;
  readonly retry: RetryOptions;
}

/** The requests that reading a queue takes: the storage SDK's, over our connections and with our retries. */
export class QueueConnection {
  readonly #queueUri: Secret;
  readonly #network: NetworkOptions | undefined;
  readonly #retrier: Retrier;
  #client: Promise<QueueClient> | undefined;

  constructor(queueUri: Secret, { network, retry }: QueueAccess) {
    this.#queueUri = queueUri;
    this.#network = network;
    this.#retrier = new Retrier(retry);
  }

  /** Rejects with QUEUE_FAILED or ABORTED, or INVALID_OPTION for a proxy that is none. */
  async receive(visibilitySeconds: number, signal: AbortSignal | undefined): Promise<readonly QueueMessage[]> {
    const { receivedMessageItems } = await this.#run("read messages", signal, (client) =>
      client.receiveMessages({
        numberOfMessages: MESSAGES_OF_REQUEST,
        visibilityTimeout: visibilitySeconds,
        ...(signal === undefined ? {} : { abortSignal: signal }),
      }),
    );
    return receivedMessageItems.map(({ messageId, popReceipt, messageText }) => ({
      messageId,
      popReceipt,
      text: messageText,
    }));
  }

  /** What is gone already, or was read by somebody since, needs no deleting. Rejects with QUEUE_FAILED. */
  async delete({ messageId, popReceipt }: Omit<QueueMessage, "text">): Promise<void> {
    await this.#run("delete a message", undefined, async (client) => {
      try {
        await client.deleteMessage(messageId, popReceipt);
      } catch (reason) {
        if (statusOf(reason) !== 404) throw reason;
      }
    });
  }

  #run<T>(method: string, signal: AbortSignal | undefined, call: (client: QueueClient) => Promise<T>): Promise<T> {
    return this.#retrier.run({ method, name: "queue", signal }, async () => {
      try {
        this.#client ??= this.#open();
        return await call(await this.#client);
      } catch (reason) {
        if (signal?.aborted) throw abortedError(signal, "read the queue of migration jobs");
        if (reason instanceof PrimepackError) throw reason;
        throw queueError(reason);
      }
    });
  }

  async #open(): Promise<QueueClient> {
    // Loaded only for who reads queues: it brings much along.
    const { AnonymousCredential, newPipeline, QueueClient } = await import("@azure/storage-queue");
    const url = this.#queueUri.reveal();
    const httpClient = storageHttpClient(new HttpTransport(url, this.#network));
    return new QueueClient(url, newPipeline(new AnonymousCredential(), { httpClient, retryOptions: { maxTries: 1 } }));
  }
}

function statusOf(reason: unknown): number | undefined {
  if (!(reason instanceof Error) || !("statusCode" in reason)) return undefined;
  return typeof reason.statusCode === "number" ? reason.statusCode : undefined;
}

/** Without the SDK's error as its cause: that holds the request, and so the SAS. */
function queueError(reason: unknown): RequestError {
  const status = statusOf(reason);
  const value = [status, errnoOf(reason)].filter((part) => part !== undefined && part !== "").join(" ");
  const said = describe(reason).split("\n")[0] ?? "";
  return new RequestError(
    "QUEUE_FAILED",
    `Cannot read the queue of migration jobs as the queue service refused: current value is ${value || said}`,
    new Error(said),
    {
      retryable: status === undefined ? reason instanceof TransportFault && reason.passing : isPassing(status),
      throttled: status !== undefined && isOverload(status),
    },
  );
}
