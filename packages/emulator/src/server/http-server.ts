import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PrimepackError } from "@primepack/core/errors";
import type { EmulatorFaults } from "../types.ts";
import { HttpFaults } from "./http-faults.ts";
import { type HttpReply, type HttpRequest, type HttpService, header } from "./http-types.ts";

/** Bodies are parameters of calls: nothing larger is one. */
const MAXIMUM_BODY = 4 * 1024 * 1024;

export interface HttpServerOptions {
  /** Undefined: a free one, or that of `preferredPort`. */
  readonly port: number | undefined;
  /** Taken if it is free. */
  readonly preferredPort: number | undefined;
  readonly services: readonly HttpService[];
  /** Undefined: any token will do. */
  readonly accessToken: string | undefined;
  readonly faults: () => EmulatorFaults;
}

export interface HttpServer {
  readonly port: number;
  /** Ends all connections, and resolves when requests under way are done. */
  close(): Promise<void>;
}

/** Listens on loopback. Rejects with EMULATOR_START_FAILED if the port is taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const faults = new HttpFaults(options.faults);
  const active = new Set<Promise<void>>();
  const server = createServer((incoming, outgoing) => {
    const done = serve(incoming, outgoing, options, faults)
      .catch(() => {
        outgoing.destroy();
      })
      .finally(() => active.delete(done));
    active.add(done);
  });
  server.keepAliveTimeout = 60_000;
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all(active);
      await closed;
    },
  };
}

async function listen(server: Server, { port, preferredPort }: HttpServerOptions): Promise<void> {
  const on = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(wanted, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  if (port === undefined && preferredPort !== undefined) {
    const taken = await on(preferredPort).catch((error: unknown) => error);
    if (taken === undefined) return;
    server.removeAllListeners("error");
  }
  try {
    await on(port ?? 0);
  } catch (cause) {
    throw PrimepackError.from(cause, "EMULATOR_START_FAILED", `listen on port ${port ?? 0} of 127.0.0.1`);
  }
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: HttpServerOptions,
  faults: HttpFaults,
): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) return send(outgoing, { status: 413 });
  const { method = "GET", headers } = incoming;
  const address = `http://${headers.host ?? "127.0.0.1"}`;
  if (!URL.canParse(incoming.url ?? "/", address)) return send(outgoing, { status: 400 });
  const request: HttpRequest = { method, url: new URL(incoming.url ?? "/", address), headers, body };
  const service = options.services.find((one) => one.owns(request));
  if (service === undefined) return send(outgoing, { status: 404, ...plain("404 NOT FOUND") });
  const fate = faults.next(request.url.pathname, service.isProgress(request));
  const reply = await answer(service, request, fate, options.accessToken);
  if (fate.loseAnswer) outgoing.destroy();
  else send(outgoing, { ...reply, headers: { ...reply.headers, ...fate.headers } });
}

async function answer(
  service: HttpService,
  request: HttpRequest,
  fate: ReturnType<HttpFaults["next"]>,
  accessToken: string | undefined,
): Promise<HttpReply> {
  if (fate.throttle !== undefined) {
    const { status, retryAfterSeconds } = fate.throttle;
    const reply = service.throttled(request, status);
    return { ...reply, headers: { ...reply.headers, "retry-after": String(retryAfterSeconds) } };
  }
  if (!isAuthorized(request, accessToken)) return service.unauthorized(request);
  if (fate.failProgress) return service.failed(request, "The service is not available for the moment.");
  try {
    return await service.answer(request);
  } catch (error) {
    return service.failed(request, error instanceof Error ? error.message : String(error));
  }
}

function isAuthorized(request: HttpRequest, accessToken: string | undefined): boolean {
  const [, token] = /^Bearer +(\S+)$/i.exec(header(request, "authorization") ?? "") ?? [];
  return token !== undefined && (accessToken === undefined || token === accessToken);
}

/** Undefined: it is too large. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read to its end all the same, as nobody hears an answer while they speak.
    if (size <= MAXIMUM_BODY) chunks.push(chunk);
  }
  return size <= MAXIMUM_BODY ? Buffer.concat(chunks) : undefined;
}

function send(outgoing: ServerResponse, { status, headers = {}, body }: HttpReply): void {
  outgoing.writeHead(status, { ...headers, ...(body === undefined ? { "content-length": "0" } : {}) });
  outgoing.end(body);
}

function plain(body: string): Pick<HttpReply, "headers" | "body"> {
  return { headers: { "content-type": "text/plain; charset=utf-8" }, body };
}
