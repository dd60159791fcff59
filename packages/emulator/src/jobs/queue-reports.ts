import { FaultCount } from "../fault-count.ts";
import type { JobStorage } from "../ports.ts";
import type { EmulatorFaults } from "../types.ts";
import type { JobSecrets } from "./job-file.ts";
import { type MessageQueue, MessageSender } from "./message-sender.ts";

/** Opened queues that are kept: jobs of one run share a queue. */
const OPEN_QUEUES = 32;

/** Sends the events of jobs to the queues that they were created with. */
export class QueueReports {
  readonly #storage: Pick<JobStorage, "openQueue">;
  readonly #faults: () => EmulatorFaults;
  readonly #queues = new Map<string, Promise<MessageQueue>>();
  readonly #senders = new Map<string, MessageSender>();
  readonly #messages: FaultCount;

  constructor(storage: Pick<JobStorage, "openQueue">, faults: () => EmulatorFaults) {
    this.#storage = storage;
    this.#faults = faults;
    this.#messages = new FaultCount(faults);
  }

  /** Throws what opening the queue throws. */
  async check(uri: string): Promise<void> {
    const queue = await this.#storage.openQueue(uri);
    this.#keep(uri, Promise.resolve(queue));
  }

  /** Jobs without a queue send nothing. */
  send(jobId: string, secrets: JobSecrets | undefined, event: string, isLast: boolean): void {
    const uri = secrets?.queueUri;
    if (uri === undefined) return;
    const sender = this.#senders.get(jobId) ?? this.#openSender(jobId, uri, secrets?.key);
    sender.send(event, isLast);
  }

  /** Resolves when what was sent of the job so far has arrived or is lost. */
  async settled(jobId: string): Promise<void> {
    await this.#senders.get(jobId)?.settled();
  }

  /** Undefined while the job's queue keeps up; else resolves once it does. */
  behind(jobId: string): Promise<void> | undefined {
    return this.#senders.get(jobId)?.behind();
  }

  /** Gives up what is unsent. */
  async close(): Promise<void> {
    await Promise.all([...this.#senders.values()].map((sender) => sender.close()));
  }

  #openSender(jobId: string, uri: string, key: Uint8Array | undefined): MessageSender {
    const sender = new MessageSender({
      jobId,
      key,
      open: () => this.#open(uri),
      copies: () => this.#copies(),
      onLast: () => this.#senders.delete(jobId),
    });
    this.#senders.set(jobId, sender);
    return sender;
  }

  #open(uri: string): Promise<MessageQueue> {
    const known = this.#queues.get(uri);
    if (known !== undefined) return known;
    const queue = this.#storage.openQueue(uri);
    this.#keep(uri, queue);
    queue.catch(() => this.#queues.delete(uri));
    return queue;
  }

  #keep(uri: string, queue: Promise<MessageQueue>): void {
    this.#queues.delete(uri);
    this.#queues.set(uri, queue);
    const oldest = this.#queues.keys().next();
    if (this.#queues.size > OPEN_QUEUES && oldest.done !== true) this.#queues.delete(oldest.value);
  }

  /** A message that is to be lost and to be repeated is lost. */
  #copies(): number {
    const message = this.#messages.next();
    const { loseMessage, repeatMessage } = this.#faults();
    if (loseMessage !== undefined && message % loseMessage.every === 0) return 0;
    return repeatMessage !== undefined && message % repeatMessage.every === 0 ? 2 : 1;
  }
}
