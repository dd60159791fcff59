import { randomUUID } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BlobServiceClient, ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blobContainer } from "./blob-container.ts";
import { directPipelines } from "./direct.ts";
import { jobStorage } from "./job-storage.ts";

const listing = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="c"><Blobs><Blob><Name>a.bin</Name>
<Properties><Content-Length>10</Content-Length><BlobType>BlockBlob</BlobType><Etag>0x1</Etag>
<Last-Modified>Wed, 01 Jan 2025 00:00:00 GMT</Last-Modified></Properties></Blob></Blobs><NextMarker/></EnumerationResults>`;

let server: Server;
let url: string;
const pipelines = directPipelines(new StorageSharedKeyCredential("account", "a2V5"));

/** A storage that takes requests and says nothing; in `/talks/` it lists a blob and sends half of it. */
beforeAll(async () => {
  server = createServer((request, reply: ServerResponse) => {
    if (!request.url?.startsWith("/talks/")) return;
    if (request.url.includes("comp=list")) {
      reply.setHeader("content-type", "application/xml");
      reply.end(listing);
    } else if (request.method === "GET") {
      reply.writeHead(206, { "content-length": "10", "content-range": "bytes 0-9/10", etag: "0x1" });
      reply.write("12345");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  pipelines.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const storage = (patience: number) =>
  jobStorage({
    blobs: new BlobServiceClient("http://127.0.0.1:9/account", pipelines.keyed),
    queueUrl: "http://127.0.0.1:9/account",
    ...{ signed: pipelines.signed, signedQueue: pipelines.signedQueue },
    ...{ now: () => new Date(), syncClock: async () => undefined, patience },
  });

describe("a storage that does not answer", () => {
  const uri = (container: string, rights: string) => `${url}/account/${container}?se=2999-01-01&sp=${rights}&sig=abc`;

  it("is refused as the container or queue of a job", async () => {
    const uris = { data: uri("a", "rl"), manifest: uri("b", "rlw") };
    const job = { id: randomUUID(), isEncrypted: false };
    await expect(storage(20).openContainers(uris, job)).rejects.toThrow(/content container can't be reached/);
    await expect(storage(20).openQueue(uri("q", "rau"))).rejects.toThrow(/queue can't be reached/);
  });

  it("keeps no job that is stopped, neither while it is asked nor in the midst of a blob", async () => {
    const stopped = new AbortController();
    const uris = { data: uri("a", "rl"), manifest: uri("b", "rlw") };
    const opened = storage(2 ** 30).openContainers(uris, { id: randomUUID(), isEncrypted: false }, stopped.signal);
    const options = { assertValid: () => undefined, signal: stopped.signal, patience: 2 ** 30 };
    const found = blobContainer(new ContainerClient(`${url}/c`, pipelines.signed), options).find("a.bin");
    const blob = await blobContainer(new ContainerClient(`${url}/talks/c`, pipelines.signed), options).find("a.bin");
    const chunks = blob?.open()[Symbol.asyncIterator]();
    expect(String((await chunks?.next())?.value)).toBe("12345");
    const rest = chunks?.next();
    stopped.abort();
    for (const waiting of [opened, found, rest]) await expect(waiting).rejects.toThrow();
  });

  it("takes no log, which ends by itself", async () => {
    const options = { assertValid: () => undefined, signal: undefined, patience: 20 };
    const container = blobContainer(new ContainerClient(`${url}/c`, pipelines.signed), options);
    await expect(container.write("a.log", Buffer.from("log"), undefined)).rejects.toThrow();
  });
});
