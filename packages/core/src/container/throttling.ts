import { throwIfAborted } from "../errors/index.ts";
import type { BlobContainer } from "../model/index.ts";
import { StorageError } from "./storage-error.ts";
import { type ContainerRequest, InterceptedContainer } from "./wrapped.ts";

/** Holds requests back until the moments that a store asked for; shared by all containers of one store. */
export class ThrottleGate {
  readonly #holds: Set<NodeJS.Timeout> = new Set();
  readonly #waiting: Set<() => void> = new Set();

  /** Closes for so many milliseconds from now. */
  hold(milliseconds: number): void {
    const hold = setTimeout(() => {
      this.#holds.delete(hold);
      if (this.#holds.size > 0) return;
      for (const wake of this.#waiting) wake();
    }, milliseconds);
    this.#holds.add(hold);
    // A hold that nobody waits for keeps no process alive.
    if (this.#waiting.size === 0) hold.unref();
  }

  /** Undefined when open; else resolves when it is. */
  pass(signal: AbortSignal | undefined): Promise<void> | undefined {
    return this.#holds.size === 0 ? undefined : this.#wait(signal);
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal, DOING);
    const { promise, resolve } = withResolver();
    for (const hold of this.#holds) hold.ref();
    this.#waiting.add(resolve);
    signal?.addEventListener("abort", resolve, { once: true });
    await promise;
    signal?.removeEventListener("abort", resolve);
    this.#waiting.delete(resolve);
    if (this.#waiting.size === 0) for (const hold of this.#holds) hold.unref();
    throwIfAborted(signal, DOING);
  }
}

const DOING = "wait for the storage";

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/**
 * When one request is answered with a wish for less load, all others wait as well, instead of each finding out by
 * itself: refused requests count against the limit too. It repeats nothing.
 */
export class ThrottlingContainer extends InterceptedContainer {
  readonly #gate: ThrottleGate;

  constructor(inner: BlobContainer, gate: ThrottleGate) {
    super(inner);
    this.#gate = gate;
  }

  protected override async around<T>({ signal }: ContainerRequest, call: () => Promise<T>): Promise<T> {
    await this.#gate.pass(signal);
    try {
      return await call();
    } catch (error) {
      this.#learn(error);
      throw error;
    }
  }

  protected override async *stream<T>(
    { signal }: ContainerRequest,
    open: () => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    await this.#gate.pass(signal);
    try {
      yield* open();
    } catch (error) {
      this.#learn(error);
      throw error;
    }
  }

  #learn(error: unknown): void {
    if (error instanceof StorageError && error.throttled && error.retryAfterMs !== undefined) {
      this.#gate.hold(error.retryAfterMs);
    }
  }
}
