import { createServer } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import type { AccessToken, GetTokenOptions } from "@azure/core-auth";
import { type Fault, selfSignedCertificate, startFaultServer, startHttpProxy } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { PrimepackError } from "../errors/index.ts";
import { createServiceClient } from "./service-client.ts";
import { ServiceError } from "./service-error.ts";
import type { ServiceClientOptions, ServiceRequest } from "./service-types.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Fault => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);

interface TokenAnswer {
  readonly token?: string;
  readonly expiresInMs?: number;
  readonly refreshAfterMs?: number;
  readonly error?: Error;
}

/** Gives these tokens one after the other, then the last again. */
function credentialOf(answers: readonly TokenAnswer[], now: () => number) {
  const asked: { scopes: string | string[]; options: GetTokenOptions | undefined }[] = [];
  return {
    asked,
    async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
      asked.push({ scopes, options });
      const {
        token,
        expiresInMs = HOUR_MS,
        refreshAfterMs,
        error,
      } = answers[Math.min(asked.length, answers.length) - 1] ?? {};
      if (error !== undefined) throw error;
      if (token === undefined) return null;
      return {
        token,
        expiresOnTimestamp: now() + expiresInMs,
        ...(refreshAfterMs === undefined ? {} : { refreshAfterTimestamp: now() + refreshAfterMs }),
      };
    },
  };
}

async function started(
  faults: readonly Fault[],
  {
    tokens = [{ token: "token-1" }],
    ...options
  }: Partial<ServiceClientOptions> & { tokens?: readonly TokenAnswer[] } = {},
) {
  const server = await startFaultServer(faults);
  const waits: number[] = [];
  const time = { value: START };
  const credential = credentialOf(tokens, () => time.value);
  const client = createServiceClient({
    baseUrl: `${server.url}/sites/archive`,
    credential,
    scopes: ["https://contoso.sharepoint.com/.default"],
    now: () => new Date(time.value),
    ...options,
    retry: {
      random: () => 0,
      timer: async (milliseconds) => {
        waits.push(milliseconds);
        time.value += milliseconds;
      },
      ...options.retry,
    },
  });
  stops.push(server.stop, () => client.close());
  return { server, client, waits, time, credential };
}

const get: ServiceRequest = { method: "GET", url: "_api/web", doing: "read the site" };
const once: ServiceRequest = { method: "POST", url: "_api/site/X", body: {}, doing: "create the job", repeat: "once" };

async function errorOf(promise: Promise<unknown>): Promise<PrimepackError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PrimepackError)) throw new Error(`no PrimepackError: ${String(error)}`);
  return error;
}

describe("createServiceClient()", () => {
  it("sends JSON with a token and the decoration of its traffic, and gives the parsed reply", async () => {
    const { server, client, credential } = await started([json({ value: "a" }), { status: 204 }]);
    const reply = await client.send({ ...get, method: "POST", url: "_api/site/X", body: { a: 1 } });
    expect(reply).toMatchObject({ status: 200, body: { value: "a" }, headers: { "content-type": "application/json" } });
    expect(await client.send({ ...get, url: `${client.baseUrl}/_api/y?$top=2` })).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect(server.requests).toMatchObject([
      {
        method: "POST",
        url: "/sites/archive/_api/site/X",
        headers: {
          authorization: "Bearer token-1",
          "user-agent": "NONISV|Primepack|Primepack/0.1.0",
          "content-type": "application/json",
          accept: "application/json",
        },
      },
      { method: "GET", url: "/sites/archive/_api/y?$top=2" },
    ]);
    expect(JSON.parse(server.requests[0]?.body.toString() ?? "")).toEqual({ a: 1 });
    expect(credential.asked).toMatchObject([{ scopes: ["https://contoso.sharepoint.com/.default"] }]);
  });

  it("lets a request set its own headers and its user the decoration", async () => {
    const traffic = { kind: "ISV", company: "Contoso", application: "Mover", version: "2.1" } as const;
    const { server, client } = await started([json({})], { traffic });
    await client.send({ ...get, headers: { Accept: "application/json;odata=verbose" } });
    expect(server.requests[0]?.headers).toMatchObject({
      accept: "application/json;odata=verbose",
      "user-agent": "ISV|Contoso|Mover/2.1",
    });
    expect(() => createServiceClient({ ...unused, traffic: { company: "A|B" } })).toThrow("company must be printable");
    expect(() => createServiceClient({ ...unused, traffic: { version: "1\r\nx: y" } })).toThrow(
      "version must be printable",
    );
  });

  it("reads replies that are compressed", async () => {
    const body = gzipSync(JSON.stringify({ a: "ü".repeat(1000) }));
    const gzip = createServer((request, response) => {
      expect(request.headers["accept-encoding"]).toBe("gzip");
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(body);
    });
    await new Promise<void>((resolve) => gzip.listen(0, "127.0.0.1", resolve));
    stops.push(() => new Promise((resolve) => gzip.close(() => resolve())));
    const address = gzip.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const client = createServiceClient({
      ...unused,
      baseUrl: `http://127.0.0.1:${address.port}`,
      credential: credentialOf([{ token: "t" }], () => Date.UTC(2100, 0)),
    });
    stops.push(() => client.close());
    expect((await client.send(get)).body).toEqual({ a: "ü".repeat(1000) });
  });

  it.each([
    "http://contoso.sharepoint.com",
    "http://127.0.0.1.example",
    "http://localhost.example",
    "ftp://127.0.0.1",
    "/sites/archive",
    "https://user@contoso.sharepoint.com",
    "https://contoso.sharepoint.com/?a=b",
  ])("refuses the base URL %s", (baseUrl) => {
    expect(() => createServiceClient({ ...unused, baseUrl })).toThrow("Cannot reach the service as its URL must");
  });

  it.each(["http://localhost:1", "http://127.8.0.1", "http://[::1]:1", "https://contoso.sharepoint.com/"])(
    "takes the base URL %s",
    (baseUrl) => {
      expect(createServiceClient({ ...unused, baseUrl }).baseUrl).toBe(baseUrl.replace(/\/$/, ""));
    },
  );

  it.each([
    "https://elsewhere.example/sites/archive/_api/web",
    "//elsewhere.example/",
    "../other/_api/web",
    "%2e%2e/other",
    "javascript:alert(1)",
  ])("sends no token to %s", async (url) => {
    const { server, client, credential } = await started([json({})]);
    const result = await client.send({ ...get, url }).then(
      () => server.requests[0]?.url,
      (error: PrimepackError) => error.code,
    );
    if (url.startsWith("//")) expect(result).toBe("/sites/archive/elsewhere.example/");
    else expect([result, server.requests, credential.asked]).toEqual(["SERVICE_REPLY_INVALID", [], []]);
  });

  it("follows links of the service that write the site's path in another case", async () => {
    const { server, client } = await started([json({})]);
    await client.send({ ...get, url: `${server.url}/Sites/Archive/_api/web?$skiptoken=x` });
    expect(server.requests[0]?.url).toBe("/Sites/Archive/_api/web?$skiptoken=x");
  });

  it("follows no redirection", async () => {
    const elsewhere = await startFaultServer();
    stops.push(elsewhere.stop);
    for (const status of [301, 302, 307, 308]) {
      const { client } = await started([{ status, headers: { location: `${elsewhere.url}/login?secret=1` } }]);
      const error = await errorOf(client.send(get));
      expect(error).toMatchObject({ code: "SERVICE_REFUSED", status });
      expect(error.message).toContain(elsewhere.url);
      expect(error.message).not.toContain("secret");
    }
    expect(elsewhere.requests).toEqual([]);
  });

  it("loads nothing and asks for no token before the first request", async () => {
    const { credential, server } = await started([]);
    expect([credential.asked, server.connections]).toEqual([[], 0]);
  });
});

describe("tokens of createServiceClient()", () => {
  it("are kept until they near their end", async () => {
    const { client, credential, time, server } = await started([], { tokens: [{ token: "a" }, { token: "b" }] });
    await client.send(get);
    time.value += HOUR_MS - 121_000;
    await client.send(get);
    time.value += 2_000;
    await client.send(get);
    expect(credential.asked).toHaveLength(2);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer a", "Bearer a", "Bearer b"]);
  });

  it("are renewed when they ask for it", async () => {
    const { client, credential, time } = await started([], {
      tokens: [{ token: "a", refreshAfterMs: 1_000 }, { token: "b" }],
    });
    await client.send(get);
    time.value += 1_001;
    await client.send(get);
    expect(credential.asked).toHaveLength(2);
  });

  it("serve to their end while no new one can be had", async () => {
    const error = new Error("login is down");
    const { client, time, server } = await started([], { tokens: [{ token: "a" }, { error }] });
    await client.send(get);
    time.value += HOUR_MS - 60_000;
    await client.send(get);
    expect(server.requests).toHaveLength(2);
    time.value += 61_000;
    expect((await errorOf(client.send(get))).code).toBe("CREDENTIAL_FAILED");
  });

  it("are not asked for with each request while the login service is down", async () => {
    const error = new Error("login is down");
    const { client, credential, time } = await started([], { tokens: [{ token: "a" }, { error }] });
    await client.send(get);
    time.value += HOUR_MS - 119_000;
    for (let count = 0; count < 3; count++) await client.send(get);
    expect(credential.asked).toHaveLength(2);
    time.value += 31_000;
    await client.send(get);
    expect(credential.asked).toHaveLength(3);
  });

  it("are asked for with the claims even while another is asked for without them", async () => {
    const claims = '{"access_token":{}}';
    const challenge = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
    let giveLate = () => {};
    let asked = 0;
    const getToken = async (_scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> => {
      asked++;
      if (options?.claims !== undefined) return { token: "with-claims", expiresOnTimestamp: START + 2 * HOUR_MS };
      if (asked > 1) await new Promise<void>((resolve) => (giveLate = resolve));
      return { token: "without", expiresOnTimestamp: START + HOUR_MS };
    };
    const { client, server, time } = await started([json({}), json({}, 401, { "www-authenticate": challenge })], {
      credential: { getToken },
    });
    await client.send(get);
    time.value += HOUR_MS - 60_000;
    const waiting = new AbortController();
    const renewing = client.send({ ...get, signal: waiting.signal }).catch(() => undefined);
    while (asked < 2) await new Promise(setImmediate);
    time.value -= HOUR_MS - 60_000;
    await client.send(get);
    giveLate();
    await renewing;
    await client.send(get);
    expect(server.requests.slice(2).map(({ headers }) => headers.authorization)).toEqual([
      "Bearer with-claims",
      "Bearer without",
      "Bearer with-claims",
    ]);
  });

  it("are asked for once by all who wait for the first", async () => {
    const { client, credential } = await started([]);
    await Promise.all(Array.from({ length: 10 }, () => client.send(get)));
    expect(credential.asked).toHaveLength(1);
  });

  it("are replaced once after a 401, and the request is sent again", async () => {
    const { client, server, credential } = await started([json({}, 401), json({ ok: true })], {
      tokens: [{ token: "stale" }, { token: "fresh" }],
    });
    expect((await client.send(once)).body).toEqual({ ok: true });
    await client.send(get);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer stale",
      "Bearer fresh",
      "Bearer fresh",
    ]);
    expect(credential.asked).toHaveLength(2);
  });

  it("carry the claims that the service demands", async () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
    const challenge = `Bearer realm="", authorization_uri="https://login.example", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
    const { client, credential } = await started([json({}, 401, { "www-authenticate": challenge }), json({})], {
      tokens: [{ token: "a" }, { token: "b" }],
    });
    await client.send(get);
    expect(credential.asked[1]?.options).toMatchObject({ claims, enableCae: true });
  });

  it("are not sent twice where the credential has no other", async () => {
    const { client, server } = await started([
      json({ error: { code: "InvalidAuthenticationToken", message: "No" } }, 401),
    ]);
    expect(await errorOf(client.send(get))).toMatchObject({ code: "SERVICE_UNAUTHORIZED", status: 401 });
    expect(server.requests).toHaveLength(1);
  });

  it("are refused for good with the second 401", async () => {
    const { client, server, waits } = await started([json({}, 401), json({}, 401)], {
      tokens: [{ token: "a" }, { token: "b" }],
    });
    expect((await errorOf(client.send(get))).code).toBe("SERVICE_UNAUTHORIZED");
    expect([server.requests.length, waits]).toEqual([2, []]);
  });

  it("that can't be got end the request, with nothing of the credential's secrets", async () => {
    const error = Object.assign(
      new Error("AADSTS7000215 for client_secret=swordfish&scope=x, Bearer eyJ0eXAiOiJKV1Qi"),
      {
        request: { body: "client_secret=swordfish" },
      },
    );
    for (const tokens of [[{ error }], [{}], [{ token: "" }]]) {
      const { client, server } = await started([], { tokens });
      const refused = await errorOf(client.send(get));
      expect(refused).toMatchObject({ code: "CREDENTIAL_FAILED", retryable: false });
      expect(inspect(refused, { depth: 9 })).not.toMatch(/swordfish|eyJ0/);
      expect(server.requests).toEqual([]);
    }
  });

  it("are asked for again while the login service is overloaded", async () => {
    const error = Object.assign(new Error("busy"), { statusCode: 503 });
    const { client, waits } = await started([], { tokens: [{ error }, { token: "a" }] });
    await client.send(get);
    expect(waits).toHaveLength(1);
  });
});

describe("retries of createServiceClient()", () => {
  it("wait the greater of Retry-After and RateLimit-Reset", async () => {
    const { client, waits } = await started([
      json({}, 429, {
        "retry-after": "3",
        "ratelimit-limit": "1200",
        "ratelimit-remaining": "0",
        "ratelimit-reset": "31",
      }),
      json({}, 503, { "retry-after": "40", "ratelimit-reset": "31" }),
      json({}, 429, {
        "retry-after": new Date(START + 71_000 + 90_000).toUTCString(),
        date: new Date(START + 71_000).toUTCString(),
      }),
    ]);
    await client.send(get);
    expect(waits).toEqual([31_000, 40_000, 90_000]);
  });

  it("count a date from our own clock where the reply has none", async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      response.sendDate = false;
      if (++asked === 1) response.writeHead(429, { "retry-after": new Date(START + 5_000).toUTCString() }).end();
      else response.writeHead(200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stops.push(() => new Promise((resolve) => server.close(() => resolve())));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const { client, waits } = await started([], { baseUrl: `http://127.0.0.1:${address.port}` });
    await client.send(get);
    expect(waits).toEqual([5_000]);
  });

  it("end where the service asks for more than is waited for", async () => {
    const { client, waits } = await started([json({}, 429, { "retry-after": "301" })]);
    expect(await errorOf(client.send(get))).toMatchObject({ code: "SERVICE_THROTTLED", retryAfterMs: 301_000 });
    expect(waits).toEqual([]);
  });

  it.each([[408], [500], [502], [503], [504], ["reset" as const]])(
    "come after %s, with growing delays",
    async (fault) => {
      const failing = typeof fault === "number" ? json({}, fault) : fault;
      const { client, waits, server } = await started([failing, failing]);
      expect((await client.send(get)).status).toBe(201);
      expect([waits, server.unmet]).toEqual([[200, 400], []]);
    },
  );

  it.each([
    [400, "SERVICE_REFUSED"],
    [403, "SERVICE_FORBIDDEN"],
    [404, "SERVICE_REFUSED"],
    [409, "SERVICE_REFUSED"],
    [501, "SERVICE_FAILED"],
  ])("don't come after %d", async (status, code) => {
    const { client, waits } = await started([json({}, status)]);
    expect(await errorOf(client.send(get))).toMatchObject({ code, status, retryable: false });
    expect(waits).toEqual([]);
  });

  it("give the last error when they are used up", async () => {
    const { client, server } = await started([json({}, 502), json({}, 502), json({}, 502)], { retry: { attempts: 3 } });
    expect(await errorOf(client.send(get))).toMatchObject({ code: "SERVICE_FAILED", status: 502 });
    expect(server.unmet).toEqual([]);
    const nobody = await startFaultServer();
    await nobody.stop();
    const { client: lonely, waits } = await started([], { baseUrl: nobody.url, retry: { attempts: 3 } });
    expect((await errorOf(lonely.send(get))).code).toBe("SERVICE_UNREACHABLE");
    expect(waits).toHaveLength(2);
  });
});

describe("requests of createServiceClient() that are sent once", () => {
  it.each([
    ["a reset connection", "reset" as const],
    ["a reply that breaks off", { breakAfter: "{", declared: 9 }],
    ["408", json({}, 408)],
    ["500", json({}, 500)],
    [
      "500 of no known kind",
      json({ error: { code: "-2146232832, Microsoft.SharePoint.SPException", message: "?" } }, 500),
    ],
    ["502", json({}, 502)],
    ["503 without Retry-After", json({}, 503)],
    ["504", json({}, 504)],
    ["507", json({}, 507)],
    ["520, which gateways say when they understood nothing", json({}, 520)],
    ["success that is no JSON", { status: 200, body: "<html>" }],
  ] satisfies [string, Fault][])("are lost with %s", async (_what, fault) => {
    const { client, server, waits } = await started([fault]);
    const error = await errorOf(client.send(once));
    expect(error.code).toBe("SERVICE_ANSWER_LOST");
    expect(error.cause).toBeInstanceOf(ServiceError);
    expect([server.requests.length, waits]).toEqual([1, []]);
  });

  it.each([
    ["400", json({}, 400), "SERVICE_REFUSED"],
    ["403", json({}, 403), "SERVICE_FORBIDDEN"],
    ["501", json({}, 501), "SERVICE_FAILED"],
    [
      "500 of access denied",
      json({ error: { code: "-2147024891, System.UnauthorizedAccessException" } }, 500),
      "SERVICE_FORBIDDEN",
    ],
    [
      "500 of a bad argument",
      json({ error: { code: "-2147024809, System.ArgumentException" } }, 500),
      "SERVICE_REFUSED",
    ],
  ] satisfies [string, Fault, string][])("are refused with %s", async (_what, fault, code) => {
    const { client } = await started([fault]);
    expect((await errorOf(client.send(once))).code).toBe(code);
  });

  it("are sent again where nothing can have been done", async () => {
    const { client, server } = await started([
      json({}, 429),
      json({}, 503, { "retry-after": "1" }),
      json({ error: { code: "RetryAfterDelay", innerError: { code: "activityLimitReached" } } }, 400),
    ]);
    expect((await client.send(once)).status).toBe(201);
    expect(server.requests).toHaveLength(4);
    const nobody = await startFaultServer();
    await nobody.stop();
    const { client: lonely, waits } = await started([], { baseUrl: nobody.url, retry: { attempts: 3 } });
    expect((await errorOf(lonely.send(once))).code).toBe("SERVICE_UNREACHABLE");
    expect(waits).toHaveLength(2);
  });

  it.each([
    ["reset", (socket: Socket) => socket.resetAndDestroy()],
    ["closed", (socket: Socket) => socket.end()],
    ["answered without TLS", (socket: Socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ])("were not sent where the handshake is %s", async (_how, answer) => {
    const baseUrl = await tcpServer((socket) => socket.once("data", () => answer(socket)));
    const { client } = await started([], { baseUrl, retry: { attempts: 2 } });
    const error = await errorOf(client.send(once));
    expect(error.code).toBe("SERVICE_UNREACHABLE");
    expect(error.message).not.toContain("\n");
  });

  it("end at once when they are aborted while the connection is being made", async () => {
    const controller = new AbortController();
    const baseUrl = await tcpServer((socket) => socket.once("data", () => controller.abort()));
    const { client } = await started([], { baseUrl });
    // The handshake itself would be waited for 10 seconds.
    expect((await errorOf(client.send({ ...once, signal: controller.signal }))).code).toBe("ABORTED");
  }, 8_000);

  it("go over a connection of their own, which nobody is closing", async () => {
    const { client, server } = await started([]);
    await client.send(get);
    const kept = server.connections;
    await client.send(once);
    await client.send(once);
    expect(server.connections).toBe(kept + 2);
  });
});

describe("pacing of createServiceClient()", () => {
  it("holds all requests while the service refuses any", async () => {
    const { client, waits, time } = await started([json({}, 429, { "retry-after": "10" })]);
    await client.send(get);
    expect([waits, time.value]).toEqual([[10_000], START + 10_000]);
    await client.send(get);
    expect(waits).toHaveLength(1);
  });

  it("waits for the reset once nothing remains", async () => {
    const { client, waits } = await started([
      json({}, 200, { "ratelimit-limit": "1200", "ratelimit-remaining": "0", "ratelimit-reset": "17" }),
    ]);
    await client.send(get);
    expect(waits).toEqual([]);
    await client.send(get);
    expect(waits).toEqual([17_000]);
  });

  it("spreads what remains over the time until the reset", async () => {
    const { client, waits } = await started([
      json({}, 200, { "ratelimit-limit": "1200", "ratelimit-remaining": "100", "ratelimit-reset": "20" }),
    ]);
    await client.send(get);
    for (let count = 0; count < 4; count++) await client.send(get);
    expect(waits).toEqual([200, 200, 200]);
  });
});

describe("errors of createServiceClient()", () => {
  it.each([
    [
      "SharePoint, verbose",
      {
        error: {
          code: "-2147024891, System.UnauthorizedAccessException",
          message: { lang: "en-US", value: "Access denied." },
        },
      },
      { serviceCode: "-2147024891", innerCode: "System.UnauthorizedAccessException", serviceMessage: "Access denied." },
    ],
    [
      "SharePoint, other modes",
      {
        "odata.error": { code: "-1, Microsoft.SharePoint.Client.ResourceNotFoundException", message: { value: "No." } },
      },
      { serviceCode: "-1", innerCode: "Microsoft.SharePoint.Client.ResourceNotFoundException", serviceMessage: "No." },
    ],
    [
      "Graph",
      {
        error: {
          code: "migrationBadRequest",
          message: "Bad.",
          innerError: { code: "outer", innererror: { code: "inner" } },
        },
      },
      { serviceCode: "migrationBadRequest", innerCode: "inner", serviceMessage: "Bad." },
    ],
    [
      "a login front end",
      { error: "invalid_client", error_description: "No." },
      { serviceCode: "invalid_client", serviceMessage: "No." },
    ],
    ["nobody that is known", { a: 1 }, { serviceMessage: '{"a":1}' }],
  ])("tell what %s said", async (_who, body, expected) => {
    const { client } = await started([json(body, 403, { sprequestguid: "abc-1" })]);
    const error = await errorOf(client.send(get));
    expect(error).toMatchObject({ ...expected, status: 403, requestId: "abc-1" });
    expect(error.message).toContain(`: ${expected.serviceMessage} (request abc-1)`);
  });

  it.each([
    ["Too <b>many</b>\r\n requests &amp; co", "Too many requests &amp; co"],
    ["<html><head><title> Sign in </title></head><body>…</body></html>", "Sign in"],
    ["<script>var a = 1;</script><p>Down</p>", "Down"],
    [`${"x".repeat(100_000)}`, "x".repeat(500)],
    ["", undefined],
  ])("tell of text that is no JSON: %j", async (body, expected) => {
    const { client } = await started([{ status: 400, body }]);
    expect((await errorOf(client.send(get))) as ServiceError).toHaveProperty("serviceMessage", expected);
  });

  it("take no code for what every object has", async () => {
    const { client } = await started([json({ error: { code: "constructor", innerError: { code: "toString" } } }, 400)]);
    expect(await errorOf(client.send(get))).toMatchObject({ code: "SERVICE_REFUSED", innerCode: "toString" });
  });

  it("know final answers among those with status 500", async () => {
    for (const [code, expected] of [
      ["-2147213145, Microsoft.SharePoint.SPException", "JOB_NOT_FOUND"],
      ["-2147213146, Microsoft.SharePoint.SPException", "JOB_STATUS_EXPIRED"],
    ] as const) {
      const { client, waits } = await started([json({ error: { code, message: { value: "Job" } } }, 500)]);
      expect((await errorOf(client.send(get))).code).toBe(expected);
      expect(waits).toEqual([]);
    }
  });

  it("are those of replies that can't be used", async () => {
    const { client, server } = await started([
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in with sig=abc</html>" },
      { status: 200, body: "x".repeat(17 * 1024 * 1024) },
      { status: 200, headers: { "content-encoding": "gzip" }, body: "no gzip" },
    ]);
    const page = await errorOf(client.send(get));
    expect(page).toMatchObject({ code: "SERVICE_REPLY_INVALID" });
    expect(inspect(page)).not.toContain("Sign in");
    expect((await errorOf(client.send(get))).message).toContain("larger than 16777216 bytes");
    expect((await errorOf(client.send(get))).code).toBe("SERVICE_REPLY_INVALID");
    expect(server.requests).toHaveLength(3);
  });

  it("hold no secret that a service repeats", async () => {
    const key = Buffer.alloc(32, "k").toString("base64");
    const text = `Bad '${key}' https://a.blob.core.windows.net/c?sig=s3cr%2Ft&se=1 Bearer eyJhbGciOiJub25l`;
    const inOtherEncodings = {
      u: `https://a/c?sv=1&sig=s3cr%2Ft ${encodeURIComponent("https://a/c?sv=1&sig=s3cr%2Ft")}`,
      containerInfo: { encryptionKey: "s3cr" },
    };
    const { client, server } = await started([
      json({ error: { code: "x", message: text } }, 400),
      { status: 400, body: text },
      { status: 400, body: JSON.stringify(inOtherEncodings).replaceAll("&", "\\u0026") },
    ]);
    for (let count = 0; count < 3; count++) {
      const error = inspect(await errorOf(client.send(get)), { depth: 9 });
      expect(error).not.toMatch(/s3cr|eyJh/);
      expect(error).not.toContain(key);
    }
    expect(server.unmet).toEqual([]);
  });

  it("leave nothing to wait for when a request was aborted while its connection was being made", async () => {
    const controller = new AbortController();
    const baseUrl = await tcpServer((socket) => socket.once("data", () => controller.abort()));
    const { client } = await started([], { baseUrl });
    expect((await errorOf(client.send({ ...get, signal: controller.signal }))).code).toBe("ABORTED");
    // The handshake itself would be waited for 10 seconds.
    await client.close();
  }, 8_000);

  it("are ABORTED at any stage once the signal aborts", async () => {
    const { client, server } = await started([json({}, 429, { "retry-after": "60" })], {
      retry: {
        timer: (_milliseconds, signal) => new Promise((_resolve, reject) => signal?.addEventListener("abort", reject)),
      },
    });
    expect((await errorOf(client.send({ ...get, signal: AbortSignal.abort() }))).code).toBe("ABORTED");
    expect(server.requests).toEqual([]);
    const waiting = new AbortController();
    const sending = errorOf(client.send({ ...get, signal: waiting.signal }));
    while (server.requests.length === 0) await new Promise(setImmediate);
    waiting.abort();
    expect((await sending).code).toBe("ABORTED");
    const never = createServiceClient({
      ...unused,
      baseUrl: server.url,
      credential: { getToken: () => new Promise(() => {}) },
    });
    const controller = new AbortController();
    const asking = errorOf(never.send({ ...get, signal: controller.signal }));
    controller.abort();
    expect((await asking).code).toBe("ABORTED");
    await never.close();
  });
});

describe("the log of createServiceClient()", () => {
  it("tells of each answer and each repetition, without queries, headers and bodies", async () => {
    const lines: unknown[] = [];
    const log = (message: string, fields?: object) => void lines.push({ message, ...fields });
    const { client } = await started([json({}, 502), json({ secret: "reply" }, 200, { "request-id": "abc-1" })], {
      logger: { debug: log, warn: log },
    });
    await client.send({ ...get, method: "POST", url: "_api/web?secret=query", body: { secret: "body" } });
    expect(lines).toMatchObject([
      { message: "The service answered", method: "POST", path: "/sites/archive/_api/web", status: 502 },
      { message: "A request is repeated", attempt: 1 },
      { message: "The service answered", status: 200, requestId: "abc-1" },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/secret|token-1/);
  });
});

describe("createServiceClient() over TLS", () => {
  it("goes through a proxy and trusts an authority of its own", async () => {
    const certificate = selfSignedCertificate();
    const [server, proxy] = [await startFaultServer([], certificate), await startHttpProxy("me:secret")];
    stops.push(server.stop, proxy.stop);
    const withUser = proxy.url.replace("//", "//me:secret@");
    for (const [noProxy, expected] of [
      [[], [`CONNECT ${new URL(server.url).host}`, `CONNECT ${new URL(server.url).host}`]],
      [["127.0.0.1"], []],
    ] as const) {
      const asked = proxy.asked.length;
      const client = createServiceClient({
        ...unused,
        baseUrl: server.url,
        credential: credentialOf([{ token: "t" }], () => Date.UTC(2100, 0)),
        network: { proxy: withUser, noProxy, ca: [certificate.cert] },
      });
      await client.send(get);
      await client.send(once);
      await client.close();
      expect(proxy.asked.slice(asked)).toEqual(expected);
    }
  });

  it("refuses a certificate that nobody vouches for, at once", async () => {
    const server = await startFaultServer([], selfSignedCertificate());
    stops.push(server.stop);
    const client = createServiceClient({
      ...unused,
      baseUrl: server.url,
      credential: credentialOf([{ token: "t" }], () => Date.UTC(2100, 0)),
    });
    stops.push(() => client.close());
    expect(await errorOf(client.send(once))).toMatchObject({ code: "SERVICE_UNREACHABLE", retryable: false });
    expect(server.requests).toEqual([]);
  });

  it("never lets a proxy see a token that goes without TLS", async () => {
    const proxy = await startHttpProxy();
    stops.push(proxy.stop);
    const { client } = await started([], { network: { proxy: proxy.url } });
    await client.send(get);
    await client.send(once);
    expect(proxy.asked).toEqual([]);
  });
});

/** Accepts connections and leaves them to `serve`; gives the URL for those who take it for a service with TLS. */
async function tcpServer(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `https://127.0.0.1:${address.port}`;
}

/** Options for clients that send nothing. */
const unused: ServiceClientOptions = {
  baseUrl: "https://contoso.sharepoint.com",
  credential: { getToken: async () => null },
  scopes: ["https://contoso.sharepoint.com/.default"],
};
