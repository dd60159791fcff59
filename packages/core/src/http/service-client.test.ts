import { type Fault, type FaultServer, startFaultServer } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { createServiceClient } from "./service-client.ts";
import type { ServiceClientOptions } from "./service-types.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Fault => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

async function started(faults: readonly Fault[], options: Partial<ServiceClientOptions> = {}) {
  const server: FaultServer = await startFaultServer(faults);
  const waits: number[] = [];
  let time = Date.UTC(2026, 0, 1);
  const client = createServiceClient({
    baseUrl: `${server.url}/sites/archive`,
    credential: { getToken: async () => ({ token: "token-1", expiresOnTimestamp: time + 3_600_000 }) },
    scopes: ["https://contoso.sharepoint.com/.default"],
    now: () => new Date(time),
    ...options,
    retry: {
      random: () => 0,
      timer: async (milliseconds) => {
        waits.push(milliseconds);
        time += milliseconds;
      },
      ...options.retry,
    },
  });
  stops.push(server.stop, () => client.close());
  return { server, client, waits };
}

describe("createServiceClient()", () => {
  it("sends JSON with a token and the decoration of its traffic, and gives the parsed reply", async () => {
    const { server, client } = await started([json({ value: "a" }), { status: 204 }]);
    const reply = await client.send({ method: "POST", url: "_api/site/X", body: { a: 1 }, doing: "try" });
    expect(reply).toMatchObject({ status: 200, body: { value: "a" }, headers: { "content-type": "application/json" } });
    expect(await client.send({ method: "GET", url: `${client.baseUrl}/_api/y?$top=2`, doing: "try" })).toMatchObject({
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
  });
});
