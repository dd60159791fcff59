import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { close, listen } from "./fault-server.ts";

/** A request that came to a relay. */
export interface RelayedRequest {
  /** From 1, in the order in which they were whole. */
  readonly number: number;
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with what the service answered. */
export interface Exchange extends RelayedRequest {
  readonly status: number;
  readonly replyHeaders: IncomingHttpHeaders;
  readonly reply: string;
}

export interface RelayOptions {
  /** Keeps all exchanges. Default: true. */
  readonly keep?: boolean;
  /** Before the service gets the request. */
  readonly onRequest?: (request: RelayedRequest) => void;
  /** The service has acted and answered; the client has nothing of it yet. */
  readonly onReply?: (exchange: Exchange) => void;
  /** The answer was handed to the system for the client. */
  readonly onDelivered?: (exchange: Exchange) => void;
}

/** Stands in front of a service under its own paths, and shows what goes over the wire. */
export interface Relay {
  readonly url: string;
  /** In the order in which they were answered. */
  readonly exchanges: readonly Exchange[];
  stop(): Promise<void>;
}

/** Starts a relay to a service at `http://host:port`. A request that the service drops is dropped. */
export async function startRelay(service: string, options: RelayOptions = {}): Promise<Relay> {
  const { keep = true, onRequest, onReply, onDelivered } = options;
  const exchanges: Exchange[] = [];
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    textOf(incoming)
      .then(async (body) => {
        requests += 1;
        const request = { number: requests, method, url, headers, body };
        onRequest?.(request);
        const exchange = await passOn(service, request);
        if (keep) exchanges.push(exchange);
        onReply?.(exchange);
        outgoing.writeHead(exchange.status, withoutHops(exchange.replyHeaders));
        outgoing.end(exchange.reply, () => onDelivered?.(exchange));
      })
      .catch(() => incoming.socket.destroy());
  });
  const url = await listen(server, "http");
  return { url, exchanges, stop: () => close(server) };
}

function passOn(service: string, request: RelayedRequest): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const { method, headers, body } = request;
    const onward = httpRequest(`${service}${request.url}`, { method, headers: withoutHops(headers) }, (reply) => {
      textOf(reply).then((text) => {
        resolve({ ...request, status: reply.statusCode ?? 0, replyHeaders: reply.headers, reply: text });
      }, reject);
    });
    onward.on("error", reject);
    onward.end(body);
  });
}

/** Headers that concern one connection alone, or a body that is measured anew. */
function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _, "transfer-encoding": __, "keep-alive": ___, "content-length": ____, ...others } = headers;
  return others;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
