import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServiceClient, type RetryOptions } from "@primepack/core/http";
import { afterEach, describe, expect, it } from "vitest";
import type { EventPage } from "../types.ts";
import type { ServiceEvents } from "./event-source.ts";
import { progressEvents } from "./progress-events.ts";

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";
const log = (Event: string) => JSON.stringify({ Event, JobId: JOB });
const credential = { getToken: () => Promise.resolve({ token: "secret", expiresOnTimestamp: 32_503_680_000_000 }) };

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

const open: (Server | ServiceEvents)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) {
    if ("read" in one) await one.close();
    else await new Promise((resolve) => one.close(resolve));
  }
});

/** A site that answers by what its URL asks for; without an answer, 404. */
async function site(answer: (jobId: string, token: string) => Answer | undefined, retry: RetryOptions = {}) {
  const urls: string[] = [];
  const accepted: (string | undefined)[] = [];
  const server = createServer((request, reply) => {
    urls.push(request.url ?? "");
    accepted.push(request.headers.accept);
    const [, jobId = "", token = ""] =
      /^\/sites\/a\/_api\/site\/GetMigrationJobProgress\(jobId=(.*?),nextToken=(.*)\)$/.exec(request.url ?? "") ?? [];
    const { status = 200, headers = {}, body } = answer(jobId, token) ?? { status: 404, body: {} };
    reply.writeHead(status, { "content-type": "application/json", ...headers });
    reply.end(JSON.stringify(body));
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const siteUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sites/a`;
  const events = progressEvents({ siteUrl, credential, retry: { timer: () => Promise.resolve(), ...retry } });
  open.push(events);
  return { siteUrl, events, urls, accepted };
}

const shown = ({ events, token, requests }: EventPage) => [events.map(({ type }) => type).join(" "), token, requests];

/** `"0"` leads to 2, 2 to 5, where there is no news. */
function pages(token: string): { readonly Logs: readonly string[]; readonly NextToken: string } {
  if (token === "0") return { Logs: [log("JobQueued"), log("JobStart")], NextToken: "2" };
  if (token === "2") return { Logs: [log("JobProgress"), log("JobError"), log("JobEnd")], NextToken: "5" };
  return { Logs: [], NextToken: token };
}

const ALL = "JobQueued JobStart JobProgress JobError JobEnd";

describe("progressEvents()", () => {
  it.each([
    ["nometadata", (page: object) => page],
    ["minimalmetadata", (page: object) => ({ "odata.metadata": "https://a/$metadata", ...page })],
    [
      "verbose",
      ({ Logs, NextToken }: ReturnType<typeof pages>) => ({
        d: {
          GetMigrationJobProgress: {
            Logs: { __metadata: { type: "Collection(Edm.String)" }, results: Logs },
            NextToken,
            __metadata: { type: "SP.MigrationJobProgress" },
          },
        },
      }),
    ],
    [
      "with nextToken as a number",
      ({ Logs, NextToken }: ReturnType<typeof pages>) => ({ Logs, nextToken: Number(NextToken) }),
    ],
    ["wrapped as a value", (page: object) => ({ value: page })],
  ])("reads on until there is no news, in the mode %s", async (_name, form) => {
    const { events, urls, accepted } = await site((_jobId, token) => ({ body: form(pages(token)) }));
    expect(shown(await events.read(`{${JOB.toUpperCase()}}`, undefined))).toEqual([ALL, "5", 3]);
    expect(urls[0]).toBe(`/sites/a/_api/site/GetMigrationJobProgress(jobId=guid'${JOB}',nextToken=0)`);
    expect(accepted[0]).toBe("application/json;odata=nometadata");
  });

  it("goes on from a token, and gives it back where there is no news", async () => {
    const { events } = await site((_jobId, token) => ({ body: pages(token) }));
    expect(shown(await events.read(JOB, "2"))).toEqual(["JobProgress JobError JobEnd", "5", 2]);
    expect(shown(await events.read(JOB, "5"))).toEqual(["", "5", 1]);
  });

  it("takes the other form of the job's id where one is refused, and keeps to it", async () => {
    const { events, urls } = await site((jobId, token) =>
      jobId.startsWith("guid") ? { status: 400, body: {} } : { body: pages(token) },
    );
    expect(shown(await events.read(JOB, undefined))).toEqual([ALL, "5", 3]);
    expect(urls.map((url) => url.includes("guid"))).toEqual([true, false, false, false]);
    expect(urls[1]).toContain(`(jobId='${JOB}',nextToken=0)`);
  });

  it("throws what the first form met if both are refused", async () => {
    const { events, urls } = await site(() => ({ status: 400, body: {} }));
    await expect(events.read(JOB, undefined)).rejects.toMatchObject({ code: "SERVICE_REFUSED", status: 400 });
    expect(urls).toHaveLength(2);
  });

  it("quotes a token that is no number", async () => {
    const { events, urls } = await site(() => ({ body: { Logs: [], NextToken: "it's" } }));
    await events.read(JOB, "it's");
    expect(urls[0]).toContain(",nextToken=%27it%27%27s%27)");
  });

  it.each([
    ["-2147213145, SP.SPException", "Job not found", "JOB_NOT_FOUND"],
    ["-2147213146, SP.SPException", "Job status expired", "JOB_STATUS_EXPIRED"],
  ])("asks no more after 500 with %s", async (code, value, expected) => {
    const { events, urls } = await site(() => ({
      status: 500,
      body: { "odata.error": { code, message: { lang: "en-US", value } } },
    }));
    await expect(events.read(JOB, undefined)).rejects.toMatchObject({ code: expected, retryable: false });
    expect(urls).toHaveLength(1);
  });

  it("leaves another 500 to whoever asks again", async () => {
    const answer = () => ({ status: 500, body: { "odata.error": { code: "-1, System.Exception" } } });
    const { events, urls } = await site(answer, { attempts: 2 });
    await expect(events.read(JOB, undefined)).rejects.toMatchObject({ code: "SERVICE_FAILED", retryable: true });
    expect(urls).toHaveLength(2);
  });

  it("passes the wait on that a 429 asks for", async () => {
    const answer = () => ({ status: 429, headers: { "retry-after": "120" }, body: {} });
    const { events } = await site(answer, { attempts: 1 });
    await expect(events.read(JOB, undefined)).rejects.toMatchObject({ throttled: true, retryAfterMs: 120_000 });
  });

  it("passes entries through that are no events, and stops at a page that leads to itself", async () => {
    const { events } = await site(() => ({
      body: { Logs: ["no JSON", { Event: "JobEnd", JobId: JOB }], NextToken: 0 },
    }));
    expect(shown(await events.read(JOB, undefined))).toEqual(["unknown JobEnd", "0", 1]);
  });

  const strange = { Event: "JobEnd", JobId: JOB };
  it.each([
    [{ error: "none" }],
    [[1]],
    ["text"],
    [null],
    [{ Logs: strange, NextToken: "5" }],
    [{ Logs: JSON.stringify(strange), NextToken: "5" }],
  ])("refuses a reply of %j", async (body) => {
    const { events } = await site(() => ({ body }));
    await expect(events.read(JOB, undefined)).rejects.toMatchObject({ code: "SERVICE_REPLY_INVALID" });
  });

  it("stops after a thousand pages, from where the next read goes on", async () => {
    const { events } = await site((_jobId, token) => ({
      body: { Logs: ["{}"], NextToken: String(Number(token) + 1) },
    }));
    const { events: read, token, requests } = await events.read(JOB, undefined);
    expect([read.length, token, requests]).toEqual([1000, "1000", 1000]);
  });

  it("asks for no job whose id is no GUID", async () => {
    const { events, urls } = await site(() => undefined);
    await expect(events.read("x')/lists('", undefined)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(urls).toEqual([]);
  });

  it("ends with ABORTED when its signal aborts", async () => {
    const abort = new AbortController();
    const { events } = await site((_jobId, token) => {
      abort.abort();
      return { body: pages(token) };
    });
    await expect(events.read(JOB, undefined, abort.signal)).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("takes a client of the caller's, and leaves it open", async () => {
    const { siteUrl } = await site((_jobId, token) => ({ body: pages(token) }));
    const client = createServiceClient({ baseUrl: siteUrl, credential, scopes: ["a"] });
    const events = progressEvents({ client });
    await events.read(JOB, undefined);
    await events.close();
    expect(shown(await events.read(JOB, "5"))).toEqual(["", "5", 1]);
    await client.close();
  });
});
