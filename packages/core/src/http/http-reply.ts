import type { Dispatcher } from "undici";
import { TransportFault } from "./transport-fault.ts";

/** Names in lower case. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The value of a header, or the first of several; `name` in lower case. */
export function headerOf(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

export interface HttpReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

export interface StreamingReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** To be consumed to its end or left early, once; throws a {@link TransportFault} or the signal's reason. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Bytes of a reply that is kept whole: the largest, a page of a list of blobs, has about a tenth. */
export const BUFFERED_REPLY_MAX_BYTES: number = 16 * 1024 * 1024;

/** Chunks of a streamed body that wait for their reader before the connection is paused. */
const STREAM_AHEAD_CHUNKS = 4;

/** What both forms of a reply share: ending once, and the signal. */
abstract class Reply implements Dispatcher.DispatchHandler {
  protected controller: Dispatcher.DispatchController | undefined;
  protected readonly signal: AbortSignal | undefined;
  #ended = false;
  readonly #abort = () => this.fail(this.signal?.reason);

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal;
    signal?.addEventListener("abort", this.#abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.signal?.aborted) this.fail(this.signal.reason);
    if (this.#ended) controller.abort(new Error("aborted"));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.end()) this.onFailure(new TransportFault(error));
  }

  /** Ends the reply with an error and drops the connection. */
  protected fail(reason: unknown): void {
    if (!this.end()) return;
    this.onFailure(reason);
    this.controller?.abort(new Error("aborted"));
  }

  /** False if it has ended before. */
  protected end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.signal?.removeEventListener("abort", this.#abort);
    return true;
  }

  protected abstract onFailure(reason: unknown): void;
}

export class BufferedReply extends Reply {
  readonly #resolve: (reply: HttpReply) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #status = 0;
  #headers: HttpHeaders = {};

  constructor(signal: AbortSignal | undefined, resolve: (reply: HttpReply) => void, reject: (reason: unknown) => void) {
    super(signal);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpHeaders): void {
    if (isInformational(status)) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > BUFFERED_REPLY_MAX_BYTES) {
      this.fail(new TransportFault(tooLarge()));
    } else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.end()) return;
    this.#resolve({ status: this.#status, headers: this.#headers, body: joined(this.#chunks) });
  }

  protected onFailure(reason: unknown): void {
    this.#reject(reason);
  }
}

/** Early hints (103) for example: the reply itself follows. */
function isInformational(status: number): boolean {
  return status < 200;
}

/** With the code that undici has for the same. */
function tooLarge(): Error {
  const message = `the reply is larger than ${BUFFERED_REPLY_MAX_BYTES} bytes`;
  return Object.assign(new Error(message), { code: "UND_ERR_RES_EXCEEDED_MAX_SIZE" });
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

export class StreamedReply extends Reply {
  readonly #resolve: (reply: StreamingReply) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #waiting: Uint8Array[] = [];
  #complete = false;
  #failure: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(
    signal: AbortSignal | undefined,
    resolve: (reply: StreamingReply) => void,
    reject: (reason: unknown) => void,
  ) {
    super(signal);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpHeaders): void {
    if (isInformational(status)) return;
    this.#resolve({ status, headers, body: this.#chunks() });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    if (this.#waiting.length >= STREAM_AHEAD_CHUNKS) controller.pause();
    this.#wake?.();
  }

  onResponseEnd(): void {
    if (!this.end()) return;
    this.#complete = true;
    this.#wake?.();
  }

  protected onFailure(reason: unknown): void {
    this.#failure = { reason };
    this.#reject(reason);
    this.#wake?.();
  }

  async *#chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure.reason;
        const chunk = this.#waiting.shift();
        if (chunk !== undefined) yield chunk;
        else if (this.#complete) return;
        else await this.#more();
      }
    } finally {
      if (!this.#complete) this.fail(new Error("the reader left"));
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.controller?.paused) this.controller.resume();
    });
  }
}
