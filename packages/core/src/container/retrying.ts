import { Retrier, type RetryOptions } from "../http/retrier.ts";
import type { BlobContainer } from "../model/index.ts";
import { type ContainerRequest, InterceptedContainer } from "./wrapped.ts";

/**
 * Repeats requests that failed by something that passes: an overloaded or faulty store, a lost connection.
 *
 * Waits exponentially longer, by chance between half and all of the delay, and never less than the store asks for. Once
 * a read has given its first bytes, a fault comes out: what follows could be of another blob.
 */
export class RetryingContainer extends InterceptedContainer {
  readonly #retrier: Retrier;

  constructor(inner: BlobContainer, options: RetryOptions = {}) {
    super(inner);
    this.#retrier = new Retrier(options);
  }

  protected override around<T>(request: ContainerRequest, call: () => Promise<T>): Promise<T> {
    return this.#retrier.run(request, call);
  }

  protected override async *stream<T>(
    request: ContainerRequest,
    open: () => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    for (let attempt = 1; ; attempt++) {
      let begun = false;
      try {
        for await (const part of open()) {
          begun = true;
          yield part;
        }
        return;
      } catch (error) {
        if (begun) throw error;
        await this.#retrier.wait(error, attempt, request);
      }
    }
  }
}
