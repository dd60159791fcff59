import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { collect, type Fault, startFaultServer } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { type ContentUrlOptions, UrlContents } from "./url-content.ts";

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serveFaults(faults: readonly Fault[]) {
  const server = await startFaultServer(faults);
  stops.push(() => server.stop());
  return server;
}

const waits: number[] = [];
const retry: NonNullable<ContentUrlOptions["retry"]> = {
  attempts: 4,
  random: () => 0,
  timer: async (milliseconds) => {
    waits.push(milliseconds);
  },
};

async function read(
  url: string,
  size: number,
  reference: { readonly offset?: number; readonly length?: number; readonly etag?: string } = {},
  options: Partial<ContentUrlOptions> = {},
): Promise<string> {
  waits.length = 0;
  const contents = new UrlContents({ origins: [new URL(url).origin], retry, ...options });
  const { open } = contents.content({ url, ...reference }, size);
  return Buffer.concat(await collect(await open(new AbortController().signal))).toString();
}

const text = "0123456789";

/** A server that answers ranges, and of one request gives only some bytes before the connection breaks. */
function rangeServer(etag: (request: number) => string | undefined, breaks: readonly number[] = []) {
  const seen: { readonly range: string | undefined; readonly match: string | undefined }[] = [];
  const answer: RequestListener = (request, response) => {
    const { range, "if-match": match } = request.headers;
    const state = etag(seen.length);
    const cut = breaks[seen.length];
    seen.push({ range, match });
    if (match !== undefined && match !== state) {
      response.writeHead(412).end();
      return;
    }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
    const start = Number(from ?? 0);
    const end = Math.min(Number(to ?? text.length - 1), text.length - 1);
    response.writeHead(range === undefined ? 200 : 206, {
      "content-length": end - start + 1,
      ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${text.length}` }),
      ...(state === undefined ? {} : { etag: state }),
    });
    const body = text.slice(start, end + 1);
    if (cut === undefined) response.end(body);
    else response.write(body.slice(0, cut), () => setImmediate(() => request.socket.destroy()));
  };
  return { seen, answer };
}

describe("UrlContents", () => {
  it("reads a whole resource, and ranges of it", async () => {
    const { seen, answer } = rangeServer(() => '"1"');
    const url = `${await serve(answer)}/a%20b?sig=1`;
    expect(await read(url, 10)).toBe(text);
    expect(await read(url, 3, { offset: 2 })).toBe("234");
    expect(await read(url, 4, { length: 4 })).toBe("0123");
    expect(await read(url, 0, { offset: 3, length: 0 })).toBe("");
    expect(seen).toEqual([
      { range: undefined, match: undefined },
      { range: "bytes=2-4", match: undefined },
      { range: "bytes=0-3", match: undefined },
    ]);
  });

  it("goes on where a connection broke if the ETag shows that nothing changed", async () => {
    const { seen, answer } = rangeServer(() => '"1"', [4, 3]);
    expect(await read(await serve(answer), 10)).toBe(text);
    expect(seen).toEqual([
      { range: undefined, match: undefined },
      { range: "bytes=4-9", match: '"1"' },
      { range: "bytes=7-9", match: '"1"' },
    ]);
  });

  it("begins no second time once bytes were given of a resource without a strong ETag", async () => {
    for (const etag of [undefined, 'W/"1"']) {
      const { answer } = rangeServer(() => etag, [4]);
      await expect(read(await serve(answer), 10)).rejects.toMatchObject({ code: "SOURCE_UNREACHABLE" });
    }
  });

  it("gives bytes of one state only, over all attempts and against the inventory's ETag", async () => {
    const { answer } = rangeServer((request) => `"${request}"`, [4]);
    await expect(read(await serve(answer), 10)).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
    const other = rangeServer(() => '"2"');
    await expect(read(await serve(other.answer), 10, { etag: '"1"' })).rejects.toMatchObject({
      code: "SOURCE_CHANGED",
    });
    const weak = rangeServer(() => 'W/"2"');
    await expect(read(await serve(weak.answer), 10, { etag: 'W/"1"' })).rejects.toMatchObject({
      code: "SOURCE_CHANGED",
    });
    const again = rangeServer((request) => (request === 0 ? 'W/"1"' : 'W/"2"'));
    const url = await serve(again.answer);
    const { open } = new UrlContents({ origins: [url] }).content({ url }, 10);
    const { signal } = new AbortController();
    await collect(await open(signal));
    await expect(collect(await open(signal))).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
  });

  it("waits as the service asks, and repeats what passes", async () => {
    const server = await serveFaults([
      { status: 429, headers: { "retry-after": "7" } },
      { status: 503, headers: { "retry-after": "3" } },
      "reset",
      { status: 200, body: "hello" },
    ]);
    expect(await read(server.url, 5)).toBe("hello");
    expect(waits).toEqual([7000, 3000, 800]);
    expect(server.unmet).toEqual([]);
  });

  it.each<[Fault, string]>([
    [{ status: 404 }, "SOURCE_GONE"],
    [{ status: 410 }, "SOURCE_GONE"],
    [{ status: 401 }, "SOURCE_UNREADABLE"],
    [{ status: 403 }, "SOURCE_UNREADABLE"],
    [{ status: 416 }, "SOURCE_CHANGED"],
    [{ status: 204 }, "SOURCE_UNREADABLE"],
    [{ status: 200, body: "hell" }, "SOURCE_CHANGED"],
    [{ status: 200, body: "hello!" }, "SOURCE_CHANGED"],
    [{ status: 200, headers: { "transfer-encoding": "chunked" }, body: "hello!" }, "SOURCE_CHANGED"],
    [{ status: 200, headers: { "content-encoding": "gzip" }, body: "hello" }, "SOURCE_UNREADABLE"],
    [{ status: 302, headers: { location: "http://169.254.169.254/latest?sig=secret" } }, "SOURCE_UNREADABLE"],
    [{ status: 302, headers: { location: "file:///etc/passwd" } }, "SOURCE_UNREADABLE"],
    [{ status: 302, headers: { location: "http://[" } }, "SOURCE_UNREADABLE"],
  ])("answers %j with an error of its own, once, and shows no query", async (fault, code) => {
    const server = await serveFaults([fault]);
    const error = await read(`${server.url}/a?sig=secret`, 5).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(`${server.url}/a as`);
    expect(String(error)).not.toContain("secret");
    expect(server.requests).toHaveLength(1);
  });

  it("refuses what is no range, where one was asked for", async () => {
    const server = await serveFaults([
      { status: 200, body: text },
      { status: 206, headers: { "content-range": "bytes 0-2/10" }, body: "012" },
    ]);
    await expect(read(server.url, 3, { offset: 2 })).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
    await expect(read(server.url, 3, { offset: 2 })).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  });

  it("follows redirects to origins that it may, and asks for headers each time", async () => {
    const target = await serveFaults([{ status: 200, body: "hello" }]);
    const server = await serveFaults([
      { status: 302, headers: { location: "/b" } },
      { status: 307, headers: { location: `${target.url}/c?d` } },
    ]);
    const asked: string[] = [];
    const options: Partial<ContentUrlOptions> = {
      origins: [server.url, target.url],
      headers: async (url) => {
        asked.push(url);
        return { authorization: `token ${asked.length}` };
      },
    };
    expect(await read(`${server.url}/a`, 5, {}, options)).toBe("hello");
    expect(asked).toEqual([`${server.url}/a`, `${server.url}/b`, `${target.url}/c?d`]);
    expect(target.requests[0]?.headers.authorization).toBe("token 3");
    const loop = await serveFaults(Array.from({ length: 6 }, () => ({ status: 302, headers: { location: "/" } })));
    await expect(read(loop.url, 5)).rejects.toMatchObject({
      message: expect.stringContaining("more than 5 redirects"),
    });
  });

  it("follows no redirect to an origin or protocol that it may not, and asks for no headers for it", async () => {
    const other = await serveFaults([{ status: 200, body: "hello" }]);
    for (const location of [`${other.url}/latest/meta-data`, "file:///etc/hostname", "https://any.example/"]) {
      const server = await serveFaults([{ status: 302, headers: { location } }]);
      const asked: string[] = [];
      const headers = (url: string) => {
        asked.push(url);
        return {};
      };
      await expect(read(`${server.url}/a`, 5, {}, { headers })).rejects.toMatchObject({
        code: "SOURCE_UNREADABLE",
        message: expect.stringContaining("which contentUrls.origins doesn't name"),
      });
      expect(asked).toEqual([`${server.url}/a`]);
    }
    expect(other.requests).toEqual([]);
  });

  it("allows with `any` whatever has https:", () => {
    const contents = new UrlContents({ origins: "any" });
    expect(contents.allows("https://contoso.com/a")).toBe(true);
    expect(contents.allows("http://contoso.com/a")).toBe(false);
  });

  it("ends when the signal aborts, while it waits for a reply too", async () => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort());
    const { open } = new UrlContents({ origins: [url], retry }).content({ url }, 5);
    await expect(collect(await open(controller.signal))).rejects.toMatchObject({ code: "ABORTED" });
  });
});
