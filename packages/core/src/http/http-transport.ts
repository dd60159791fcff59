import { rootCertificates } from "node:tls";
import type { Dispatcher } from "undici";
import Pool from "undici/lib/dispatcher/pool.js";
import type { NetworkOptions } from "../model/index.ts";
import { BufferedReply, type HttpReply, StreamedReply, type StreamingReply } from "./http-reply.ts";
import { proxyFor } from "./network.ts";
import { TransportFault } from "./transport-fault.ts";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE" | "POST" | "PATCH";
  /** From the leading slash, encoded, with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
}

/** Milliseconds until the headers of a reply must have come; time to send the body is added. */
const REPLY_TIMEOUT_MS = 120_000;
/** The slowest line that is waited for: 32 bytes a millisecond, 256 kbit/s. */
const SLOWEST_BYTES_PER_MS = 32;
/** Milliseconds between two pieces of a reply's body. */
const BODY_TIMEOUT_MS = 120_000;

/**
 * Requests to one origin over kept connections, without retries.
 *
 * Faults come out as {@link TransportFault}, an abort as the signal's reason. Connections that idle keep no process alive.
 */
export class HttpTransport {
  readonly origin: string;
  #dispatcher: Dispatcher | undefined;
  #opening: Promise<Dispatcher> | undefined;
  #mayHaveConnected = false;

  constructor(origin: string, network: NetworkOptions = {}) {
    const url = new URL(origin);
    this.origin = url.origin;
    const tls = network.ca === undefined ? {} : { ca: [...rootCertificates, ...network.ca] };
    const proxy = proxyFor(url, network);
    if (proxy === undefined) {
      this.#dispatcher = new Pool(this.origin, { connect: tls }).on("connect", () => {
        this.#mayHaveConnected = true;
      });
    } else {
      this.#mayHaveConnected = true;
      this.#opening = openProxy(proxy, tls);
    }
    // Whoever sends first gets the error.
    this.#opening?.catch(() => undefined);
  }

  /** False until there was a connection, its handshake included, that a request could go by; always true with a proxy. */
  get mayHaveConnected(): boolean {
    return this.#mayHaveConnected;
  }

  /** The reply with its whole body, which is bounded: for all but blobs. */
  async send(request: HttpRequest): Promise<HttpReply> {
    const dispatcher = this.#dispatcher ?? (await this.#open());
    request.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.#dispatch(dispatcher, request, new BufferedReply(request.signal, resolve, reject), reject);
    });
  }

  /** Resolves with the reply's headers; the body is read as it is consumed. */
  async receive(request: HttpRequest): Promise<StreamingReply> {
    const dispatcher = this.#dispatcher ?? (await this.#open());
    request.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.#dispatch(dispatcher, request, new StreamedReply(request.signal, resolve, reject), reject);
    });
  }

  #dispatch(
    dispatcher: Dispatcher,
    { method, path, headers, body }: HttpRequest,
    handler: Dispatcher.DispatchHandler,
    reject: (reason: unknown) => void,
  ): void {
    try {
      dispatcher.dispatch(
        {
          origin: this.origin,
          method,
          path,
          headers: { ...headers },
          body: body ?? null,
          headersTimeout: REPLY_TIMEOUT_MS + Math.ceil((body?.length ?? 0) / SLOWEST_BYTES_PER_MS),
          bodyTimeout: BODY_TIMEOUT_MS,
        },
        handler,
      );
    } catch (error) {
      reject(new TransportFault(error));
    }
  }

  async #open(): Promise<Dispatcher> {
    this.#dispatcher = await this.#opening;
    if (this.#dispatcher === undefined) throw new TransportFault(new Error("the transport is closed"));
    return this.#dispatcher;
  }

  /** Ends the connections; requests under way are waited for. */
  async close(): Promise<void> {
    await (this.#dispatcher ?? (await this.#opening))?.close();
  }

  /** Ends the connections at once, those that are being made and those with requests under way too. */
  async destroy(): Promise<void> {
    await (this.#dispatcher ?? (await this.#opening))?.destroy();
  }
}

/** Plain HTTP goes through the proxy as it is, HTTPS through a tunnel. */
async function openProxy(proxy: URL, tls: { readonly ca?: string[] }): Promise<Dispatcher> {
  // Loaded only here, since it brings all of undici along.
  const { ProxyAgent } = await import("undici");
  const uri = new URL(proxy);
  uri.username = "";
  uri.password = "";
  const user = `${decoded(proxy.username)}:${decoded(proxy.password)}`;
  return new ProxyAgent({
    uri: uri.href,
    proxyTunnel: false,
    requestTls: tls,
    proxyTls: tls,
    ...(user === ":" ? {} : { token: `Basic ${Buffer.from(user).toString("base64")}` }),
  });
}

/** A percent sign that encodes nothing stands for itself, as in passwords that were put into a URL as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
