import { type Code, PrimepackError } from "../errors/index.ts";

/** What a caller may do about a failed request. */
export interface RetryAdvice {
  /** Another attempt may succeed. */
  readonly retryable: boolean;
  /** The service asks for less load: other requests had better wait too. */
  readonly throttled: boolean;
  /** Milliseconds that the service asks to wait. */
  readonly retryAfterMs: number | undefined;
}

/** An error of a request that says whether to try again. */
export class RequestError extends PrimepackError implements RetryAdvice {
  readonly retryable: boolean;
  readonly throttled: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: Code, message: string, cause: Error | undefined, advice: Partial<RetryAdvice> = {}, hint?: string) {
    super(code, message, { cause, ...(hint === undefined ? {} : { hint }) });
    this.retryable = advice.retryable ?? false;
    this.throttled = advice.throttled ?? false;
    this.retryAfterMs = advice.retryAfterMs;
  }
}
