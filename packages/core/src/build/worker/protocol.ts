import type { MessagePort } from "node:worker_threads";
import type { ErrorWire, SecretWire } from "../../errors/index.ts";
import type { NetworkWire } from "../../http/network.ts";
import type { BlobWriteOptions, ContainerLocator, ContentLocator, SealedBlob } from "../../model/index.ts";
import type { MemoryOptions } from "./memory-bound.ts";

// What crosses between the main thread and a worker. Everything here survives a structured clone.

/** Given to each worker when it starts. */
export interface WorkerStart {
  readonly memory: MemoryOptions;
  /** Memory of the shared counters. */
  readonly counters: SharedArrayBuffer;
  /** Whether somebody listens to {@link LogMessage}s. */
  readonly logs: boolean;
}

/** One task: some files of one package. */
export interface SealTask {
  /** `remote`: the container is called on the main thread. */
  readonly container: LocatedContainerWire | "remote";
  /** Of the package; undefined: its blobs are stored as they are. */
  readonly key?: SecretWire<Uint8Array>;
  readonly files: readonly SealTaskFile[];
  /** Carries {@link ToWorker} and {@link ToMain} for as long as the task runs. */
  readonly port: MessagePort;
}

export interface LocatedContainerWire {
  readonly locator: ContainerLocator;
  readonly sas?: SecretWire;
  readonly network?: NetworkWire;
}

export interface SealTaskFile {
  readonly blob: string;
  /** Bytes of plaintext as they were listed. */
  readonly size: number;
  /** 16 bytes, drawn for this blob and this attempt; undefined when not encrypted. */
  readonly iv?: Uint8Array;
  readonly contentType?: string;
  /** `remote`: the main thread sends the bytes. */
  readonly content: Extract<ContentLocator, { kind: "path" }> | { readonly kind: "remote" };
}

export type FileReply = { readonly sealed: SealedBlob } | { readonly error: ErrorWire };

/** `results` in the order of the task's files; `error` if the whole package can't go on. */
export type SealReply = { readonly results: readonly FileReply[] } | { readonly error: ErrorWire };

/** A file that is stored; `file` is an index into the task's files. */
export interface StoredFile {
  readonly file: number;
  readonly sealed: SealedBlob;
}

/** `file` is an index into the task's files. */
export type ToWorker =
  | { readonly type: "abort"; readonly error: ErrorWire }
  | { readonly type: "called"; readonly call: number; readonly error?: ErrorWire }
  | { readonly type: "chunk"; readonly file: number; readonly bytes: Uint8Array }
  | { readonly type: "end"; readonly file: number; readonly error?: ErrorWire };

export type ToMain =
  | { readonly type: "stored"; readonly files: readonly StoredFile[] }
  | ({ readonly type: "call"; readonly call: number } & ContainerCall)
  | ContentRequest;

/** A content is opened, its bytes are acknowledged as they are used up, and it is closed before its end if need be. */
export type ContentRequest =
  | { readonly type: "open"; readonly file: number }
  | { readonly type: "consumed"; readonly file: number; readonly bytes: number }
  | { readonly type: "close"; readonly file: number };

type WriteOptionsWire = Omit<BlobWriteOptions, "signal">;

/** A call of a container; the body's memory is transferred. */
export type ContainerCall =
  | { readonly method: "putBlob"; readonly name: string; readonly body: Uint8Array; readonly options: WriteOptionsWire }
  | {
      readonly method: "putBlock";
      readonly name: string;
      readonly index: number;
      readonly offset: number;
      readonly body: Uint8Array;
    }
  | {
      readonly method: "putBlockList";
      readonly name: string;
      readonly count: number;
      readonly size: number;
      readonly options: WriteOptionsWire;
    }
  | { readonly method: "snapshot" | "remove"; readonly name: string };

/** A line for the logger, sent on the worker's own port. */
export interface LogMessage {
  readonly type: "log";
  readonly level: "debug" | "warn";
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}
