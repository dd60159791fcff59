import { setMaxListeners } from "node:events";
import type { MessagePort } from "node:worker_threads";
import pLimit, { type LimitFunction } from "p-limit";
import { Piscina } from "piscina";
import { PrimepackError, type Secret, untilAborted } from "../../errors/index.ts";
import { networkToWire } from "../../http/network.ts";
import {
  type BlobContainer,
  type ContentLocator,
  IV_BYTES,
  type Logger,
  type PackageContainers,
  type RandomBytes,
  type SealedBlob,
  type SourceContent,
} from "../../model/index.ts";
import { batches } from "./batches.ts";
import { createAbort } from "./create-abort.ts";
import { sealFiles } from "./handle-seal.ts";
import { openLocalContent, untilAbortedEach } from "./local-content.ts";
import { type MemoryOptions, memoryShares } from "./memory-bound.ts";
import type { FileReply, LogMessage, SealReply, SealTask, SealTaskFile, WorkerStart } from "./protocol.ts";
import { runTask } from "./run-task.ts";
import { createSealThread, type SealThread } from "./seal-thread.ts";
import { Counter, SharedCounters } from "./shared-counter.ts";
import { writeBlob } from "./write-blob.ts";

/** Tasks that a worker has at once, so that it need not wait for the next one while the last uploads of one are out. */
const TASKS_PER_WORKER = 2;
/** Bytes of plaintext up to which a stream takes no whole block; nearly all manifest files are smaller. */
const STREAM_EXPECTED_BYTES = 256 * 1024;
/** A file that changed while it was read is read once more. */
const ATTEMPTS = 2;

export interface SealerOptions extends MemoryOptions {
  /** Entry of the worker thread, a `file:` URL. Default: the one that is shipped. */
  readonly workerUrl?: URL;
  /** Gives the IVs: called on this thread with 16 and the label `iv/<package>/<blob>/<attempt>`, attempts from 1. */
  readonly random: RandomBytes;
  readonly logger?: Logger;
}

/** One blob to be. */
export interface SealRequest {
  /** Blob name. */
  readonly blob: string;
  /** Bytes of plaintext as listed. */
  readonly size: number;
  readonly content: ContentLocator;
  /** Only useful for unencrypted blobs. */
  readonly contentType?: string;
}

export interface SealPackageRequest {
  /** Name of the package; part of the labels of the IVs. */
  readonly name: string;
  readonly containers: PackageContainers;
  /** AES-256 key of 32 bytes; undefined: blobs are stored as they are. */
  readonly key: Secret<Uint8Array> | undefined;
  readonly requests: readonly SealRequest[];
  /** Contents of locators of kind `local`, by their handles. */
  readonly local: ReadonlyMap<number, SourceContent>;
  readonly signal: AbortSignal;
  /**
   * Called once for each request whose blob is stored, with its index, in order of completion; up to 200 ms late for
   * small ones.
   */
  onStored?(index: number, sealed: SealedBlob): void;
}

export type SealResult =
  | { readonly ok: true; readonly sealed: SealedBlob }
  /** The content could not be read; the blob does not exist. */
  | { readonly ok: false; readonly error: PrimepackError };

export interface SealStreamOptions {
  /** AES-256 key of 32 bytes; undefined: the blob is stored as it is. */
  readonly key: Secret<Uint8Array> | undefined;
  readonly contentType?: string;
  /** Whether its bytes count for {@link Sealer.sealedBytes}. Default: false. */
  readonly isContent?: boolean;
  readonly signal: AbortSignal;
}

/** Reads, seals and stores blobs, in worker threads or on this one. */
export interface Sealer {
  /**
   * Stores the content blobs of a package, each with its snapshot; the results go by the index of the request.
   *
   * A file that changed while it was read is read once more, under a new IV. Contents that can't be read are results.
   * Rejects, and then leaves what was stored, with the container's error, WORKER_CRASHED, SEAL_FAILED, or ABORTED (or
   * the signal's reason if that is a PrimepackError). Nothing is written after that but what a container had begun.
   */
  sealPackage(request: SealPackageRequest): Promise<readonly SealResult[]>;
  /** Stores one blob from chunks that are made on this thread; rejects as {@link sealPackage}, or with their error. */
  sealStream(
    container: BlobContainer,
    packageName: string,
    blobName: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: SealStreamOptions,
  ): Promise<SealedBlob>;
  /** Bytes of plaintext of content blobs that were sealed so far, files in progress included. */
  readonly sealedBytes: number;
  /** Ends the threads, so that the process can exit; what is in progress rejects with ABORTED. */
  close(): Promise<void>;
}

/** Threads are started when there is work for them. */
export function createSealer(options: SealerOptions): Sealer {
  return new WorkerSealer(options);
}

/** What the attempts at one package share. */
interface PackageRun {
  readonly request: SealPackageRequest;
  readonly abort: AbortController;
  readonly results: SealResult[];
  onStored(index: number, sealed: SealedBlob): void;
}

class WorkerSealer implements Sealer {
  readonly #options: SealerOptions;
  readonly #counters = new SharedCounters();
  readonly #mainThread: SealThread;
  /** Bounds the tasks that run on this thread. */
  readonly #mainTasks: LimitFunction = pLimit(TASKS_PER_WORKER);
  readonly #pool: Piscina | undefined;
  /** Aborted once no work can be taken any more: after a crash, and by `close()`. */
  readonly #ended = createAbort();

  constructor(options: SealerOptions) {
    this.#options = options;
    this.#mainThread = createSealThread("main", { memory: options, counters: this.#counters });
    const { common } = memoryShares(options);
    this.#counters.add(Counter.freeUploads, common.uploads);
    this.#counters.add(Counter.freeBlockBytes, common.blockBytes);
    this.#pool = options.workers === 0 ? undefined : this.#startPool(options);
  }

  get sealedBytes(): number {
    return this.#counters.get(Counter.sealedBytes);
  }

  async sealPackage(request: SealPackageRequest): Promise<readonly SealResult[]> {
    const stored = new Set<number>();
    const { abort, unlink } = this.#linkedAbort(request.signal);
    const run: PackageRun = {
      request,
      abort,
      results: [],
      onStored: (index, sealed) => {
        if (stored.has(index)) return;
        stored.add(index);
        request.onStored?.(index, sealed);
      },
    };
    try {
      abort.signal.throwIfAborted();
      let pending = request.requests.map((_, index) => index);
      for (let attempt = 1; attempt <= ATTEMPTS && pending.length > 0; attempt++) {
        await this.#attempt(run, pending, attempt);
        pending = pending.filter((index) => hasChanged(run.results[index]));
      }
      return run.results;
    } finally {
      unlink();
    }
  }

  async sealStream(
    container: BlobContainer,
    packageName: string,
    blobName: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { key, contentType, isContent = false, signal }: SealStreamOptions,
  ): Promise<SealedBlob> {
    const { abort, unlink } = this.#linkedAbort(signal);
    try {
      abort.signal.throwIfAborted();
      const blob = {
        name: blobName,
        chunks: untilAbortedEach(chunks, abort.signal),
        encryption: key === undefined ? undefined : { key, iv: this.#drawIv(packageName, blobName, 1) },
        expectedSize: STREAM_EXPECTED_BYTES,
        contentType,
        abort,
        ...(isContent ? { onSealed: this.#mainThread.onSealed } : {}),
      };
      return { name: blobName, ...(await writeBlob(container, blob, this.#mainThread.resources)) };
    } finally {
      unlink();
    }
  }

  async close(): Promise<void> {
    this.#ended.abort(new PrimepackError("ABORTED", "Cannot seal as the sealer is closed"));
    await this.#pool?.destroy();
  }

  #startPool({ workers, uploads, ahead, blockSize, workerUrl, logger }: SealerOptions): Piscina {
    const start: WorkerStart = {
      memory: { workers, uploads, ahead, blockSize },
      counters: this.#counters.memory,
      logs: logger !== undefined,
    };
    const pool = new Piscina({
      filename: (workerUrl ?? shippedWorkerUrl()).href,
      workerData: start,
      minThreads: 0,
      maxThreads: workers,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: TASKS_PER_WORKER,
      // Else an idle worker would block its event loop, and not notice connections that the storage closes.
      atomics: "disabled",
      recordTiming: false,
    });
    pool.on("error", (reason: unknown) => this.#crash(reason));
    pool.on("message", (message: LogMessage) => {
      if (message.type === "log") logger?.[message.level](message.message, message.fields);
    });
    return pool;
  }

  /** Broken stays broken: whatever the thread held is lost, so that no package in progress can be completed. */
  #crash(reason: unknown): void {
    this.#ended.abort(PrimepackError.from(reason, "WORKER_CRASHED", "seal in a worker thread"));
    void this.#pool?.destroy();
  }

  /** Aborts with a PrimepackError when the caller's signal does, and when the sealer ends. */
  #linkedAbort(signal: AbortSignal): { readonly abort: AbortController; unlink(): void } {
    const abort = createAbort();
    const ended = this.#ended.signal;
    // One listener for each package in progress.
    setMaxListeners(0, signal);
    const follow = () => {
      const by = ended.aborted ? ended : signal;
      abort.abort(PrimepackError.from(by.reason, "ABORTED", "seal blobs"));
    };
    if (signal.aborted || ended.aborted) follow();
    signal.addEventListener("abort", follow, { once: true });
    ended.addEventListener("abort", follow, { once: true });
    const unlink = () => {
      signal.removeEventListener("abort", follow);
      ended.removeEventListener("abort", follow);
    };
    return { abort, unlink };
  }

  /** Fills the results of the requests `indexes`. Waits for all tasks, also when one fails. */
  async #attempt(run: PackageRun, indexes: readonly number[], attempt: number): Promise<void> {
    const { abort, request, results } = run;
    const sizes = new Map(indexes.map((index) => [index, request.requests[index]?.size ?? 0]));
    const tasks = batches(sizes).map(async (batch) => {
      try {
        const replies = await this.#runBatch(run, batch, attempt);
        replies.forEach((reply, at) => {
          const index = batch[at] ?? at;
          const result = toResult(reply);
          results[index] = result;
          if (result.ok) run.onStored(index, result.sealed);
        });
      } catch (reason) {
        abort.abort(PrimepackError.from(reason, "SEAL_FAILED", "seal the package"));
      }
    });
    await Promise.all(tasks);
    abort.signal.throwIfAborted();
  }

  #runBatch(run: PackageRun, batch: readonly number[], attempt: number): Promise<readonly FileReply[]> {
    const { request, abort } = run;
    const { content: container } = request.containers;
    const contents = new Map<number, SourceContent | undefined>();
    const files = batch.flatMap((index, at) => {
      const file = request.requests[index];
      return file === undefined ? [] : this.#taskFile(request, file, at, attempt, contents);
    });
    const onStored = (file: number, sealed: SealedBlob) => run.onStored(batch[file] ?? file, sealed);
    const pool = this.#pool;
    if (pool === undefined) {
      return this.#mainTasks(() => this.#sealHere(run, files, contents, onStored));
    }
    const key = request.key === undefined ? {} : { key: request.key.toWire() };
    const task = { container: whereIs(request.containers), ...key, files };
    return runTask({ task, container, contents, signal: abort.signal, onStored }, (submitted, transfer) =>
      this.#submit(pool, submitted, transfer),
    );
  }

  async #submit(pool: Piscina, task: SealTask, transferList: readonly [MessagePort]): Promise<SealReply> {
    try {
      return await untilAborted(pool.run(task, { transferList: [...transferList] }), this.#ended.signal);
    } catch (reason) {
      // A task never rejects by itself: its thread has ended.
      if (!this.#ended.signal.aborted) this.#crash(reason);
      throw this.#ended.signal.reason;
    }
  }

  #sealHere(
    { abort, request }: PackageRun,
    files: readonly SealTaskFile[],
    contents: ReadonlyMap<number, SourceContent | undefined>,
    onStored: (file: number, sealed: SealedBlob) => void,
  ): Promise<readonly FileReply[]> {
    const { key, containers } = request;
    const { content: container } = containers;
    const { resources, filesAtOnce, onSealed } = this.#mainThread;
    const openRemote = (file: number, signal: AbortSignal) => openLocalContent(contents.get(file), signal);
    return sealFiles({ container, files, key, openRemote, abort, onStored, onSealed }, resources, filesAtOnce);
  }

  /** The request as a worker gets it; a content that only this thread can open goes into `contents`. */
  #taskFile(
    { name, key, local }: SealPackageRequest,
    request: SealRequest,
    at: number,
    attempt: number,
    contents: Map<number, SourceContent | undefined>,
  ): SealTaskFile {
    const { blob, size, contentType } = request;
    return {
      blob,
      size,
      content: locate(request.content, local, (content) => contents.set(at, content)),
      ...(key === undefined ? {} : { iv: this.#drawIv(name, blob, attempt) }),
      ...(contentType === undefined ? {} : { contentType }),
    };
  }

  /** Drawn by label on this thread, so that it does not depend on what finishes first. */
  #drawIv(packageName: string, blob: string, attempt: number): Uint8Array {
    return this.#options.random(IV_BYTES, `iv/${packageName}/${blob}/${attempt}`);
  }
}

function whereIs({ content, sas, network }: PackageContainers): SealTask["container"] {
  if (content.locator === undefined) return "remote";
  return {
    locator: content.locator,
    ...(sas === undefined ? {} : { sas: sas.content.toWire() }),
    ...(network === undefined ? {} : { network: networkToWire(network) }),
  };
}

function locate(
  content: ContentLocator,
  local: SealPackageRequest["local"],
  keep: (content: SourceContent | undefined) => void,
): SealTaskFile["content"] {
  if (content.kind === "path") return content;
  const held = local.get(content.handle);
  if (held !== undefined && "path" in held) return { kind: "path", ...held };
  keep(held);
  return { kind: "remote" };
}

function toResult(reply: FileReply): SealResult {
  if ("sealed" in reply) return { ok: true, sealed: reply.sealed };
  return { ok: false, error: PrimepackError.fromWire(reply.error) };
}

function hasChanged(result: SealResult | undefined): boolean {
  return result?.ok === false && result.error.code === "SOURCE_CHANGED";
}

/** Next to this file once it is compiled; from sources, which threads can't load, that of the last build. */
function shippedWorkerUrl(): URL {
  const here = import.meta.url;
  return here.endsWith(".ts") ? new URL("../../../dist/build/worker/worker.js", here) : new URL("./worker.js", here);
}
