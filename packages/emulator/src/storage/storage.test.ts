import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlobServiceClient, ContainerClient, ContainerSASPermissions } from "@azure/storage-blob";
import { QueueClient, QueueSASPermissions, QueueServiceClient } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoredBlob } from "../ports.ts";
import { openStorage, type Storage } from "./storage.ts";

const HOUR = 60 * 60 * 1000;
let directory: string;
let storage: Storage;
/** How far the storage's clock is ahead of the machine's. */
let ahead = 0;
let lifetime: number | undefined;

const open = (ports?: Storage["ports"]) =>
  openStorage({
    directory,
    ...(ports === undefined ? {} : { ports }),
    now: () => new Date(Date.now() + ahead),
    sasLifetime: () => lifetime,
  });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "emulator-storage-"));
  storage = await open();
});
afterAll(async () => {
  await storage.close();
  await rm(directory, { recursive: true });
});

const encrypted = () => ({ id: randomUUID(), isEncrypted: true });
const plain = () => ({ id: randomUUID(), isEncrypted: false });

async function text(blob: StoredBlob | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of blob?.open() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function put(container: ContainerClient, name: string, body: string): Promise<void> {
  const blob = container.getBlockBlobClient(name);
  await blob.upload(body, Buffer.byteLength(body), { metadata: { IV: "aXYtb2YtMTYtYnl0ZXMtIQ==" } });
  await blob.createSnapshot();
}

/** A container of the account's owner, and a URI for it. */
async function ownContainer(rights: string, hours = 1): Promise<string> {
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient(randomUUID());
  await container.create();
  return await uriOf(container, rights, hours);
}

const uriOf = (container: ContainerClient, rights: string, hours = 1) =>
  container.generateSasUrl({
    permissions: ContainerSASPermissions.parse(rights),
    expiresOn: new Date(Date.now() + ahead + hours * HOUR),
  });

async function ownPair(data = "rl", manifest = "rlw"): Promise<{ data: string; manifest: string }> {
  return { data: await ownContainer(data), manifest: await ownContainer(manifest) };
}

async function providedPair(): Promise<{ data: string; manifest: string }> {
  const { dataContainerUri, metadataContainerUri } = await storage.provisionContainers();
  return { data: dataContainerUri, manifest: metadataContainerUri };
}

async function ownQueue(rights: string): Promise<string> {
  const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient(randomUUID());
  await queue.create();
  return queue.generateSasUrl({
    permissions: QueueSASPermissions.parse(rights),
    expiresOn: new Date(Date.now() + ahead + HOUR),
  });
}

describe("provisionContainers()", () => {
  it("gives URIs and a key of the service's form", async () => {
    const provisioned = await storage.provisionContainers();
    expect(provisioned.encryptionKey).toHaveLength(32);
    for (const uri of [provisioned.dataContainerUri, provisioned.metadataContainerUri]) {
      expect(uri).toMatch(
        /^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1\/0-\d+-\d{8}-[0-9a-f]{32}\?sv=2018-03-28&sr=c&sig=[^&]+&st=[^&]+&se=[^&]+&sp=rw$/,
      );
      const { searchParams } = new URL(uri);
      const [from, until] = [Date.parse(searchParams.get("st") ?? ""), Date.parse(searchParams.get("se") ?? "")];
      expect(until - from).toBe(3 * 24 * HOUR);
    }
  });

  it("lets its SAS write, read and snapshot, but not list", async () => {
    const { data } = await providedPair();
    const container = new ContainerClient(data);
    await put(container, "folder/a file.bin", "content");
    expect((await container.getBlobClient("folder/a file.bin").downloadToBuffer()).toString()).toBe("content");
    await expect(container.listBlobsFlat().next()).rejects.toMatchObject({ statusCode: 403 });
  });

  it("takes the life of a SAS from the faults", async () => {
    lifetime = 10 * 60 * 1000;
    const { data } = await providedPair();
    lifetime = undefined;
    const { searchParams } = new URL(data);
    expect(Date.parse(searchParams.get("se") ?? "") - Date.parse(searchParams.get("st") ?? "")).toBe(600_000);
  });
});

describe("provisionQueue()", () => {
  it("gives a queue whose SAS reads, adds and deletes messages for 21 days", async () => {
    const uri = await storage.provisionQueue();
    expect(uri).toMatch(/\/\d+pq\d{8}-[0-9a-f-]{36}\?sv=2014-02-14&sig=[^&]+&st=[^&]+&se=[^&]+&sp=rap$/);
    const queue = new QueueClient(uri);
    await (await storage.jobs.openQueue(uri)).send("ZXZlbnQ=");
    const [message] = (await queue.receiveMessages()).receivedMessageItems;
    expect(message?.messageText).toBe("ZXZlbnQ=");
    await queue.deleteMessage(message?.messageId ?? "", message?.popReceipt ?? "");
    expect((await queue.receiveMessages()).receivedMessageItems).toEqual([]);
  });
});

describe("openContainers()", () => {
  it("reads the newest snapshot of provided containers and writes logs", async () => {
    const uris = await providedPair();
    const container = new ContainerClient(uris.data);
    await put(container, "file.bin", "first");
    await put(container, "file.bin", "second");
    await container.getBlockBlobClient("file.bin").upload("after the snapshot", 18);
    await container.getBlockBlobClient("bare.bin").upload("bare", 4);
    const { data, manifest, isProvided } = await storage.jobs.openContainers(uris, encrypted());
    expect(isProvided).toBe(true);
    const blob = await data.find("file.bin");
    expect(await text(blob)).toBe("second");
    expect(blob).toMatchObject({
      size: 6,
      iv: "aXYtb2YtMTYtYnl0ZXMtIQ==",
      isSnapshot: true,
      blobType: "BlockBlob",
      md5: createHash("md5").update("second").digest("base64"),
    });
    expect(await data.find("bare.bin")).toMatchObject({ isSnapshot: false, iv: undefined });
    expect(await data.find("absent.bin")).toBeUndefined();
    expect(await data.list()).toEqual(["bare.bin", "file.bin"]);
    await manifest.write("Import-1.log", Buffer.from("log"), "aXY=");
    expect(await manifest.find("Import-1.log")).toMatchObject({ size: 3, iv: "aXY=" });
  });

  it("tells blobs of other types", async () => {
    const uris = await providedPair();
    await new ContainerClient(uris.data).getAppendBlobClient("log.txt").create();
    const { data } = await storage.jobs.openContainers(uris, encrypted());
    expect((await data.find("log.txt"))?.blobType).toBe("AppendBlob");
  });

  it("gives provided containers to one job only, which may open them again", async () => {
    const uris = await providedPair();
    const job = encrypted();
    await storage.jobs.openContainers(uris, job);
    await storage.jobs.openContainers(uris, job);
    await expect(storage.jobs.openContainers(uris, encrypted())).rejects.toThrow(/used once/);
  });

  it("gives provided containers to one of two jobs that come at once", async () => {
    const uris = await providedPair();
    const ends = await Promise.allSettled([
      storage.jobs.openContainers(uris, encrypted()),
      storage.jobs.openContainers(uris, encrypted()),
    ]);
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("refuses a job without encryption on provided containers", async () => {
    await expect(storage.jobs.openContainers(await providedPair(), plain())).rejects.toMatchObject({
      kind: "badResource",
      message: expect.stringMatching(/encrypted content only/),
    });
  });

  it("opens own containers with exactly their rights, for as many jobs as want", async () => {
    const uris = await ownPair();
    const owner = BlobServiceClient.fromConnectionString(storage.connectionString);
    await put(owner.getContainerClient(new URL(uris.data).pathname.split("/").at(-1) ?? ""), "own.bin", "own");
    const opened = await storage.jobs.openContainers(uris, plain());
    expect(opened.isProvided).toBe(false);
    expect(await text(await opened.data.find("own.bin"))).toBe("own");
    await opened.manifest.write("a.log", Buffer.from("a"), undefined);
    expect(await opened.manifest.list()).toEqual(["a.log"]);
    await storage.jobs.openContainers(uris, encrypted());
  });

  it.each([
    ["r", "rlw"],
    ["rlw", "rlw"],
    ["rl", "rl"],
    ["rl", "rlwd"],
    ["rl", "rw"],
  ])("refuses own containers with the rights %s and %s", async (data, manifest) => {
    await expect(storage.jobs.openContainers(await ownPair(data, manifest), plain())).rejects.toThrow(
      /needs the rights rlw? and no others/,
    );
  });

  it("refuses one container for content and manifest", async () => {
    const { data } = await providedPair();
    await expect(storage.jobs.openContainers({ data, manifest: data }, encrypted())).rejects.toThrow(/one container/);
    const own = await ownContainer("rl");
    const name = new URL(own).pathname.split("/").at(-1) ?? "";
    const account = BlobServiceClient.fromConnectionString(storage.connectionString);
    const manifest = await uriOf(account.getContainerClient(name), "rlw");
    await expect(storage.jobs.openContainers({ data: own, manifest }, plain())).rejects.toThrow(/one container/);
  });

  it("refuses URIs that are none, forged, or lead nowhere", async () => {
    const { data, manifest } = await ownPair();
    const forged = new URL(data);
    forged.searchParams.set("sig", Buffer.alloc(32).toString("base64"));
    const absent = data.replace(/devstoreaccount1\/[^?]+/, `devstoreaccount1/${randomUUID()}`);
    const elsewhere = "http://127.0.0.1:9/account/container?se=2999-01-01T00%3A00%3A00Z&sp=rl&sig=abc";
    for (const [uri, message] of [
      ["no uri", /not a URI with a shared access signature/],
      ["http://127.0.0.1:9/?se=2999-01-01&sp=rl&sig=abc", /names no container|can't be reached/],
      ["http://127.0.0.1:9/%E0%A4%A?se=2999-01-01&sp=rl&sig=abc", /not a URI with a shared access signature/],
      [data.slice(0, data.indexOf("?")), /not a URI with a shared access signature/],
      [forged.href, /denied: AuthenticationFailed|denied: AuthorizationFailure/],
      [absent, /does not exist/],
      [elsewhere, /can't be reached/],
    ] as const) {
      await expect(storage.jobs.openContainers({ data: uri, manifest }, plain()), uri).rejects.toThrow(message);
    }
  });

  it("refuses a SAS that has expired, by the emulator's clock and by Azurite's", async () => {
    const uris = await providedPair();
    const { data } = await storage.jobs.openContainers(uris, encrypted());
    await put(new ContainerClient(uris.data), "in-time.bin", "x");
    ahead = 3 * 24 * HOUR + 1000;
    try {
      await expect(storage.jobs.openContainers(uris, encrypted())).rejects.toThrow(/has expired/);
      await expect(new ContainerClient(uris.data).getBlobClient("in-time.bin").download()).rejects.toMatchObject({
        statusCode: 403,
      });
      await expect(text(await data.find("in-time.bin"))).rejects.toThrow(/has expired/);
    } finally {
      ahead = 0;
    }
  });
});

describe("openQueue()", () => {
  it("opens own queues with exactly rau", async () => {
    await (await storage.jobs.openQueue(await ownQueue("rau"))).send("aGk=");
    for (const rights of ["ra", "raup", "rap"]) {
      await expect(storage.jobs.openQueue(await ownQueue(rights)), rights).rejects.toThrow(/needs the rights rau/);
    }
  });

  it("refuses a queue that does not exist, and a URI that names none", async () => {
    const account = "http://127.0.0.1:9/q?se=2999-01-01&sp=rau&sig=abc";
    await expect(storage.jobs.openQueue(account)).rejects.toThrow(/names no queue/);
    const uri = (await storage.provisionQueue()).replace(/pq\d{8}-[^?]+/, "pq20000101-gone");
    await expect(storage.jobs.openQueue(uri)).rejects.toThrow(/does not exist|denied/);
  });
});

describe("openStorage()", () => {
  it("comes back on the same ports with what it held", async () => {
    const used = await providedPair();
    await put(new ContainerClient(used.data), "kept.bin", "kept");
    const job = encrypted();
    await storage.jobs.openContainers(used, job);
    const queueUri = await storage.provisionQueue();
    const { ports } = storage;
    await storage.close();
    storage = await open(ports);
    expect(storage.ports).toEqual(ports);
    const { data } = await storage.jobs.openContainers(used, job);
    expect(await text(await data.find("kept.bin"))).toBe("kept");
    await expect(storage.jobs.openContainers(used, encrypted())).rejects.toThrow(/used once/);
    await storage.jobs.openQueue(queueUri);
  });
});
