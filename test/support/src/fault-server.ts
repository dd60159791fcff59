import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SelfSignedCertificate } from "./self-signed-certificate.ts";

/** What goes wrong with one request: an answer, a connection that is reset, or one that breaks in the answer's body. */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | "reset"
  | { readonly breakAfter: string; readonly declared: number };

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An HTTP server that answers requests with faults, one after the other, and then says 201 to all. */
export interface FaultServer {
  readonly url: string;
  /** All requests that arrived whole, in order. */
  readonly requests: readonly SeenRequest[];
  /** Connections that were made. */
  readonly connections: number;
  /** Faults that no request has met: a test that ends with any has not tested what it says. */
  readonly unmet: readonly Fault[];
  stop(): Promise<void>;
}

export async function startFaultServer(
  faults: readonly Fault[] = [],
  certificate?: SelfSignedCertificate,
): Promise<FaultServer> {
  const unmet = [...faults];
  const requests: SeenRequest[] = [];
  const answer: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      requests.push({ method, url, headers, body: Buffer.concat(chunks) });
      const fault = unmet.shift();
      if (fault === undefined) response.writeHead(201, { "x-ms-snapshot": "2026-01-01T00:00:00.0000000Z" }).end();
      else if (fault === "reset") request.socket.resetAndDestroy();
      else if ("status" in fault) response.writeHead(fault.status, { ...fault.headers }).end(fault.body);
      else {
        response.writeHead(200, { "content-length": fault.declared });
        response.write(fault.breakAfter, () => request.socket.destroy());
      }
    });
  };
  const server = certificate === undefined ? createServer(answer) : createTlsServer({ ...certificate }, answer);
  let connections = 0;
  server.on("connection", () => connections++);
  const url = await listen(server, certificate === undefined ? "http" : "https");
  return {
    url,
    requests,
    unmet,
    get connections() {
      return connections;
    },
    stop: () => close(server),
  };
}

/** Listens on a free port of the loopback interface. */
export async function listen(server: Server, protocol: "http" | "https"): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => server.close((error) => (error === undefined ? resolve() : reject(error))));
}
