import type { Secret } from "../errors/index.ts";
import type { SealedBlob } from "./sealed.ts";

/** Random bytes. `label` says what for; a deterministic one makes packages reproducible (tests only). */
export type RandomBytes = (size: number, label: string) => Uint8Array;

/** The present moment. */
export type Clock = () => Date;

/** Where core's diagnostics go; core itself writes nowhere. Messages and fields hold no secrets. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What is stored with a blob, and frozen by its snapshot. */
export interface BlobProperties {
  readonly name: string;
  /** Stored bytes. */
  readonly size: number;
  /** Base64 MD5 of the stored bytes; undefined if the writer gave none. */
  readonly md5?: string;
  /** Base64 of the 16 bytes of the IV (metadata `IV`); undefined if the blob is not encrypted. */
  readonly iv?: string;
}

/** What is written with a blob, in the step that makes it. */
export interface BlobWriteOptions {
  /** Base64 MD5 of the whole stored bytes. */
  readonly md5: string;
  /** Base64 of the 16 bytes of the IV; undefined if the bytes are not encrypted. */
  readonly iv?: string;
  /** Only useful for unencrypted blobs. Default: `application/octet-stream`. */
  readonly contentType?: string;
  /** Ends the call with ABORTED. */
  readonly signal?: AbortSignal;
}

/**
 * One container of blobs: the requests that packages need, each of which may be repeated with the same result.
 *
 * Durable when the promise resolves as far as the store itself promises; read-after-write holds for one process.
 * A blob does not exist (for `read`, `properties`) before `putBlob` or `putBlockList` has resolved.
 * The memory of a `body` may be used again once its promise has resolved if the container has a locator; one without a
 * locator may keep it.
 * Errors are PrimepackErrors of area `container`.
 */
export interface BlobContainer {
  /** Plain JSON by which a worker or another process opens the same container; undefined: calls run on this thread. */
  readonly locator?: ContainerLocator;
  /** Writes a whole blob with properties; replaces one of the same name. */
  putBlob(name: string, body: Uint8Array, options: BlobWriteOptions): Promise<void>;
  /**
   * Stores block `index` (from 0) of a blob to be. Blocks may arrive in any order and at once; all but the last have
   * the same length, `offset` is where the block's bytes start in the blob.
   */
  putBlock(name: string, index: number, offset: number, body: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Makes the blob from blocks 0 to `count - 1`, with its properties in the same step; replaces one of the same name. */
  putBlockList(name: string, count: number, size: number, options: BlobWriteOptions): Promise<void>;
  /** Freezes the blob as it is for the import; after `putBlob` or `putBlockList`. A store without snapshots does nothing. */
  snapshot(name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Drops what a failed write left (blocks, a partial file) and the blob itself; no error if there is none. Provided
   * containers give no right to it; CONTAINER_FORBIDDEN then.
   */
  remove(name: string, signal?: AbortSignal): Promise<void>;
  /** The stored bytes, newest snapshot or blob. */
  read(name: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  properties(name: string, signal?: AbortSignal): Promise<BlobProperties>;
  /** All blobs, in no promised order. Provided containers have no right to list; CONTAINER_FORBIDDEN then. */
  list(signal?: AbortSignal): AsyncIterable<BlobProperties>;
}

/** How a worker or another process opens a container. Secrets travel beside it, never in it. */
export type ContainerLocator =
  | { readonly kind: "directory"; readonly path: string }
  /** `url` without a query; the SAS comes from the credential of the run. */
  | { readonly kind: "azure"; readonly url: string };

/** How HTTP requests leave this machine. */
export interface NetworkOptions {
  /** URL of an HTTP proxy (`http:` or `https:`), with user and password where it asks for them. Default: none. */
  readonly proxy?: string | Secret;
  /**
   * Hosts that are reached without the proxy, as in the customary `NO_PROXY`: `host`, `.domain` or `*.domain` (the
   * domain and all below it), each optionally with `:port`; `*` for all.
   */
  readonly noProxy?: readonly string[];
  /**
   * Certificate authorities (PEM) that are trusted beside those that Node brings along. Where these are given, Node 20
   * no longer looks at those of `NODE_EXTRA_CA_CERTS`, which otherwise work by themselves.
   */
  readonly ca?: readonly string[];
}

/** The two containers of one package. */
export interface PackageContainers {
  readonly content: BlobContainer;
  readonly manifest: BlobContainer;
  /** For workers: what opens an `azure` locator, a SAS query without the question mark. */
  readonly sas?: { readonly content: Secret; readonly manifest: Secret };
  /** For workers: how the containers are reached; goes beside `sas`, in its wire form. */
  readonly network?: NetworkOptions;
  /** AES-256 key of these containers, 32 bytes: for runs whose encryption is `provided`. */
  readonly key?: Secret<Uint8Array>;
  /**
   * Content blobs that an earlier attempt stored in these very containers, snapshot included, for the same plan: they are
   * not read and stored again. By name.
   */
  readonly stored?: ReadonlyMap<string, SealedBlob>;
  /**
   * Told of each content blob that is stored now, so that a later attempt can have it in `stored`; small ones up to 200 ms
   * late. It must not throw. With it or `stored`, blobs of items that fail stay where they are.
   */
  onStored?(blob: SealedBlob): void;
  /**
   * Makes the finished package appear, with the list of its blobs. Called once, after everything was read back. Says
   * where it is; undefined for a store that only this process knows.
   */
  complete(blobs: readonly BlobRecord[]): Promise<PackageLocation | undefined>;
  /** Drops everything that was written. */
  discard(): Promise<void>;
}

/**
 * Where a finished package is: plain JSON without secrets. A `directory` path is relative to the folder that holds
 * `packages.ndjson`, with `/` between names, so that the folder can be moved.
 */
export interface PackageLocation {
  readonly content: ContainerLocator;
  readonly manifest: ContainerLocator;
}

/** One line of a package's `blobs.ndjson`. */
export interface BlobRecord {
  readonly container: "content" | "manifest";
  readonly name: string;
  /** Base64; null when the blob is not encrypted. */
  readonly iv: string | null;
  /** Base64, of the stored bytes. */
  readonly md5: string;
  /** Stored bytes. */
  readonly size: number;
}

/** Where packages go: makes the container pair of a package. */
export interface PackageStore {
  /** Fresh containers; what an earlier, unfinished attempt left under the name is dropped. */
  open(packageName: string, signal?: AbortSignal): Promise<PackageContainers>;
}
