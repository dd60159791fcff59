import { encrypt } from "./encrypt.ts";

export interface MessageQueue {
  send(messageText: string): Promise<void>;
}

export interface MessageSenderOptions {
  readonly jobId: string;
  /** Undefined: messages go in clear text. */
  readonly key: Uint8Array | undefined;
  readonly open: () => Promise<MessageQueue>;
  /** How often the next message is sent: 1, or by a fault 0 or 2. */
  readonly copies: () => number;
  /** The job's last message was sent, or is lost. */
  readonly onLast: () => void;
}

/** Unsent messages after which a job waits for its queue. */
const BACKLOG = 64;
/** Failed messages in a row after which a job's queue is given up. */
const PATIENCE = 3;

/**
 * Sends a job's events to its queue, in their order and one at a time: base64 of UTF-8 JSON, in the encrypted envelope if
 * the job has a key (wire-protocol 5). A queue that fails loses messages, and never hurts the job.
 */
export class MessageSender {
  readonly #options: MessageSenderOptions;
  #tail: Promise<void> = Promise.resolve();
  #pending = 0;
  #failures = 0;
  #isClosed = false;

  constructor(options: MessageSenderOptions) {
    this.#options = options;
  }

  send(json: string, isLast: boolean): void {
    const copies = this.#options.copies();
    for (let copy = 0; copy < copies; copy++) {
      const text = this.#text(json);
      this.#pending += 1;
      this.#tail = this.#tail.then(() => this.#deliver(text));
    }
    if (isLast) this.#tail = this.#tail.then(this.#options.onLast);
  }

  /** Undefined while few messages are unsent; else resolves when all are sent. */
  behind(): Promise<void> | undefined {
    return this.#pending < BACKLOG ? undefined : this.#tail;
  }

  /** Resolves when what was sent so far has arrived or is lost. */
  settled(): Promise<void> {
    return this.#tail;
  }

  /** Gives up what is unsent but for the message under way. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#tail;
  }

  async #deliver(text: string): Promise<void> {
    try {
      if (this.#isClosed || this.#failures >= PATIENCE) return;
      const queue = await this.#options.open();
      await queue.send(text);
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    } finally {
      this.#pending -= 1;
    }
  }

  #text(json: string): string {
    const { jobId, key } = this.#options;
    if (key === undefined) return Buffer.from(json).toString("base64");
    const { iv, content } = encrypt(Buffer.from(json), key);
    const envelope = { Label: "Encrypted", JobId: jobId, IV: iv, Content: content.toString("base64") };
    return Buffer.from(JSON.stringify(envelope)).toString("base64");
  }
}
