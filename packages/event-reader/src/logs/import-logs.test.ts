import { createCipheriv, createDecipheriv, createHash, randomUUID } from "node:crypto";
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { openSasContainer } from "@primepack/core";
import { Secret } from "@primepack/core/errors";
import type { BlobContainer } from "@primepack/core/model";
import { type Azurite, containerSas, startAzurite } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogEntry } from "../types.ts";
import { readImportLogs } from "./import-logs.ts";
import type { ImportLogOptions } from "./log-types.ts";

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";
const FILE = "0d4f1d60-6a6e-4df3-8a39-6f5f3e1f2a11";
const key = new Secret(Uint8Array.from({ length: 32 }, (_, at) => at));
const otherKey = new Secret(Uint8Array.from({ length: 32 }, (_, at) => 255 - at));

let azurite: Azurite;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

/** A container as the service provides them: blobs can be read by name, not listed. */
async function manifestContainer() {
  const url = `${azurite.accountUrl}/m-${randomUUID()}`;
  const client = new ContainerClient(url, new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey));
  await client.create();
  const write = async (name: string, text: string, isEncrypted = false) => {
    const iv = Buffer.from(name.slice(-16).padStart(16, "x"));
    const cipher = createCipheriv("aes-256-cbc", key.reveal(), iv);
    const body = isEncrypted ? Buffer.concat([cipher.update(text, "utf8"), cipher.final()]) : Buffer.from(text);
    const metadata = isEncrypted ? { IV: iv.toString("base64") } : {};
    await client.getBlockBlobClient(name).upload(body, body.length, { metadata });
  };
  const container: BlobContainer = openSasContainer(new Secret(`${url}?${containerSas(azurite, url, "rw")}`));
  return { container, write };
}

async function read(options: Omit<ImportLogOptions, "jobId">): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of readImportLogs({ jobId: JOB, ...options })) entries.push(entry);
  return entries;
}

const shown = (entries: readonly LogEntry[]) =>
  entries.map(({ file, line, kind, text }) => `${file} ${line} ${kind} ${text}`);

/** One key in 256 leaves valid padding. */
function wrongKeyWithValidPadding(text: string, iv: Uint8Array): Secret<Uint8Array> {
  const cipher = createCipheriv("aes-256-cbc", key.reveal(), iv);
  const stored = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  for (let number = 1; ; number++) {
    const candidate = createHash("sha256").update(String(number)).digest();
    const decipher = createDecipheriv("aes-256-cbc", candidate, iv);
    decipher.update(stored);
    try {
      decipher.final();
      return new Secret<Uint8Array>(candidate);
    } catch {
      // Its padding shows that it is wrong.
    }
  }
}

describe("readImportLogs()", () => {
  it("reads all parts of all logs without the right to list, encrypted ones with the job's key", async () => {
    const { container, write } = await manifestContainer();
    await write(`Import-${JOB}-1.log`, "begun\r\n[Error] one\r\n", true);
    await write(`Import-${JOB}-2.log`, "ended\r\n", true);
    await write(`Import-${JOB}-1.err`, `[Error] [{${FILE.toUpperCase()}}] one and ${FILE}\r\n[Error] two\r\n`, true);
    await write(`Import-${JOB}-1.wrn`, "[Warning] three\r\n", true);
    const entries = await read({ container, key });
    expect(shown(entries)).toEqual([
      `Import-${JOB}-1.err 1 error [Error] [{${FILE.toUpperCase()}}] one and ${FILE}`,
      `Import-${JOB}-1.err 2 error [Error] two`,
      `Import-${JOB}-1.wrn 1 warning [Warning] three`,
      `Import-${JOB}-1.log 1 log begun`,
      `Import-${JOB}-1.log 2 log [Error] one`,
      `Import-${JOB}-2.log 1 log ended`,
    ]);
    expect(entries[0]?.ids).toEqual([FILE]);
  });

  it("reads logs that are not encrypted, whether there is a key or not", async () => {
    const { container, write } = await manifestContainer();
    await write(`Import-${JOB}-1.err`, "one");
    for (const more of [{}, { key }]) {
      expect(shown(await read({ container, ...more }))).toEqual([`Import-${JOB}-1.err 1 error one`]);
    }
  });

  it("throws LOG_MISSING for a job without logs, which doesn't prove that it had no errors", async () => {
    const { container } = await manifestContainer();
    await expect(read({ container, kinds: ["error"] })).rejects.toMatchObject({
      code: "LOG_MISSING",
      message: `Cannot read the import logs as the manifest container must hold Import-${JOB}-1.log: current value is no such blob`,
    });
  });

  it("gives nothing for a job without errors, and only the kinds that are asked for", async () => {
    const { container, write } = await manifestContainer();
    await write(`Import-${JOB}-1.log`, "begun");
    expect(await read({ container, kinds: ["error", "warning"] })).toEqual([]);
    await write(`Import-${JOB}-1.err`, "one");
    expect(shown(await read({ container, kinds: ["error"] }))).toEqual([`Import-${JOB}-1.err 1 error one`]);
  });

  it("finds a part of the errors whose number others before it don't have", async () => {
    const { container, write } = await manifestContainer();
    for (const part of [1, 2, 3]) await write(`Import-${JOB}-${part}.log`, "");
    await write(`Import-${JOB}-3.err`, "three");
    await write(`Import-${JOB}-4.err`, "four");
    expect(shown(await read({ container, kinds: ["error"] }))).toEqual([
      `Import-${JOB}-3.err 1 error three`,
      `Import-${JOB}-4.err 1 error four`,
    ]);
  });

  it.each([
    ["another key", { key: otherKey }],
    ["no key", {}],
  ])("throws LOG_UNREADABLE with %s, and names the part", async (_name, more) => {
    const { container, write } = await manifestContainer();
    await write(`Import-${JOB}-1.err`, "one", true);
    await expect(read({ container, ...more })).rejects.toMatchObject({
      code: "LOG_UNREADABLE",
      message: `Cannot read all of the import logs as parts are broken: current value is Import-${JOB}-1.err`,
    });
  });

  it("tells noise of a wrong key that leaves valid padding from text", async () => {
    const { container, write } = await manifestContainer();
    const text = "an error of the import\n".repeat(40);
    await write(`Import-${JOB}-1.err`, text, true);
    const wrong = wrongKeyWithValidPadding(text, Buffer.from(`Import-${JOB}-1.err`.slice(-16)));
    await expect(read({ container, key: wrong })).rejects.toMatchObject({
      code: "LOG_UNREADABLE",
      cause: { message: `Cannot read Import-${JOB}-1.err as its plaintext must be text: current value is not` },
    });
  });

  it("reads the other parts before it throws for broken ones, and names each", async () => {
    const { container, write } = await manifestContainer();
    await write(`Import-${JOB}-1.err`, "one", true);
    const body = Buffer.alloc(15);
    const md5 = createHash("md5").update(body).digest("base64");
    await container.putBlob(`Import-${JOB}-2.err`, body, { md5, iv: Buffer.alloc(16).toString("base64") });
    await write(`Import-${JOB}-3.err`, "three", true);
    const entries: LogEntry[] = [];
    const reading = (async () => {
      for await (const entry of readImportLogs({ container, jobId: JOB, key })) entries.push(entry);
    })();
    await expect(reading).rejects.toMatchObject({
      code: "LOG_UNREADABLE",
      message: expect.stringMatching(`Import-${JOB}-2.err$`),
      cause: { code: "UNSEAL_FAILED" },
    });
    expect(entries.map(({ text }) => text)).toEqual(["one", "three"]);
  });

  it("lets errors of the container out as they are", async () => {
    const url = `${azurite.accountUrl}/m-${randomUUID()}`;
    const container = openSasContainer(new Secret(`${url}?${containerSas(azurite, url, "w")}`));
    await expect(read({ container })).rejects.toMatchObject({ code: expect.stringMatching(/^CONTAINER_/) });
  });

  it("ends with ABORTED when its signal aborts", async () => {
    const { container, write } = await manifestContainer();
    await write(`Import-${JOB}-1.err`, "one\ntwo");
    await write(`Import-${JOB}-2.err`, "three");
    const abort = new AbortController();
    const reading = (async () => {
      for await (const _entry of readImportLogs({ container, jobId: JOB, signal: abort.signal })) abort.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: "ABORTED" });
  });
});
