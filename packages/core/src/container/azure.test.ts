import { BlobServiceClient } from "@azure/storage-blob";
import { type Azurite, accountSas, collect, containerSas, startAzurite } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import type { BlobContainer, BlobProperties } from "../model/index.ts";
import { AzureContainer } from "./azure.ts";
import { azurePackageStore } from "./azure-store.ts";
import { connectionTo } from "./connection.ts";
import { codeOf, describeContainer, md5Of, readAll, withMd5 } from "./container.conformance.ts";
import { openLocatedContainer } from "./locate.ts";

let azurite: Azurite;
let service: BlobServiceClient;
let made = 0;

beforeAll(async () => {
  azurite = await startAzurite();
  service = BlobServiceClient.fromConnectionString(azurite.connectionString);
});
afterAll(() => azurite.stop());

async function freshUrl(): Promise<string> {
  const container = service.getContainerClient(`conformance-${made++}`);
  await container.create();
  return container.url;
}

async function fresh(permissions: string, url?: string): Promise<BlobContainer> {
  const containerUrl = url ?? (await freshUrl());
  const sas = new Secret(containerSas(azurite, containerUrl, permissions));
  return openLocatedContainer({ kind: "azure", url: containerUrl }, { sas });
}

describeContainer("AzureContainer on Azurite", { make: () => fresh("rcwdl"), snapshots: true });

describe("AzureContainer on Azurite", () => {
  const bytes = Buffer.from("bytes");
  const iv = Buffer.alloc(16, 9).toString("base64");

  it("names its URL without the SAS in its locator", async () => {
    const url = await freshUrl();
    expect((await fresh("rw", url)).locator).toEqual({ kind: "azure", url });
  });

  it("stores block blobs whose one snapshot carries IV, MD5 and content type, as the SDK sees them", async () => {
    const url = await freshUrl();
    const container = await fresh("rw", url);
    const options = { md5: md5Of(bytes), iv, contentType: "text/plain" };
    await container.putBlob("put", bytes, options);
    await container.snapshot("put");
    await container.putBlock("list", 0, 0, bytes);
    await container.putBlockList("list", 1, 5, { md5: md5Of(bytes), iv });
    await container.snapshot("list");
    const client = service.getContainerClient(url.slice(url.lastIndexOf("/") + 1));
    const blobs = await collect(client.listBlobsFlat({ includeSnapshots: true, includeMetadata: true }));
    const seen = blobs.map(({ name, snapshot, metadata, properties }) => ({
      name,
      snapshot: snapshot !== undefined && snapshot !== "",
      metadata,
      type: properties.blobType,
      contentType: properties.contentType,
      md5: Buffer.from(properties.contentMD5 ?? []).toString("base64"),
    }));
    const blob = (name: string, contentType: string) => ({
      name,
      metadata: { IV: iv },
      type: "BlockBlob",
      contentType,
      md5: md5Of(bytes),
    });
    expect(seen).toHaveLength(4);
    for (const snapshot of [true, false]) {
      expect(seen).toContainEqual({ ...blob("put", "text/plain"), snapshot });
      expect(seen).toContainEqual({ ...blob("list", "application/octet-stream"), snapshot });
    }
  });

  it("reads the newest snapshot that another instance made", async () => {
    const url = await freshUrl();
    const [writer, reader] = [await fresh("rw", url), await fresh("rl", url)];
    for (const text of ["first", "second"]) {
      await writer.putBlob("a", Buffer.from(text), { ...withMd5(Buffer.from(text)), iv });
      await writer.snapshot("a");
    }
    await writer.putBlob("a", Buffer.from("third"), withMd5(Buffer.from("third")));
    await writer.putBlob("a.longer", bytes, withMd5(bytes));
    expect((await readAll(reader, "a")).toString()).toBe("second");
    expect((await reader.properties("a")).iv).toBe(iv);
    expect(await codeOf(readAll(reader, "a.long"))).toBe("BLOB_NOT_FOUND");
  });

  it("reads the blob itself where it may not list, and answers list() with CONTAINER_FORBIDDEN", async () => {
    const url = await freshUrl();
    await (await fresh("rw", url)).putBlob("a", bytes, { ...withMd5(bytes), iv });
    const reader = await fresh("r", url);
    expect(await readAll(reader, "a")).toEqual(bytes);
    expect(await reader.properties("a")).toEqual({ name: "a", size: 5, md5: md5Of(bytes), iv });
    expect(await codeOf(collect<BlobProperties>(reader.list()))).toBe("CONTAINER_FORBIDDEN");
  });

  it("works with the read and write rights of a provided container, except for remove()", async () => {
    const container = await fresh("rw");
    await container.putBlob("a", bytes, withMd5(bytes));
    await container.snapshot("a");
    expect(await readAll(container, "a")).toEqual(bytes);
    expect(await codeOf(container.remove("a"))).toBe("CONTAINER_FORBIDDEN");
  });

  // Azure itself says Md5Mismatch; see azure-faults.test.ts.
  it("stores nothing when the bytes that arrive have another MD5", async () => {
    const container = await fresh("rw");
    expect(await codeOf(container.putBlob("a", bytes, { md5: md5Of(Buffer.from("other")) }))).toBe("CONTAINER_REFUSED");
    expect(await codeOf(readAll(container, "a"))).toBe("BLOB_NOT_FOUND");
  });

  it("answers CONTAINER_NOT_FOUND for a container that isn't there", async () => {
    const container = await fresh("rw", `${azurite.accountUrl}/nowhere`);
    expect(await codeOf(container.putBlob("a", bytes, withMd5(bytes)))).toBe("CONTAINER_NOT_FOUND");
  });

  it("commits the same blocks again after an answer that was lost", async () => {
    const container = await fresh("rw");
    await container.putBlock("a", 0, 0, bytes);
    await container.putBlockList("a", 1, 5, withMd5(bytes));
    await container.putBlockList("a", 1, 5, withMd5(bytes));
    expect(await readAll(container, "a")).toEqual(bytes);
  });

  it("lists more blobs than fit one page", { timeout: 120_000 }, async () => {
    const url = await freshUrl();
    const container = new AzureContainer(
      url,
      new Secret(containerSas(azurite, url, "rwl")),
      connectionTo(url).transport,
    );
    const names = Array.from({ length: 1005 }, (_, index) => `blob-${String(index).padStart(5, "0")}`);
    for (let at = 0; at < names.length; at += 50) {
      await Promise.all(names.slice(at, at + 50).map((name) => container.putBlob(name, bytes, withMd5(bytes))));
    }
    const listed = await collect(container.list());
    expect(listed.map(({ name }) => name)).toEqual(names);
  });
});

describe("azurePackageStore() on Azurite", () => {
  const bytes = Buffer.from("bytes");

  it("makes a pair of containers and opens them by a SAS of their own, never by the account's key", async () => {
    const store = azurePackageStore({ storage: new Secret(azurite.connectionString), runId: "run1" });
    const opened = await store.open("000001");
    const { content, manifest, sas } = opened;
    expect(content.locator).toEqual({ kind: "azure", url: `${azurite.accountUrl}/primepack-run1-000001-content` });
    expect(manifest.locator).toEqual({ kind: "azure", url: `${azurite.accountUrl}/primepack-run1-000001-manifest` });
    if (content.locator === undefined || manifest.locator === undefined || sas === undefined) throw new Error("no SAS");
    const query = new URLSearchParams(sas.content.reveal());
    expect([query.get("sr"), query.get("sp")]).toEqual(["c", "rcwdl"]);
    const worker = openLocatedContainer(content.locator, { sas: sas.content });
    await worker.putBlob("a", bytes, withMd5(bytes));
    expect(await readAll(content, "a")).toEqual(bytes);
    const stranger = openLocatedContainer(manifest.locator, { sas: sas.content });
    expect(await codeOf(stranger.putBlob("a", bytes, withMd5(bytes)))).toBe("CONTAINER_FORBIDDEN");
    expect(await opened.complete([])).toEqual({ content: content.locator, manifest: manifest.locator });
  });

  it("empties what an earlier attempt left, with snapshots and blocks", async () => {
    const store = azurePackageStore({ storage: new Secret(azurite.connectionString), runId: "run2" });
    const first = await store.open("000001");
    await first.content.putBlob("a", bytes, withMd5(bytes));
    await first.content.snapshot("a");
    await first.content.putBlock("b", 0, 0, bytes);
    const second = await store.open("000001");
    expect(await collect(second.content.list())).toEqual([]);
    expect(await codeOf(readAll(second.content, "a"))).toBe("BLOB_NOT_FOUND");
  });

  it("passes an account SAS on as it was given, from a URL and from a connection string", async () => {
    const sas = accountSas(azurite);
    const storages = [
      `${azurite.accountUrl}?${sas}`,
      `BlobEndpoint=${azurite.accountUrl}/;SharedAccessSignature=${sas}`,
    ];
    for (const [index, storage] of storages.entries()) {
      const opened = await azurePackageStore({ storage: new Secret(storage), runId: `sas${index}` }).open("000001");
      expect(opened.sas?.content.reveal()).toBe(sas);
      await opened.content.putBlob("a", bytes, withMd5(bytes));
      await opened.content.snapshot("a");
      expect(await readAll(opened.content, "a")).toEqual(bytes);
      await opened.discard();
    }
  });

  it("deletes both containers by discard(), twice without error", async () => {
    const store = azurePackageStore({ storage: new Secret(azurite.connectionString), runId: "run3" });
    const opened = await store.open("000001");
    await opened.discard();
    await opened.discard();
    expect(await codeOf(opened.content.putBlob("a", bytes, withMd5(bytes)))).toBe("CONTAINER_NOT_FOUND");
  });

  it("answers CONTAINER_FORBIDDEN for a wrong account key", async () => {
    const storage = azurite.connectionString.replace(azurite.accountKey, Buffer.alloc(64, 1).toString("base64"));
    const store = azurePackageStore({ storage: new Secret(storage), runId: "run4" });
    expect(await codeOf(store.open("000001"))).toBe("CONTAINER_FORBIDDEN");
  });

  it("answers ABORTED for a signal that has aborted", async () => {
    const store = azurePackageStore({ storage: new Secret(azurite.connectionString), runId: "run5" });
    expect(await codeOf(store.open("000001", AbortSignal.abort()))).toBe("ABORTED");
  });
});
