import { createServer, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { close, listen } from "./fault-server.ts";

export interface HttpProxy {
  readonly url: string;
  /** What it was asked for: `CONNECT host:port`, or the method and the absolute URL without its query. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** A forward proxy: tunnels by CONNECT, and passes plain requests on. With `user` (`name:password`) it asks for that. */
export async function startHttpProxy(user?: string): Promise<HttpProxy> {
  const asked: string[] = [];
  const tunnels = new Set<Socket>();
  const wanted = user === undefined ? undefined : `Basic ${Buffer.from(user).toString("base64")}`;
  const refused = (given: string | undefined) => wanted !== undefined && given !== wanted;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "");
    asked.push(`${request.method} ${url.origin}${url.pathname}`);
    if (refused(request.headers["proxy-authorization"])) {
      request.resume();
      response.writeHead(407).end();
      return;
    }
    const { "proxy-authorization": _, ...headers } = request.headers;
    const onward = httpRequest(url, { method: request.method ?? "GET", headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.on("connect", (request, client: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    client.on("error", () => client.destroy());
    if (refused(request.headers["proxy-authorization"])) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const { hostname, port } = new URL(`tcp://${request.url}`);
    const target = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.pipe(client);
      client.pipe(target);
    });
    target.on("error", () => client.destroy());
    for (const socket of [client, target]) {
      tunnels.add(socket);
      socket.on("close", () => tunnels.delete(socket));
    }
  });
  const url = await listen(server, "http");
  return {
    url,
    asked,
    async stop() {
      for (const socket of tunnels) socket.destroy();
      await close(server);
    },
  };
}
