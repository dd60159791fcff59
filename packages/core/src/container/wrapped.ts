import type { BlobContainer, BlobProperties, BlobWriteOptions, ContainerLocator } from "../model/index.ts";

/** Passes every request on. A wrapper extends it and overrides what it changes, one concern a wrapper. */
class WrappedContainer implements BlobContainer {
  readonly locator?: ContainerLocator;
  protected readonly inner: BlobContainer;

  constructor(inner: BlobContainer) {
    this.inner = inner;
    if (inner.locator !== undefined) this.locator = inner.locator;
  }

  putBlob(name: string, body: Uint8Array, options: BlobWriteOptions): Promise<void> {
    return this.inner.putBlob(name, body, options);
  }

  putBlock(name: string, index: number, offset: number, body: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.inner.putBlock(name, index, offset, body, signal);
  }

  putBlockList(name: string, count: number, size: number, options: BlobWriteOptions): Promise<void> {
    return this.inner.putBlockList(name, count, size, options);
  }

  snapshot(name: string, signal?: AbortSignal): Promise<void> {
    return this.inner.snapshot(name, signal);
  }

  remove(name: string, signal?: AbortSignal): Promise<void> {
    return this.inner.remove(name, signal);
  }

  read(name: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return this.inner.read(name, signal);
  }

  properties(name: string, signal?: AbortSignal): Promise<BlobProperties> {
    return this.inner.properties(name, signal);
  }

  list(signal?: AbortSignal): AsyncIterable<BlobProperties> {
    return this.inner.list(signal);
  }
}

/** What a wrapper knows of a request that it treats like all others. */
export interface ContainerRequest {
  readonly method: Exclude<keyof BlobContainer, "locator">;
  /** Undefined for `list`. */
  readonly name?: string;
  /** Of the body. */
  readonly bytes?: number;
  readonly signal: AbortSignal | undefined;
}

/** Runs all requests through two functions: for wrappers that treat them alike. */
export abstract class InterceptedContainer extends WrappedContainer {
  /** Runs `call`, which sends the request, once or more often. */
  protected abstract around<T>(request: ContainerRequest, call: () => Promise<T>): Promise<T>;

  /** Runs `open`, which sends the request anew each time that it is iterated. */
  protected abstract stream<T>(request: ContainerRequest, open: () => AsyncIterable<T>): AsyncIterable<T>;

  override putBlob(name: string, body: Uint8Array, options: BlobWriteOptions): Promise<void> {
    const request: ContainerRequest = { method: "putBlob", name, bytes: body.byteLength, signal: options.signal };
    return this.around(request, () => this.inner.putBlob(name, body, options));
  }

  override putBlock(
    name: string,
    index: number,
    offset: number,
    body: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const request: ContainerRequest = { method: "putBlock", name, bytes: body.byteLength, signal };
    return this.around(request, () => this.inner.putBlock(name, index, offset, body, signal));
  }

  override putBlockList(name: string, count: number, size: number, options: BlobWriteOptions): Promise<void> {
    const request: ContainerRequest = { method: "putBlockList", name, signal: options.signal };
    return this.around(request, () => this.inner.putBlockList(name, count, size, options));
  }

  override snapshot(name: string, signal?: AbortSignal): Promise<void> {
    return this.around({ method: "snapshot", name, signal }, () => this.inner.snapshot(name, signal));
  }

  override remove(name: string, signal?: AbortSignal): Promise<void> {
    return this.around({ method: "remove", name, signal }, () => this.inner.remove(name, signal));
  }

  override properties(name: string, signal?: AbortSignal): Promise<BlobProperties> {
    return this.around({ method: "properties", name, signal }, () => this.inner.properties(name, signal));
  }

  override read(name: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return this.stream({ method: "read", name, signal }, () => this.inner.read(name, signal));
  }

  override list(signal?: AbortSignal): AsyncIterable<BlobProperties> {
    return this.stream({ method: "list", signal }, () => this.inner.list(signal));
  }
}
