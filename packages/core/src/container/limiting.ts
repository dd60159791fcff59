import pLimit, { type LimitFunction } from "p-limit";
import type { BlobContainer } from "../model/index.ts";
import { type ContainerRequest, InterceptedContainer } from "./wrapped.ts";

/**
 * At most so many requests at once; the others wait in order.
 *
 * A request keeps its place while it is repeated, so that load falls when the store is slow. Reads and listings, which
 * last as long as their reader likes, are not counted.
 */
export class LimitingContainer extends InterceptedContainer {
  readonly #limit: LimitFunction;

  /** @param concurrency - of requests, from 1. */
  constructor(inner: BlobContainer, concurrency: number) {
    super(inner);
    this.#limit = pLimit(concurrency);
  }

  protected override around<T>(_request: ContainerRequest, call: () => Promise<T>): Promise<T> {
    return this.#limit(call);
  }

  protected override stream<T>(_request: ContainerRequest, open: () => AsyncIterable<T>): AsyncIterable<T> {
    return open();
  }
}
