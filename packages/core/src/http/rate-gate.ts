import { type HttpHeaders, headerOf } from "./http-reply.ts";
import { isOverload, retryAfterOf } from "./retry-after.ts";
import type { Timer } from "./timer.ts";

export interface RateGateOptions {
  readonly now: () => Date;
  readonly timer: Timer;
  /** Milliseconds; the longest that requests are held without having been refused. */
  readonly maxHoldMs: number;
}

/**
 * Holds the requests of one client back as its service asks for: all of them while it refuses any, none beyond what it
 * says is left, and what is left spread over the time until there is more (`RateLimit-*`, draft-ietf-httpapi-ratelimit-headers-03,
 * which SharePoint sends from 80 % of its limit on).
 */
export class RateGate {
  readonly #options: RateGateOptions;
  /** Moments in milliseconds. */
  #closedUntil = 0;
  #nextPaced = 0;
  #pacedUntil = 0;
  #spacingMs = 0;

  constructor(options: RateGateOptions) {
    this.#options = options;
  }

  /** Resolves when a request may be sent; rejects when the signal aborts. */
  async pass(signal: AbortSignal | undefined): Promise<void> {
    const { timer } = this.#options;
    let reached = this.#time();
    let sendAt = Math.max(reached, this.#closedUntil);
    if (sendAt < this.#pacedUntil) {
      // Whoever finds no room before the reset goes then, however many wait.
      sendAt = Math.min(Math.max(sendAt, this.#nextPaced), this.#pacedUntil);
      this.#nextPaced = sendAt + this.#spacingMs;
    }
    while (sendAt > reached) {
      await timer(sendAt - reached, signal);
      // The gate may have been closed for longer meanwhile.
      reached = sendAt;
      sendAt = Math.max(sendAt, this.#closedUntil);
    }
  }

  /** Learns from a reply; gives the milliseconds that the service asks to wait before the request is sent again. */
  observe(status: number, headers: HttpHeaders): number | undefined {
    const now = this.#time();
    const remaining = numberOf(headers, "ratelimit-remaining");
    const resetMs = secondsOf(headers, "ratelimit-reset");
    const refused = isOverload(status);
    const asked = retryAfterOf(headers, this.#options.now());
    if (refused) {
      const waits = [asked, resetMs].filter((wait) => wait !== undefined);
      if (waits.length === 0) return undefined;
      const waitMs = Math.max(...waits);
      this.#close(now, waitMs);
      return waitMs;
    }
    if (remaining !== undefined && resetMs !== undefined) this.#pace(now, remaining, resetMs);
    return asked;
  }

  #pace(now: number, remaining: number, resetMs: number): void {
    if (remaining === 0) {
      this.#close(now, resetMs);
      return;
    }
    this.#pacedUntil = now + Math.min(resetMs, this.#options.maxHoldMs);
    this.#spacingMs = resetMs / remaining;
    this.#nextPaced = Math.min(Math.max(this.#nextPaced, now), this.#pacedUntil);
  }

  #close(now: number, milliseconds: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, now + Math.min(milliseconds, this.#options.maxHoldMs));
  }

  #time(): number {
    return this.#options.now().getTime();
  }
}

function numberOf(headers: HttpHeaders, name: string): number | undefined {
  const digits = /^\s*(\d{1,9})\b/.exec(headerOf(headers, name) ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function secondsOf(headers: HttpHeaders, name: string): number | undefined {
  const seconds = numberOf(headers, name);
  return seconds === undefined ? undefined : seconds * 1000;
}
