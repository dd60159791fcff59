import { abortedError } from "../errors/index.ts";
import type { Logger } from "../model/index.ts";
import { RequestError } from "./request-error.ts";
import { systemTimer, type Timer } from "./timer.ts";

/** When and how often a failed request is sent again. */
export interface RetryOptions {
  /** Times that a request is sent, the first included. Default: 9, which waits 45 to 90 seconds in all. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubled for each further one. Default: 400. */
  readonly firstDelayMs?: number;
  /** Milliseconds that the doubling ends at. Default: 30,000. */
  readonly maxDelayMs?: number;
  /** The longest wait, in milliseconds, that the service may ask for; if it asks for more, the error comes out. Default: 300,000. */
  readonly maxRetryAfterMs?: number;
  /** Waits between attempts. Default: the machine's timer. */
  readonly timer?: Timer;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Told of each request that is sent again. Default: nobody. */
  readonly logger?: Logger;
}

/** What a retrier needs to know of a request, for its log and for aborting its waits. */
export interface RetriedRequest {
  readonly method: string;
  readonly name?: string;
  readonly signal: AbortSignal | undefined;
}

type ResolvedRetryOptions = Required<Omit<RetryOptions, "logger">> & { readonly logger: Logger | undefined };

export const DEFAULT_MAX_RETRY_AFTER_MS = 300_000;

/** One policy of repeating, for any request. */
export class Retrier {
  readonly #options: ResolvedRetryOptions;

  constructor(options: RetryOptions = {}) {
    this.#options = {
      attempts: options.attempts ?? 9,
      firstDelayMs: options.firstDelayMs ?? 400,
      maxDelayMs: options.maxDelayMs ?? 30_000,
      maxRetryAfterMs: options.maxRetryAfterMs ?? DEFAULT_MAX_RETRY_AFTER_MS,
      timer: options.timer ?? systemTimer,
      random: options.random ?? Math.random,
      logger: options.logger,
    };
  }

  /** Runs `call` until it succeeds, or fails by something that stays, or attempts are used up. */
  async run<T>(request: RetriedRequest, call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        await this.wait(error, attempt, request);
      }
    }
  }

  /** Resolves when it is time for the attempt after `attempt`; throws the error if there is to be none. */
  async wait(error: unknown, attempt: number, { method, name, signal }: RetriedRequest): Promise<void> {
    const { attempts, firstDelayMs, maxDelayMs, maxRetryAfterMs, timer, random, logger } = this.#options;
    if (!(error instanceof RequestError) || !error.retryable || attempt >= attempts) throw error;
    const retryAfterMs = error.retryAfterMs ?? 0;
    if (retryAfterMs > maxRetryAfterMs) throw error;
    const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1));
    // Those whom a service sends away together don't come back together.
    const delayMs = Math.round(Math.max(retryAfterMs, delay / 2) + (delay / 2) * random());
    logger?.warn("A request is repeated", {
      method,
      name,
      attempt,
      delayMs,
      code: error.code,
      error: error.message,
    });
    try {
      await timer(delayMs, signal);
    } catch (reason) {
      if (signal?.aborted) throw abortedError(signal, "wait for the next attempt");
      throw reason;
    }
  }
}
