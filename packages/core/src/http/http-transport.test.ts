import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  collect,
  type FaultServer,
  type HttpProxy,
  selfSignedCertificate,
  startFaultServer,
  startHttpProxy,
} from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import { HttpTransport } from "./http-transport.ts";
import { TransportFault } from "./transport-fault.ts";

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function start<T extends FaultServer | HttpProxy>(server: Promise<T>): Promise<T> {
  const running = await server;
  started.push(running);
  return running;
}

const put = (path: string, body = "body") => ({ method: "PUT", path, headers: { "x-a": "1" }, body }) as const;

async function faultOf(promise: Promise<unknown>): Promise<TransportFault> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(reason instanceof TransportFault)) throw new Error(`no TransportFault: ${String(reason)}`);
  return reason;
}

describe("HttpTransport", () => {
  it("sends method, path, headers and body as they are", async () => {
    const server = await start(startFaultServer());
    const transport = new HttpTransport(server.url);
    const reply = await transport.send(put("/c/a%20b?comp=x&sig=a%2Bb%3D"));
    expect(reply.status).toBe(201);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: "PUT",
      url: "/c/a%20b?comp=x&sig=a%2Bb%3D",
      headers: { "x-a": "1", "content-length": "4" },
    });
    expect(server.requests[0]?.body.toString()).toBe("body");
    await transport.close();
  });

  it("declares an empty body, which the service demands of a PUT", async () => {
    const server = await start(startFaultServer());
    const transport = new HttpTransport(server.url);
    await transport.send({ method: "PUT", path: "/", headers: {} });
    expect(server.requests[0]?.headers["content-length"]).toBe("0");
    await transport.close();
  });

  it("takes no informational reply for the one that follows it", async () => {
    const server = createServer((_request, response) => {
      response.writeEarlyHints({ link: "</a>; rel=preload", "x-a": "0" }, () => {
        response.writeHead(404, { "x-a": "1" }).end("none");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    started.push({ stop: () => new Promise((resolve) => server.close(() => resolve())) });
    const transport = new HttpTransport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const request = { method: "GET", path: "/", headers: {} } as const;
    const whole = await transport.send(request);
    expect([whole.status, whole.headers["x-a"], Buffer.from(whole.body).toString()]).toEqual([404, "1", "none"]);
    const streamed = await transport.receive(request);
    expect([streamed.status, streamed.headers["x-a"]]).toEqual([404, "1"]);
    expect(Buffer.concat(await collect(streamed.body)).toString()).toBe("none");
    await transport.close();
  });

  it("sends nothing once the signal has aborted, and gives its reason", async () => {
    const server = await start(startFaultServer());
    const transport = new HttpTransport(server.url);
    const request = { ...put("/a"), signal: AbortSignal.abort("enough") };
    await expect(transport.send(request)).rejects.toBe("enough");
    await expect(transport.receive(request)).rejects.toBe("enough");
    expect([server.connections, server.requests]).toEqual([0, []]);
    await transport.close();
  });

  it("rejects with a passing fault when the connection is reset, refused, or breaks within the reply", async () => {
    const server = await start(startFaultServer(["reset", { breakAfter: "half", declared: 8 }]));
    const transport = new HttpTransport(server.url);
    expect((await faultOf(transport.send(put("/")))).passing).toBe(true);
    expect((await faultOf(transport.send(put("/")))).passing).toBe(true);
    expect(server.unmet).toEqual([]);
    await server.stop();
    started.length = 0;
    const refused = await faultOf(transport.send(put("/")));
    expect([refused.code, refused.passing]).toEqual(["ECONNREFUSED", true]);
    await transport.close();
  });

  it("rejects with the signal's reason, before the reply comes and before the request is sent", async () => {
    const server = await start(startFaultServer());
    const transport = new HttpTransport(server.url);
    const controller = new AbortController();
    const sending = transport.send({ ...put("/"), signal: controller.signal });
    controller.abort("enough");
    await expect(sending).rejects.toBe("enough");
    await expect(transport.send({ ...put("/"), signal: AbortSignal.abort("early") })).rejects.toBe("early");
    await expect(transport.receive({ ...put("/"), signal: AbortSignal.abort("early") })).rejects.toBe("early");
    expect((await transport.send(put("/"))).status).toBe(201);
    await transport.close();
  });

  it("refuses a reply that is larger than any reply should be", async () => {
    const server = await start(startFaultServer([{ status: 200, body: "x".repeat(17 * 1024 * 1024) }]));
    const transport = new HttpTransport(server.url);
    expect((await faultOf(transport.send(put("/")))).message).toContain("larger than 16777216 bytes");
    await transport.close();
  });

  it("streams a body at its reader's pace", async () => {
    const body = "x".repeat(8 * 1024 * 1024);
    const server = await start(
      startFaultServer([
        { status: 200, body },
        { status: 200, body },
      ]),
    );
    const transport = new HttpTransport(server.url);
    let bytes = 0;
    const reply = await transport.receive({ method: "GET", path: "/", headers: {} });
    for await (const chunk of reply.body) {
      // Lets more arrive than the stream holds.
      await new Promise((resolve) => setImmediate(resolve));
      bytes += chunk.byteLength;
    }
    expect(bytes).toBe(body.length);
    const left = await transport.receive({ method: "GET", path: "/", headers: {} });
    for await (const _ of left.body) break;
    expect((await transport.send(put("/"))).status).toBe(201);
    await transport.close();
  });

  it("throws from the body when the connection breaks, and the signal's reason when that aborts", async () => {
    const server = await start(
      startFaultServer([
        { breakAfter: "half", declared: 8 },
        { status: 200, body: "x".repeat(4 * 1024 * 1024) },
      ]),
    );
    const transport = new HttpTransport(server.url);
    const drain = async (body: AsyncIterable<Uint8Array>, onChunk?: () => void) => {
      for await (const _ of body) onChunk?.();
    };
    const broken = await transport.receive({ method: "GET", path: "/", headers: {} });
    expect((await faultOf(drain(broken.body))).passing).toBe(true);
    const controller = new AbortController();
    const aborted = await transport.receive({ method: "GET", path: "/", headers: {}, signal: controller.signal });
    await expect(drain(aborted.body, () => controller.abort("enough"))).rejects.toBe("enough");
    await transport.close();
  });
});

describe("HttpTransport with a proxy", () => {
  it("passes plain HTTP through the proxy as it is", async () => {
    const [server, proxy] = [await start(startFaultServer()), await start(startHttpProxy())];
    const transport = new HttpTransport(server.url, { proxy: proxy.url });
    for (const name of ["a", "b"]) expect((await transport.send(put(`/c/${name}?sig=x`))).status).toBe(201);
    expect(proxy.asked).toEqual([`PUT ${server.url}/c/a`, `PUT ${server.url}/c/b`]);
    expect(server.requests[1]).toMatchObject({ url: "/c/b?sig=x" });
    expect(server.requests[1]?.body.toString()).toBe("body");
    await transport.close();
  });

  it.each([
    ["p@ss word", "p%40ss%20word"],
    ["100%", "100%"],
  ])("tunnels HTTPS, with the user and the password %j of its URL", async (password, written) => {
    const certificate = selfSignedCertificate();
    const server = await start(startFaultServer([], certificate));
    const proxy = await start(startHttpProxy(`me:${password}`));
    const url = proxy.url.replace("//", `//me:${written}@`);
    const transport = new HttpTransport(server.url, { proxy: new Secret(url), ca: [certificate.cert] });
    expect((await transport.send(put("/c/a"))).status).toBe(201);
    expect(proxy.asked).toEqual([`CONNECT ${server.url.slice("https://".length)}`]);
    await transport.close();
  });

  it("goes past the proxy for hosts in noProxy", async () => {
    const [server, proxy] = [await start(startFaultServer()), await start(startHttpProxy())];
    const transport = new HttpTransport(server.url, { proxy: proxy.url, noProxy: ["127.0.0.1"] });
    expect((await transport.send(put("/"))).status).toBe(201);
    expect(proxy.asked).toEqual([]);
    await transport.close();
  });

  it("rejects with a fault that stays when the proxy refuses the user", async () => {
    const certificate = selfSignedCertificate();
    const server = await start(startFaultServer([], certificate));
    const proxy = await start(startHttpProxy("me:secret"));
    for (const url of [server.url, server.url.replace("https", "http")]) {
      const transport = new HttpTransport(url, { proxy: proxy.url, ca: [certificate.cert] });
      const fault = await faultOf(transport.send(put("/")));
      expect(fault.message).toContain("407");
      expect(fault.passing).toBe(false);
      await transport.close();
    }
    expect(server.requests).toEqual([]);
  });

  it("rejects with a passing fault when the proxy can't be reached", async () => {
    const proxy = await startHttpProxy();
    await proxy.stop();
    const transport = new HttpTransport("http://storage.invalid", { proxy: proxy.url });
    expect((await faultOf(transport.send(put("/")))).passing).toBe(true);
    await transport.close();
  });
});

describe("HttpTransport over TLS", () => {
  it("trusts a certificate authority of its options", async () => {
    const certificate = selfSignedCertificate();
    const server = await start(startFaultServer([], certificate));
    const transport = new HttpTransport(server.url, { ca: [certificate.cert] });
    expect((await transport.send(put("/"))).status).toBe(201);
    await transport.close();
  });

  it("rejects with a fault that stays for a certificate that nobody vouches for", async () => {
    const server = await start(startFaultServer([], selfSignedCertificate()));
    for (const network of [{}, { ca: [selfSignedCertificate().cert] }]) {
      const transport = new HttpTransport(server.url, network);
      const fault = await faultOf(transport.send(put("/")));
      expect(fault.passing).toBe(false);
      await transport.close();
    }
    expect(server.requests).toEqual([]);
  });
});
