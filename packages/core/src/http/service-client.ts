import { abortedError, PrimepackError, throwIfAborted } from "../errors/index.ts";
import type { NetworkOptions } from "../model/index.ts";
import { BearerTokens } from "./bearer-tokens.ts";
import { HttpTransport } from "./http-transport.ts";
import { RateGate } from "./rate-gate.ts";
import { refusalOf } from "./refusal.ts";
import { DEFAULT_MAX_RETRY_AFTER_MS, Retrier } from "./retrier.ts";
import { ServiceError } from "./service-error.ts";
import type { PipelineReply, ServicePipeline } from "./service-pipeline.ts";
import type { ServiceClient, ServiceClientOptions, ServiceReply, ServiceRequest } from "./service-types.ts";
import { systemNow } from "./system-clock.ts";
import { systemTimer } from "./timer.ts";
import { userAgentOf } from "./traffic.ts";
import { TransportFault } from "./transport-fault.ts";

/**
 * Requests to SharePoint or Graph. Nothing is sent before the first request.
 *
 * @throws INVALID_OPTION if the base URL is not absolute, or not https: for a host that is not this machine
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  return new PipelineServiceClient(options);
}

class PipelineServiceClient implements ServiceClient {
  readonly baseUrl: string;
  readonly #base: URL;
  readonly #options: ServiceClientOptions;
  readonly #userAgent: string;
  readonly #now: () => Date;
  readonly #retrier: Retrier;
  readonly #network: NetworkOptions;
  readonly #transport: HttpTransport;
  #pipeline: Promise<ServicePipeline> | undefined;
  #underWay = 0;

  constructor(options: ServiceClientOptions) {
    const { retry = {}, network = {}, logger } = options;
    this.#base = checkedBase(options.baseUrl);
    this.baseUrl = this.#base.href.replace(/\/$/, "");
    this.#options = options;
    this.#userAgent = userAgentOf(options.traffic);
    this.#now = options.now ?? systemNow;
    this.#retrier = new Retrier({ ...retry, ...(logger === undefined ? {} : { logger }) });
    // Without TLS nothing, a proxy included, may stand between the token and the loopback host.
    this.#network = this.#base.protocol === "http:" ? {} : network;
    this.#transport = new HttpTransport(this.#base.origin, this.#network);
  }

  async send(request: ServiceRequest): Promise<ServiceReply> {
    const { method, doing, signal } = request;
    const url = this.#resolve(request);
    throwIfAborted(signal, doing);
    this.#underWay++;
    try {
      this.#pipeline ??= this.#open();
      const pipeline = await this.#pipeline;
      const path = new URL(url).pathname;
      return await this.#retrier.run({ method, name: path, signal }, () => this.#attempt(pipeline, url, request));
    } finally {
      this.#underWay--;
    }
  }

  async close(): Promise<void> {
    // A connection that is being made for a request that was aborted is not waited for.
    await (this.#underWay === 0 ? this.#transport.destroy() : this.#transport.close());
  }

  async #attempt(pipeline: ServicePipeline, url: string, request: ServiceRequest): Promise<ServiceReply> {
    const { method, doing, body, signal, repeat = "safe" } = request;
    const lost = (cause: ServiceError) => (repeat === "once" ? answerLost(cause, doing) : cause);
    const begun = this.#now().getTime();
    let reply: PipelineReply;
    try {
      reply = await pipeline.send({
        method,
        url,
        headers: {
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...lowerCased(request.headers),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        freshConnection: repeat === "once",
        signal,
      });
    } catch (reason) {
      if (signal?.aborted) throw abortedError(signal, doing);
      if (!(reason instanceof TransportFault)) throw reason;
      const error = unreachable(reason, doing, this.#base.origin);
      throw reason.unsent ? error : lost(error);
    }
    this.#options.logger?.debug("The service answered", {
      method,
      path: new URL(url).pathname,
      status: reply.status,
      milliseconds: this.#now().getTime() - begun,
      requestId: reply.headers["request-id"] ?? reply.headers.sprequestguid,
    });
    if (reply.status < 200 || reply.status >= 300) {
      const { error, mayHaveActed } = refusalOf(reply, doing);
      throw mayHaveActed ? lost(error) : error;
    }
    try {
      return { status: reply.status, headers: reply.headers, body: parsed(reply.text) };
    } catch (error) {
      throw lost(invalidReply(reply, error, doing));
    }
  }

  async #open(): Promise<ServicePipeline> {
    // Loaded only for who sends something: it brings much along.
    const { ServicePipeline } = await import("./service-pipeline.ts");
    const { credential, scopes, retry = {} } = this.#options;
    return new ServicePipeline({
      transport: this.#transport,
      network: this.#network,
      tokens: new BearerTokens(credential, scopes, this.#now),
      gate: new RateGate({
        now: this.#now,
        timer: retry.timer ?? systemTimer,
        maxHoldMs: retry.maxRetryAfterMs ?? DEFAULT_MAX_RETRY_AFTER_MS,
      }),
      userAgent: this.#userAgent,
    });
  }

  #resolve({ url, doing }: ServiceRequest): string {
    const absolute = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `${this.baseUrl}/${url.replace(/^\/+/, "")}`;
    const resolved = URL.canParse(absolute) ? new URL(absolute) : undefined;
    if (resolved !== undefined && isBelow(resolved, this.#base)) return resolved.href;
    throw new ServiceError(
      "SERVICE_REPLY_INVALID",
      `Cannot ${doing} as requests go only to ${this.baseUrl} and below it: current value is ${resolved?.origin ?? "no URL"}${resolved?.pathname ?? ""}`,
    );
  }
}

function checkedBase(baseUrl: string): URL {
  const refused = (constraint: string, value: string) =>
    new PrimepackError(
      "INVALID_OPTION",
      `Cannot reach the service as its URL must ${constraint}: current value is ${value}`,
    );
  if (!URL.canParse(baseUrl)) throw refused("be absolute", JSON.stringify(baseUrl));
  const url = new URL(baseUrl);
  const shown = url.origin + url.pathname;
  if (url.username !== "" || url.password !== "") throw refused("hold no user", shown);
  if (url.search !== "" || url.hash !== "") throw refused("have no query and no fragment", shown);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return url;
  throw refused("begin with https:, since it carries a token (http: is for this machine only)", shown);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Paths are compared without regard to case and encoding, since SharePoint's links have their own. */
function isBelow(url: URL, base: URL): boolean {
  if (url.origin !== base.origin || url.username !== "" || url.password !== "") return false;
  const [path, top] = [plain(url.pathname), plain(base.pathname).replace(/\/$/, "")];
  return path === top || path.startsWith(`${top}/`);
}

function plain(path: string): string {
  try {
    return decodeURIComponent(path).toLowerCase();
  } catch {
    return path.toLowerCase();
  }
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parsed(text: string): unknown {
  const json = text.replace(/^\uFEFF/, "");
  return json.trim() === "" ? undefined : JSON.parse(json);
}

function invalidReply({ status, headers }: PipelineReply, error: unknown, doing: string): ServiceError {
  const type = headers["content-type"] ?? "no content type";
  // Not the parser's own message, which quotes the reply: it may hold keys and SAS URIs.
  const cause = new Error(`the reply is no JSON${error instanceof SyntaxError ? "" : ", nor to be read"}`);
  return new ServiceError(
    "SERVICE_REPLY_INVALID",
    `Cannot ${doing} as the reply must be JSON: current value is ${status} ${type}`,
    { cause, answer: { status } },
  );
}

function unreachable(fault: TransportFault, doing: string, origin: string): ServiceError {
  const value = fault.code === "" ? fault.message : `${fault.code} (${fault.message})`;
  const tooLarge = fault.code === "UND_ERR_RES_EXCEEDED_MAX_SIZE";
  return new ServiceError(
    tooLarge ? "SERVICE_REPLY_INVALID" : "SERVICE_UNREACHABLE",
    `Cannot ${doing} as ${origin} ${tooLarge ? "sent what can't be read" : "could not be reached"}: current value is ${value}`,
    { cause: new Error(fault.message), advice: { retryable: fault.passing } },
  );
}

function answerLost(cause: ServiceError, doing: string): ServiceError {
  return new ServiceError(
    "SERVICE_ANSWER_LOST",
    `Cannot ${doing} as the service may have done it without its answer having come: current value is ${cause.message}`,
    {
      cause,
      answer: {
        ...(cause.status === undefined ? {} : { status: cause.status }),
        ...(cause.serviceCode === undefined ? {} : { serviceCode: cause.serviceCode }),
        ...(cause.innerCode === undefined ? {} : { innerCode: cause.innerCode }),
        ...(cause.serviceMessage === undefined ? {} : { serviceMessage: cause.serviceMessage }),
        ...(cause.requestId === undefined ? {} : { requestId: cause.requestId }),
      },
    },
  );
}
