import type { EmulatorFaults } from "../types.ts";

/** What befalls a request. */
export interface RequestFate {
  /** Answer with this in place of acting. */
  readonly throttle: { readonly status: 429 | 503; readonly retryAfterSeconds: number } | undefined;
  readonly failProgress: boolean;
  /** Act, then end the connection. */
  readonly loseAnswer: boolean;
  /** `RateLimit-*`, from 80 % of the limit on. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Counts requests, and says which of them a fault befalls. Counts begin anew with other faults. */
export class HttpFaults {
  readonly #faults: () => EmulatorFaults;
  #counted: EmulatorFaults | undefined;
  #requests = 0;
  #losable = 0;
  #progress = 0;

  constructor(faults: () => EmulatorFaults) {
    this.#faults = faults;
  }

  next(path: string, isProgress: boolean): RequestFate {
    const faults = this.#faults();
    if (faults !== this.#counted) {
      this.#counted = faults;
      this.#requests = 0;
      this.#losable = 0;
      this.#progress = 0;
    }
    const { throttle, loseAnswer, failProgress } = faults;
    this.#requests += 1;
    const headers = throttle === undefined ? {} : rateLimit(throttle, this.#requests);
    if (throttle !== undefined && this.#requests % throttle.every === 0) {
      const { status = 429, retryAfterSeconds } = throttle;
      return { throttle: { status, retryAfterSeconds }, failProgress: false, loseAnswer: false, headers };
    }
    if (isProgress) this.#progress += 1;
    const isLosable = loseAnswer !== undefined && path.toLowerCase().includes((loseAnswer.path ?? "").toLowerCase());
    if (isLosable) this.#losable += 1;
    return {
      throttle: undefined,
      failProgress: isProgress && failProgress !== undefined && this.#progress % failProgress.every === 0,
      loseAnswer: isLosable && this.#losable % loseAnswer.every === 0,
      headers,
    };
  }
}

/** The limit is what comes between two refusals; the refused request has nothing left. */
function rateLimit(
  { every, retryAfterSeconds }: { readonly every: number; readonly retryAfterSeconds: number },
  requests: number,
): Record<string, string> {
  const used = ((requests - 1) % every) + 1;
  if (used < every * 0.8) return {};
  return {
    "ratelimit-limit": String(every),
    "ratelimit-remaining": String(every - used),
    "ratelimit-reset": String(retryAfterSeconds),
  };
}
