import { PrimepackError, untilAborted } from "../../errors/index.ts";
import type { SourceContent } from "../../model/index.ts";
import { openLocalContent } from "./local-content.ts";
import { CONTENT_WINDOW_BYTES } from "./memory-bound.ts";
import type { ContentRequest, ToWorker } from "./protocol.ts";
import type { Post } from "./remote-container.ts";

/** Smaller chunks are gathered to this many bytes, since each message costs as much as hashing that many. */
const GATHERED_BYTES = 64 * 1024;

/** In a worker: contents whose bytes the main thread sends. */
export class RemoteContents {
  readonly #post: Post<ContentRequest>;
  readonly #inboxes: Map<number, Inbox> = new Map();

  constructor(post: Post<ContentRequest>) {
    this.#post = post;
  }

  /** The bytes of one file; ends with the signal's reason as soon as that aborts. Only one at a time for each file. */
  async *open(file: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    const inbox = new Inbox();
    this.#inboxes.set(file, inbox);
    this.#post({ type: "open", file });
    let ended = false;
    try {
      for (;;) {
        const message = await untilAborted(inbox.next(), signal);
        if (message.type === "end") {
          ended = true;
          if (message.error !== undefined) throw PrimepackError.fromWire(message.error);
          return;
        }
        yield message.bytes;
        this.#post({ type: "consumed", file, bytes: message.bytes.length });
      }
    } finally {
      this.#inboxes.delete(file);
      if (!ended) this.#post({ type: "close", file });
    }
  }

  /** Takes what the main thread sent. */
  receive(message: ContentMessage): void {
    this.#inboxes.get(message.file)?.put(message);
  }
}

type ContentMessage = Extract<ToWorker, { type: "chunk" | "end" }>;

/** Messages in their order, for one reader. */
class Inbox {
  readonly #messages: ContentMessage[] = [];
  #wake: (() => void) | undefined;

  put(message: ContentMessage): void {
    this.#messages.push(message);
    this.#wake?.();
  }

  async next(): Promise<ContentMessage> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** On the main thread: sends contents to a worker, never more than {@link CONTENT_WINDOW_BYTES} and a chunk ahead of it. */
export class ContentSender {
  readonly #contents: ReadonlyMap<number, SourceContent | undefined>;
  readonly #post: Post<ToWorker>;
  readonly #sending: Map<number, Sending> = new Map();

  /** `contents` goes by the task's file indexes. */
  constructor(contents: ReadonlyMap<number, SourceContent | undefined>, post: Post<ToWorker>) {
    this.#contents = contents;
    this.#post = post;
  }

  receive(request: ContentRequest): void {
    if (request.type === "open") this.#open(request.file);
    else if (request.type === "close") this.#close(request.file);
    else this.#sending.get(request.file)?.consumed(request.bytes);
  }

  /** Leaves all contents. */
  close(): void {
    for (const file of this.#sending.keys()) this.#close(file);
  }

  #open(file: number): void {
    const content = this.#contents.get(file);
    const sending = new Sending();
    this.#sending.set(file, sending);
    void this.#send(file, content, sending).finally(() => {
      if (this.#sending.get(file) === sending) this.#sending.delete(file);
    });
  }

  #close(file: number): void {
    this.#sending.get(file)?.close();
    this.#sending.delete(file);
  }

  async #send(file: number, content: SourceContent | undefined, sending: Sending): Promise<void> {
    try {
      const takesOver = content !== undefined && "open" in content;
      for await (const bytes of owned(openLocalContent(content, sending.signal), takesOver)) {
        await sending.room();
        sending.sent(bytes.length);
        this.#post({ type: "chunk", file, bytes }, [bytes.buffer]);
      }
      this.#post({ type: "end", file });
    } catch (reason) {
      if (sending.signal.aborted) return;
      const error = PrimepackError.from(reason, "SOURCE_FAILED", "read the content");
      this.#post({ type: "end", file, error: error.toWire() });
    }
  }
}

/** The credit of one content that is being sent. */
class Sending {
  readonly #abort = new AbortController();
  #onTheWay = 0;
  #wake: (() => void) | undefined;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  sent(bytes: number): void {
    this.#onTheWay += bytes;
  }

  consumed(bytes: number): void {
    this.#onTheWay -= bytes;
    if (this.#onTheWay < CONTENT_WINDOW_BYTES) this.#wake?.();
  }

  close(): void {
    this.#abort.abort();
  }

  async room(): Promise<void> {
    while (this.#onTheWay >= CONTENT_WINDOW_BYTES) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await untilAborted(woken, this.#abort.signal);
    }
  }
}

type OwnedBytes = Uint8Array<ArrayBuffer>;

/**
 * The same bytes in chunks that may be transferred: small ones gathered, large ones in pieces of the window's size, and
 * those that are views of memory that others use too, or that the caller keeps, copied.
 */
async function* owned(chunks: AsyncIterable<Uint8Array>, mayTransfer: boolean): AsyncGenerator<OwnedBytes, void, void> {
  let gathered: OwnedBytes = new Uint8Array(0);
  let filled = 0;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    if (filled > 0 && filled + chunk.length > GATHERED_BYTES) {
      yield gathered.subarray(0, filled);
      filled = 0;
    }
    if (chunk.length < GATHERED_BYTES) {
      if (filled === 0) gathered = new Uint8Array(GATHERED_BYTES);
      gathered.set(chunk, filled);
      filled += chunk.length;
    } else if (mayTransfer && isWholeBuffer(chunk)) {
      yield chunk;
    } else {
      for (let at = 0; at < chunk.length; at += CONTENT_WINDOW_BYTES) yield chunk.slice(at, at + CONTENT_WINDOW_BYTES);
    }
  }
  if (filled > 0) yield gathered.subarray(0, filled);
}

function isWholeBuffer(chunk: Uint8Array): chunk is OwnedBytes {
  return chunk.buffer instanceof ArrayBuffer && chunk.length === chunk.buffer.byteLength;
}
