import { PrimepackError } from "../errors/index.ts";
import type { BlobContainer, Logger } from "../model/index.ts";
import { type ContainerRequest, InterceptedContainer } from "./wrapped.ts";

/** One debug line for each request that has ended, as its caller saw it: after waits and repeats. */
export class LoggingContainer extends InterceptedContainer {
  readonly #logger: Logger;

  constructor(inner: BlobContainer, logger: Logger) {
    super(inner);
    this.#logger = logger;
  }

  protected override async around<T>(request: ContainerRequest, call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      this.#log(request);
      return result;
    } catch (error) {
      this.#log(request, error);
      throw error;
    }
  }

  protected override async *stream<T>(
    request: ContainerRequest,
    open: () => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    try {
      yield* open();
      this.#log(request);
    } catch (error) {
      this.#log(request, error);
      throw error;
    }
  }

  #log({ method, name, bytes }: ContainerRequest, error?: unknown): void {
    const code = error instanceof PrimepackError ? error.code : error === undefined ? undefined : "INTERNAL";
    this.#logger.debug(code === undefined ? "A storage request succeeded" : "A storage request failed", {
      method,
      ...(name === undefined ? {} : { name }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(code === undefined ? {} : { code }),
    });
  }
}
