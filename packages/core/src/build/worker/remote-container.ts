import type { ErrorWire } from "../../errors/index.ts";
import { PrimepackError, untilAborted } from "../../errors/index.ts";
import type { BlobWriteOptions } from "../../model/index.ts";
import type { ContainerCall, ToMain, ToWorker } from "./protocol.ts";
import type { BlobSink } from "./write-blob.ts";

/** Sends to the other side of a task's port; `transfer` lists memory that moves there. */
export type Post<Message> = (message: Message, transfer?: readonly ArrayBuffer[]) => void;

interface Pending {
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * In a worker: a container whose calls run on the main thread. Bodies are transferred, not copied; their memory is gone
 * here after the call. A call settles when that of the main thread has.
 */
export class RemoteContainer implements BlobSink {
  readonly #post: Post<ToMain>;
  readonly #pending: Map<number, Pending> = new Map();
  #calls = 0;

  constructor(post: Post<ToMain>) {
    this.#post = post;
  }

  putBlob(name: string, body: Uint8Array, options: BlobWriteOptions): Promise<void> {
    return this.#call({ method: "putBlob", name, body, options: withoutSignal(options) }, options.signal, body);
  }

  putBlock(name: string, index: number, offset: number, body: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#call({ method: "putBlock", name, index, offset, body }, signal, body);
  }

  putBlockList(name: string, count: number, size: number, options: BlobWriteOptions): Promise<void> {
    return this.#call({ method: "putBlockList", name, count, size, options: withoutSignal(options) }, options.signal);
  }

  snapshot(name: string, signal?: AbortSignal): Promise<void> {
    return this.#call({ method: "snapshot", name }, signal);
  }

  remove(name: string, signal?: AbortSignal): Promise<void> {
    return this.#call({ method: "remove", name }, signal);
  }

  /** Takes the answer of the main thread. */
  settle({ call, error }: Extract<ToWorker, { type: "called" }>): void {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if (error === undefined) pending?.resolve();
    else pending?.reject(PrimepackError.fromWire(error));
  }

  #call(request: ContainerCall, signal: AbortSignal | undefined, body?: Uint8Array): Promise<void> {
    const call = this.#calls++;
    const settled = new Promise<void>((resolve, reject) => {
      this.#pending.set(call, { resolve, reject });
      this.#post({ type: "call", call, ...request }, transferable(body));
    });
    return signal === undefined ? settled : untilAborted(settled, signal);
  }
}

/** On the main thread: makes the calls of a {@link RemoteContainer} and answers each. */
export async function answerContainerCall(
  container: BlobSink,
  { call, ...request }: Extract<ToMain, { type: "call" }>,
  signal: AbortSignal,
  post: Post<ToWorker>,
): Promise<void> {
  let error: ErrorWire | undefined;
  try {
    await perform(container, request, signal);
  } catch (reason) {
    error = PrimepackError.from(reason, "CONTAINER_REFUSED", `store blob ${request.name}`).toWire();
  }
  post({ type: "called", call, ...(error === undefined ? {} : { error }) });
}

function perform(container: BlobSink, request: ContainerCall, signal: AbortSignal): Promise<void> {
  switch (request.method) {
    case "putBlob":
      return container.putBlob(request.name, request.body, { ...request.options, signal });
    case "putBlock":
      return container.putBlock(request.name, request.index, request.offset, request.body, signal);
    case "putBlockList":
      return container.putBlockList(request.name, request.count, request.size, { ...request.options, signal });
    case "snapshot":
      return container.snapshot(request.name, signal);
    case "remove":
      return container.remove(request.name, signal);
  }
}

function withoutSignal({ signal: _signal, ...options }: BlobWriteOptions): Omit<BlobWriteOptions, "signal"> {
  return options;
}

function transferable(body: Uint8Array | undefined): readonly ArrayBuffer[] {
  return body?.buffer instanceof ArrayBuffer ? [body.buffer] : [];
}
