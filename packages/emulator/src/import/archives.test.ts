import { createCipheriv, createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { handMadeKey, memoryJobContainer, sealText, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { ImportRequest } from "../ports.ts";
import { openArchives } from "./archives.ts";
import { type ContentClaims, receive } from "./content.ts";
import type { ImportContext } from "./context.ts";
import { QuickXorHash } from "./quick-xor-hash.ts";
import type { Element } from "./xml-reader.ts";

const folder = temporaryFolder();
const iv = Buffer.from("0123456789abcdef");

/** A zip of one stored member. */
function zipOf(name: string, bytes: Uint8Array): Buffer {
  const fields = Buffer.alloc(26);
  for (const [at, value] of [
    [14, bytes.length],
    [18, bytes.length],
  ] as const)
    fields.writeUInt32LE(value, at);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), bytes]);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fields, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from("PK\x05\x06"), end]);
}

function encrypted(bytes: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-cbc", handMadeKey, iv);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

const element = (name: string, attributes: Record<string, string>, children: readonly Element[] = []): Element => ({
  ...{ name, namespace: "", attributes, children, text: "" },
});

function checksumOf(bytes: Uint8Array): string {
  const hash = new QuickXorHash();
  hash.update(bytes);
  return hash.digest();
}

interface Change {
  readonly archiveEncryption?: "archive" | "members";
  readonly key?: undefined;
  readonly checksum?: string;
  readonly listed?: readonly string[];
  readonly times?: number;
}

/** Opens one archive with the member `a.dat`, listed so often, and gives what an import knows then. */
async function opened(zip: Buffer, change: Change = {}): Promise<ImportContext> {
  const { archiveEncryption = "archive", checksum = checksumOf(zip), listed = ["a.dat"], times = 1 } = change;
  const files = listed.map((FileValue) => element("File", { FileValue }));
  const archive = element("ArchivedFile", { Name: "1.zip", Checksum: checksum }, files);
  const request = {
    data: memoryJobContainer(new Map([["1.zip", sealText("zip", zip)]])),
    key: "key" in change ? undefined : handMadeKey,
    switches: { archiveEncryption, missingSnapshot: "object", md5Error: "mismatch" },
    signal: new AbortController().signal,
  } as unknown as ImportRequest;
  const archives = await openArchives(element("ArchivedFiles", {}, Array(times).fill(archive)), request);
  const directory = folder("received");
  await mkdir(directory, { recursive: true });
  const site = { temporaryFile: () => join(directory, "1") };
  return { archives, request, site, warn: () => undefined } as unknown as ImportContext;
}

async function received(context: ImportContext, claims: Partial<ContentClaims> = {}): Promise<string> {
  const { temporary } = await receive(context, { fileValue: "a.dat", ...claims });
  return await readFile(temporary, "utf8");
}

describe("openArchives()", () => {
  it("gives the members of an archive that is encrypted as a whole", async () => {
    expect(await received(await opened(zipOf("a.dat", Buffer.from("hello"))))).toBe("hello");
  });

  it("decrypts members too, by the IV of the manifest, if it is told so", async () => {
    const stored = encrypted(Buffer.from("hello"));
    const context = await opened(zipOf("a.dat", stored), { archiveEncryption: "members" });
    const md5Hash = createHash("md5").update(stored).digest("base64");
    const checksum = checksumOf(Buffer.from("hello"));
    expect(await received(context, { initializationVector: iv.toString("base64"), md5Hash, checksum })).toBe("hello");
    await expect(received(context)).rejects.toThrow(/IV of the blob 'a.dat' is missing/);
    await expect(received(context, { initializationVector: "AAAA" })).rejects.toThrow(/is not 16 bytes/);
    const plain = await opened(zipOf("a.dat", Buffer.from("hello")), { archiveEncryption: "members" });
    await expect(received(plain, { initializationVector: iv.toString("base64") })).rejects.toThrow(/Padding/);
  });

  it("counts the 100 KB of a member as it is encrypted", async () => {
    const largest = 100 * 1024 - 17;
    await opened(zipOf("a.dat", Buffer.alloc(largest)));
    await expect(opened(zipOf("a.dat", Buffer.alloc(largest + 1)))).rejects.toThrow(/100 KB/);
    const members = { archiveEncryption: "members" } as const;
    await opened(zipOf("a.dat", encrypted(Buffer.alloc(largest))), members);
    await expect(opened(zipOf("a.dat", encrypted(Buffer.alloc(largest + 1))), members)).rejects.toThrow(/100 KB/);
  });

  it.each<[string, Change, RegExp]>([
    ["three archives", { times: 3 }, /may have 2 archives/],
    ["the same file twice", { times: 2 }, /more than once/],
    ["a package that is not encrypted", { key: undefined }, /need an encrypted package/],
    ["a wrong checksum", { checksum: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }, /checksum of the archive/],
    ["a member that is not there", { listed: ["b.dat"] }, /does not hold 'b.dat'/],
  ])("ends the job by %s", async (_, change, message) => {
    const rejected = opened(zipOf("a.dat", Buffer.from("hello")), change);
    await expect(rejected).rejects.toMatchObject({ isFatal: true, message: expect.stringMatching(message) });
  });

  it("ends the job by an archive above 10 MB", async () => {
    await expect(opened(zipOf("a.dat", Buffer.alloc(10 * 1024 * 1024)))).rejects.toThrow(/10485760/);
  });
});
