import { afterEach, describe, expect, it } from "vitest";
import { type FaultServer, startFaultServer } from "./fault-server.ts";
import { type Relay, startRelay } from "./relay.ts";

let service: FaultServer;
let relay: Relay;
afterEach(async () => {
  await relay.stop();
  await service.stop();
});

describe("startRelay()", () => {
  it("passes a request on and its answer back as they are, and keeps both", async () => {
    service = await startFaultServer([{ status: 422, headers: { "Retry-After": "7", "x-own": "1" }, body: "no Ä" }]);
    const steps: string[] = [];
    relay = await startRelay(service.url, {
      onRequest: ({ number, url }) => steps.push(`request ${number} ${url}`),
      onReply: ({ status }) => steps.push(`reply ${status}`),
      onDelivered: () => steps.push("delivered"),
    });
    const path = "/beta/x(a='o''neil%40b')?$select=id%2Cstatus";
    const reply = await fetch(`${relay.url}${path}`, { method: "PATCH", headers: { "x-mine": "2" }, body: "{Ü}" });
    expect([reply.status, reply.headers.get("retry-after"), reply.headers.get("x-own"), await reply.text()]).toEqual([
      ...[422, "7", "1", "no Ä"],
    ]);
    const { method, url, headers = {}, body } = service.requests[0] ?? {};
    expect([method, url, headers["x-mine"], String(body)]).toEqual(["PATCH", path, "2", "{Ü}"]);
    expect(relay.exchanges).toMatchObject([
      { number: 1, method: "PATCH", url: path, body: "{Ü}", status: 422, reply: "no Ä" },
    ]);
    expect(steps).toEqual([`request 1 ${path}`, "reply 422", "delivered"]);
  });

  it("drops a request that the service drops", async () => {
    service = await startFaultServer(["reset"]);
    relay = await startRelay(service.url, { keep: false });
    await expect(fetch(relay.url)).rejects.toThrow();
    expect(relay.exchanges).toEqual([]);
    expect(service.requests).toHaveLength(1);
  });
});
