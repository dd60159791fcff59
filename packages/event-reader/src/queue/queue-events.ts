import { abortedError, describe } from "@primepack/core/errors";
import { systemTimer, type Timer } from "@primepack/core/http";
import type { Logger } from "@primepack/core/model";
import { Deliveries, type Delivery, deliveryOf, fingerprintOf } from "./deliveries.ts";
import { MessageOwners } from "./message-owner.ts";
import { type Heard, PendingEvents } from "./pending-events.ts";
import { QueueConnection, type QueueMessage } from "./queue-connection.ts";
import type { QueueEvents, QueueEventsOptions, QueueUpdate } from "./queue-types.ts";
import { readMessage } from "./read-message.ts";

/** Requests after which what was gathered is handed out although the queue has more: 1,024 messages. */
const REQUESTS_OF_ROUND = 32;
/** Requests in a row that bring only messages which became visible again, after which nothing new is expected. */
const REPEATS_OF_DRAIN = 8;
/** Messages that are deleted at once. */
const DELETIONS_AT_ONCE = 8;
/** Strangers and malformed messages that are remembered as told. */
const MAX_TOLD = 10_000;

/**
 * Events of an Azure queue that jobs report to.
 *
 * Messages are read in batches of 32, gathered by job until the queue is empty or 1,024 are held, and handed out by time;
 * each event once, however often its message is sent or read. They are deleted when the consumer acknowledges them; those
 * of jobs that are not its own never are. Reading hides messages, strangers' too, for `visibilitySeconds`.
 */
export function queueEvents(options: QueueEventsOptions): QueueEvents {
  return new ReadQueue(options);
}

class ReadQueue implements QueueEvents {
  readonly #connection: QueueConnection;
  readonly #owners: MessageOwners;
  readonly #deliveries = new Deliveries();
  readonly #malformed: Map<string, Delivery> = new Map();
  readonly #strangers: Set<string> = new Set();
  readonly #visibilitySeconds: number;
  readonly #idleMs: number;
  readonly #timer: Timer;
  readonly #signal: AbortSignal | undefined;
  readonly #logger: Logger | undefined;
  readonly #closing = new AbortController();

  constructor(options: QueueEventsOptions) {
    const { network, retry, logger } = options;
    this.#connection = new QueueConnection(options.queueUri, {
      network,
      retry: { ...(logger === undefined ? {} : { logger }), ...retry },
    });
    this.#owners = new MessageOwners(options.jobs, options.own ?? false);
    this.#visibilitySeconds = options.visibilitySeconds ?? 30;
    this.#idleMs = options.idleMs ?? 30_000;
    this.#timer = options.timer ?? systemTimer;
    this.#signal = options.signal;
    this.#logger = logger;
  }

  close(): void {
    this.#closing.abort();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<QueueUpdate, void, undefined> {
    while (!this.#closing.signal.aborted) {
      yield* this.drain();
      await this.#idle();
    }
  }

  async *drain(signal: AbortSignal | undefined = this.#signal): AsyncGenerator<QueueUpdate, void, undefined> {
    const pending = new PendingEvents();
    const seen = new Set<string>();
    let repeats = 0;
    let isEmpty = false;
    while (!isEmpty && !this.#closing.signal.aborted) {
      for (let request = 0; request < REQUESTS_OF_ROUND && !isEmpty; request++) {
        const messages = await this.#connection.receive(this.#visibilitySeconds, signal);
        repeats = messages.some(({ messageId }) => !seen.has(messageId)) ? 0 : repeats + 1;
        isEmpty = messages.length === 0 || repeats >= REPEATS_OF_DRAIN;
        for (const message of messages) {
          seen.add(message.messageId);
          const update = await this.#sort(message, pending);
          if (update !== undefined) yield update;
        }
      }
      for (const heard of pending.take(isEmpty)) yield this.#deliver(heard);
    }
  }

  async #idle(): Promise<void> {
    const wake = AbortSignal.any([this.#closing.signal, ...(this.#signal === undefined ? [] : [this.#signal])]);
    try {
      await this.#timer(this.#idleMs, wake);
    } catch (reason) {
      if (this.#signal?.aborted) throw abortedError(this.#signal, "wait for messages of migration jobs");
      if (!this.#closing.signal.aborted) throw reason;
    }
  }

  /** Puts a message where it belongs; gives what is to be told of it at once. */
  async #sort(message: QueueMessage, pending: PendingEvents): Promise<QueueUpdate | undefined> {
    const owned = await this.#owners.ownerOf(readMessage(message.text));
    if (owned.kind === "event") {
      const { jobId, id, event } = owned;
      const fingerprint = fingerprintOf(event);
      const delivery = this.#deliveries.find(jobId, fingerprint);
      if (delivery === undefined) pending.add(jobId, { id, event, fingerprint, message });
      else await this.#repeated(delivery, message);
      return undefined;
    }
    if (owned.kind === "stranger") {
      if (this.#strangers.has(owned.jobId)) return undefined;
      if (this.#strangers.size >= MAX_TOLD) this.#strangers.clear();
      this.#strangers.add(owned.jobId);
      return { type: "stranger", jobId: owned.jobId, encrypted: owned.encrypted };
    }
    const { messageId } = message;
    const told = this.#malformed.get(messageId);
    if (told !== undefined) {
      await this.#repeated(told, message);
      return undefined;
    }
    if (this.#malformed.size >= MAX_TOLD) this.#malformed.clear();
    const delivery = deliveryOf([message]);
    this.#malformed.set(messageId, delivery);
    const acknowledge = () => this.#acknowledge(delivery);
    return { type: "malformed", jobId: owned.jobId, messageId, error: owned.error, acknowledge };
  }

  #deliver({ jobId, id, entries }: Heard): QueueUpdate {
    const delivery = deliveryOf(entries.flatMap(({ messages }) => messages));
    for (const { fingerprint } of entries) this.#deliveries.add(jobId, fingerprint, delivery);
    const events = entries.map(({ event }) => event);
    return { type: "events", jobId, id, events, acknowledge: () => this.#acknowledge(delivery) };
  }

  /** A message that was handed out before: it goes with the others, or at once if those are gone. */
  async #repeated(delivery: Delivery, { messageId, popReceipt }: QueueMessage): Promise<void> {
    if (delivery.isAcknowledged) await this.#delete(messageId, popReceipt);
    else delivery.messages.set(messageId, popReceipt);
  }

  async #acknowledge(delivery: Delivery): Promise<void> {
    delivery.isAcknowledged = true;
    const messages = [...delivery.messages];
    delivery.messages.clear();
    for (let from = 0; from < messages.length; from += DELETIONS_AT_ONCE) {
      const some = messages.slice(from, from + DELETIONS_AT_ONCE);
      await Promise.all(some.map(([messageId, popReceipt]) => this.#delete(messageId, popReceipt)));
    }
  }

  /** What can't be deleted comes again, and is known then. */
  async #delete(messageId: string, popReceipt: string): Promise<void> {
    try {
      await this.#connection.delete({ messageId, popReceipt });
    } catch (error) {
      this.#logger?.warn("A message can't be deleted from the queue; it will come again", {
        messageId,
        error: describe(error),
      });
    }
  }
}
