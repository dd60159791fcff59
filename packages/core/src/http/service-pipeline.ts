import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";
import {
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type Pipeline,
  type PipelinePolicy,
} from "@azure/core-rest-pipeline";
import type { NetworkOptions } from "../model/index.ts";
import type { BearerTokens } from "./bearer-tokens.ts";
import { BUFFERED_REPLY_MAX_BYTES, type HttpHeaders, type HttpReply } from "./http-reply.ts";
import { type HttpRequest, HttpTransport } from "./http-transport.ts";
import type { RateGate } from "./rate-gate.ts";
import { TransportFault } from "./transport-fault.ts";

const gunzip = promisify(gunzipCallback);

/** What a pipeline is made of. */
export interface ServicePipelineOptions {
  readonly transport: HttpTransport;
  readonly network: NetworkOptions;
  readonly tokens: BearerTokens;
  readonly gate: RateGate;
  readonly userAgent: string;
}

export interface PipelineCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Not over a connection that was used before, which the service may be closing at this moment. */
  readonly freshConnection: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface PipelineReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Milliseconds that the service asks to wait before the request is sent again. */
  readonly retryAfterMs: number | undefined;
}

/** One attempt of a request, through `@azure/core-rest-pipeline`: no retries, no redirections. */
export class ServicePipeline {
  readonly #pipeline: Pipeline;
  readonly #client: HttpClient;
  readonly #gate: RateGate;

  constructor({ transport, network, tokens, gate, userAgent }: ServicePipelineOptions) {
    this.#gate = gate;
    this.#client = clientOver(transport, network);
    this.#pipeline = createEmptyPipeline();
    this.#pipeline.addPolicy(decorationPolicy(userAgent));
    this.#pipeline.addPolicy(gatePolicy(gate));
    this.#pipeline.addPolicy(tokenPolicy(tokens));
  }

  /** Rejects with a {@link TransportFault}, CREDENTIAL_FAILED, or the signal's reason. */
  async send({ method, url, headers, body, freshConnection, signal }: PipelineCall): Promise<PipelineReply> {
    const request = createPipelineRequest({
      method,
      url,
      headers: createHttpHeaders({ ...headers }),
      disableKeepAlive: freshConnection,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    const reply = await this.#pipeline.sendRequest(this.#client, request);
    const replyHeaders = reply.headers.toJSON();
    const retryAfterMs = this.#gate.observe(reply.status, replyHeaders);
    return { status: reply.status, headers: replyHeaders, text: reply.bodyAsText ?? "", retryAfterMs };
  }
}

function decorationPolicy(userAgent: string): PipelinePolicy {
  return {
    name: "trafficDecoration",
    sendRequest(request, next) {
      request.headers.set("user-agent", userAgent);
      request.headers.set("accept-encoding", "gzip");
      return next(request);
    },
  };
}

function gatePolicy(gate: RateGate): PipelinePolicy {
  return {
    name: "rateGate",
    async sendRequest(request, next) {
      await gate.pass(signalOf(request.abortSignal));
      return next(request);
    },
  };
}

/** As the pipeline's own policy, but for loopback hosts without TLS and a fresh token after any 401. */
function tokenPolicy(tokens: BearerTokens): PipelinePolicy {
  return {
    name: "bearerTokens",
    async sendRequest(request, next) {
      const signal = signalOf(request.abortSignal);
      const token = await tokens.get(signal);
      request.headers.set("authorization", `Bearer ${token}`);
      const reply = await next(request);
      if (reply.status !== 401) return reply;
      const other = await tokens.insteadOf(token, claimsIn(reply.headers.get("www-authenticate")), signal);
      if (other === undefined) return reply;
      request.headers.set("authorization", `Bearer ${other}`);
      return next(request);
    },
  };
}

/** What Continuous Access Evaluation demands of the next token: base64 of JSON in the challenge. */
function claimsIn(challenge: string | undefined): string | undefined {
  const claims = /\bBearer\b.*\bclaims="([A-Za-z0-9+/=_-]+)"/i.exec(challenge ?? "")?.[1];
  return claims === undefined ? undefined : Buffer.from(claims, "base64").toString("utf8");
}

/** Requests go out by our own transport, which knows proxies with own authorities and bounds what it reads. */
function clientOver(transport: HttpTransport, network: NetworkOptions): HttpClient {
  return {
    async sendRequest(request) {
      const url = new URL(request.url);
      const signal = signalOf(request.abortSignal);
      const sent: HttpRequest = {
        method: request.method as HttpRequest["method"],
        path: url.pathname + url.search,
        headers: request.headers.toJSON(),
        ...(typeof request.body === "string" ? { body: request.body } : {}),
        ...(signal === undefined ? {} : { signal }),
      };
      const reply = request.disableKeepAlive
        ? await sendAlone(transport.origin, network, sent)
        : await transport.send(sent);
      return {
        request,
        status: reply.status,
        headers: createHttpHeaders(joinedHeaders(reply.headers)),
        bodyAsText: await textOf(reply),
      };
    },
  };
}

async function sendAlone(origin: string, network: NetworkOptions, request: HttpRequest): Promise<HttpReply> {
  const transport = new HttpTransport(origin, network);
  try {
    return await transport.send(request);
  } catch (error) {
    // A handshake that breaks off looks like any connection that does.
    if (error instanceof TransportFault && !transport.mayHaveConnected) {
      throw new TransportFault(error, { connected: false });
    }
    throw error;
  } finally {
    // Not closed: after an abort that would wait for a connection that nobody needs any more.
    await transport.destroy();
  }
}

async function textOf({ headers, body }: HttpReply): Promise<string> {
  if (!/^\s*(x-)?gzip\s*$/i.test(String(headers["content-encoding"] ?? ""))) return Buffer.from(body).toString("utf8");
  try {
    return (await gunzip(body, { maxOutputLength: BUFFERED_REPLY_MAX_BYTES })).toString("utf8");
  } catch (error) {
    throw new TransportFault(
      Object.assign(new Error("the reply's gzip encoding is broken or too large", { cause: error }), {
        code: "UND_ERR_RES_EXCEEDED_MAX_SIZE",
      }),
    );
  }
}

function joinedHeaders(headers: HttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = typeof value === "string" ? value : value.join(", ");
  }
  return joined;
}

/** The pipeline's own type for signals has less; what we give it are the platform's. */
function signalOf(signal: unknown): AbortSignal | undefined {
  return signal instanceof AbortSignal ? signal : undefined;
}
