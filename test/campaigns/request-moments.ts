import { type Exchange, type Relay, type RelayedRequest, startRelay } from "@primepack/test-support";
import type { MortalProcess } from "./mortal-process.ts";
import { seededNumbers } from "./seeded-numbers.ts";

/** How far a request is: it came and the service doesn't have it yet, the service answered, the answer went to the client. */
type RequestStep = "request" | "reply" | "delivery";

/** When a process is killed that sends requests. Delays are in milliseconds; nothing is expected of them. */
export type RequestMoment =
  /** So long after it was started. */
  | { readonly when: "start"; readonly delay: number }
  /** So long after a request came so far, the first to do so once this share of all was answered. */
  | { readonly when: RequestStep; readonly done: number; readonly delay: number };

const STEPS: readonly RequestStep[] = ["request", "reply", "delivery"];

/** Requests that are left for the last moment at least, so that it comes before the end. */
const LAST_DONE = 0.95;

/** Moments of a campaign, in the order in which they come; the same for the same seed. One in five is a start. */
export function requestMoments(count: number, seed: string, longestStartMs: number): readonly RequestMoment[] {
  const draw = seededNumbers(`request moments ${seed}`);
  const shares = Array.from({ length: count }, () => draw() * LAST_DONE).sort((a, b) => a - b);
  return shares.map((done): RequestMoment => {
    if (draw() < 0.2) return { when: "start", delay: Math.floor(draw() * longestStartMs) };
    const when = STEPS[Math.floor(draw() * STEPS.length)] ?? "request";
    // Half of them at once: a few milliseconds are long for what happens between two requests.
    const delay = Math.max(0, Math.floor((draw() - 0.5) * 40));
    return { when, done, delay };
  });
}

/** What a moment is, for people. */
export function requestMomentText(moment: RequestMoment): string {
  if (moment.when === "start") return `${moment.delay} ms after its start`;
  const step = { request: "came", reply: "was answered", delivery: "had its answer" }[moment.when];
  return `${moment.delay} ms after a request ${step}, from ${(moment.done * 100).toFixed(1)} % on`;
}

/** A relay to a service, which kills the process that sends through it when its moment comes. */
export class KillingRelay {
  readonly #isCounted: (request: RelayedRequest) => boolean;
  #total = 1;
  #relay: Relay | undefined;
  #answered = 0;
  #armed: { readonly process: MortalProcess; readonly moment: RequestMoment } | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(isCounted: (request: RelayedRequest) => boolean) {
    this.#isCounted = isCounted;
  }

  /** `isCounted`: requests that are the work. */
  static async start(service: string, isCounted: (request: RelayedRequest) => boolean): Promise<KillingRelay> {
    const self = new KillingRelay(isCounted);
    self.#relay = await startRelay(service, {
      keep: false,
      onRequest: (request) => self.#step("request", request),
      onReply: (exchange) => {
        if (exchange.status < 300 && isCounted(exchange)) self.#answered += 1;
        self.#step("reply", exchange);
      },
      onDelivered: (exchange) => self.#step("delivery", exchange),
    });
    return self;
  }

  get url(): string {
    return this.#relay?.url ?? "";
  }

  /** Counts anew, up to so many requests that an undisturbed process would send. */
  expect(total: number): void {
    this.#total = total;
    this.#answered = 0;
  }

  /** Requests of the work that the service has answered well. */
  get answered(): number {
    return this.#answered;
  }

  /** Kills the process when the moment comes. */
  arm(process: MortalProcess, moment: RequestMoment): void {
    this.disarm();
    this.#armed = { process, moment };
    if (moment.when === "start") this.#light(moment.delay);
  }

  disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armed = undefined;
  }

  async stop(): Promise<void> {
    this.disarm();
    await this.#relay?.stop();
  }

  #step(step: RequestStep, request: RelayedRequest | Exchange): void {
    const moment = this.#armed?.moment;
    if (moment === undefined || moment.when !== step || this.#timer !== undefined || !this.#isCounted(request)) return;
    if (this.#answered / this.#total >= moment.done) this.#light(moment.delay);
  }

  #light(delay: number): void {
    const { process } = this.#armed ?? {};
    if (delay === 0) process?.kill();
    // Lit once: a moment kills one process.
    this.#timer = setTimeout(() => process?.kill(), delay);
  }
}
