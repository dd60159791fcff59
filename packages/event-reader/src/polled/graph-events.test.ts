import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { EventPage } from "../types.ts";
import type { ServiceEvents } from "./event-source.ts";
import { graphEvents } from "./graph-events.ts";

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";
const PATH = `/v1.0/storage/fileStorage/containers/b!abc/migrationJobs/${JOB}/progressEvents`;
const credential = { getToken: () => Promise.resolve({ token: "secret", expiresOnTimestamp: 32_503_680_000_000 }) };

const event = (name: string, more: object = {}) => ({
  "@odata.type": `#microsoft.graph.sharePointMigration${name}Event`,
  id: name,
  jobId: JOB,
  eventDateTime: "2025-11-03T19:11:33.903Z",
  ...more,
});
const queued = event("JobQueued");
const started = event("JobStart");
const progress = event("JobProgress", { isCompleted: false });
const end = event("JobProgress", { isCompleted: true });

const open: (Server | ServiceEvents)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) {
    if ("read" in one) await one.close();
    else await new Promise((resolve) => one.close(resolve));
  }
});

interface Page {
  readonly value: readonly object[];
  /** Where its link leads. */
  readonly next?: string;
}

/** A Graph whose pages are those of `pages`, by token; "" is the first. */
async function graph(pages: Record<string, Page>, refusal?: { readonly status: number; readonly body: object }) {
  const urls: string[] = [];
  const server = createServer((request, reply) => {
    const url = request.url ?? "";
    urls.push(url);
    const [path, token = ""] = url.split("?$skiptoken=");
    const page = path === PATH ? pages[token] : undefined;
    reply.writeHead(refusal?.status ?? (page === undefined ? 404 : 200), { "content-type": "application/json" });
    // On another host than the one that was asked, as behind a gateway.
    const nextLink = { "@odata.nextLink": `https://graph.example${PATH}?$top=5&$skiptoken=${page?.next}&x=1` };
    reply.end(JSON.stringify(refusal?.body ?? { value: page?.value, ...(page?.next === undefined ? {} : nextLink) }));
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const graphUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1.0`;
  const events = graphEvents({ graphUrl, containerId: "b!abc", credential });
  open.push(events);
  return { events, urls };
}

const shown = ({ events, token, requests }: EventPage) => [events.map(({ type }) => type).join(" "), token, requests];

describe("graphEvents()", () => {
  it("follows the pages until one is empty and leads to itself", async () => {
    const { events, urls } = await graph({
      "": { value: [queued, started], next: "ODY4MA" },
      ODY4MA: { value: [progress, end], next: "ODY4NA%3D%2B" },
      "ODY4NA%3D%2B": { value: [], next: "ODY4NA%3D%2B" },
    });
    const page = await events.read(`{${JOB.toUpperCase()}}`, undefined);
    expect(shown(page)).toEqual(["JobQueued JobStart JobProgress JobEnd", "0:ODY4NA%3D%2B", 3]);
    expect(urls).toEqual([PATH, `${PATH}?$skiptoken=ODY4MA`, `${PATH}?$skiptoken=ODY4NA%3D%2B`]);
    expect(shown(await events.read(JOB, page.token))).toEqual(["", "0:ODY4NA%3D%2B", 1]);
  });

  it("reads a last page without a link again as it grows, giving only what is new", async () => {
    const pages: Record<string, Page> = { "": { value: [queued] } };
    const { events } = await graph(pages);
    const first = await events.read(JOB, undefined);
    expect(shown(first)).toEqual(["JobQueued", "1:", 1]);
    expect(shown(await events.read(JOB, first.token))).toEqual(["", "1:", 1]);
    pages[""] = { value: [queued, started], next: "Mg" };
    pages.Mg = { value: [progress] };
    const second = await events.read(JOB, first.token);
    expect(shown(second)).toEqual(["JobStart JobProgress", "1:Mg", 2]);
    pages.Mg = { value: [progress, end] };
    expect(shown(await events.read(JOB, second.token))).toEqual(["JobEnd", "2:Mg", 1]);
  });

  it("goes on over an empty page that leads elsewhere", async () => {
    const { events } = await graph({
      "": { value: [], next: "MQ" },
      MQ: { value: [end], next: "Mg" },
      Mg: { value: [] },
    });
    expect(shown(await events.read(JOB, undefined))).toEqual(["JobEnd", "0:Mg", 3]);
  });

  it("takes a plain $skiptoken as a token too", async () => {
    const { events } = await graph({ MQ: { value: [end] } });
    expect(shown(await events.read(JOB, "MQ"))).toEqual(["JobEnd", "1:MQ", 1]);
  });

  it.each([
    ["jobNotFound", "JOB_NOT_FOUND"],
    ["jobProgressExpired", "JOB_STATUS_EXPIRED"],
  ])("ends with 404 and %s", async (code, expected) => {
    const body = { error: { code: "migrationNotFound", message: "no", innerError: { code } } };
    const { events, urls } = await graph({}, { status: 404, body });
    await expect(events.read(JOB, undefined)).rejects.toMatchObject({ code: expected, retryable: false });
    expect(urls).toHaveLength(1);
  });

  it("refuses a reply without a list", async () => {
    const { events } = await graph({}, { status: 200, body: { value: "none" } });
    await expect(events.read(JOB, undefined)).rejects.toMatchObject({ code: "SERVICE_REPLY_INVALID" });
  });
});
