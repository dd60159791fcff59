import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { type Azurite, collect, containerSas, startAzurite } from "@primepack/test-support";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import type { SourceFile, SourceItem } from "../model/index.ts";
import { type AzureBlobOptions, azureBlobSource } from "./azure-blob.ts";

let azurite: Azurite;
let client: ContainerClient;
let number = 0;

beforeAll(async () => {
  azurite = await startAzurite();
}, 60_000);
afterAll(() => azurite.stop());
beforeEach(async () => {
  number += 1;
  const credential = new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey);
  client = new ContainerClient(`${azurite.accountUrl}/source-${number}`, credential);
  await client.create();
});

const url = () => `${azurite.accountUrl}/source-${number}`;
const source = (options: Partial<AzureBlobOptions> = {}) =>
  azureBlobSource({ container: url(), credential: new Secret(containerSas(azurite, url(), "rl")), ...options });

async function put(name: string, text = "x", metadata: Record<string, string> = {}): Promise<void> {
  await client.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), { metadata });
}

const told = (items: readonly SourceItem[]) =>
  items.map((item) => {
    const path = "path" in item ? item.path.join("/") : "";
    return item.kind === "problem" ? `problem ${path} ${item.code}` : `${item.kind} ${path}`;
  });

async function textOf(item: SourceItem | undefined, signal = new AbortController().signal): Promise<string> {
  const { content } = item as SourceFile;
  if (!("open" in content)) throw new Error("the content can't be opened");
  return Buffer.concat(await collect(await content.open(signal))).toString();
}

describe("azureBlobSource()", () => {
  it("makes folders of names, depth first, though the service's order is another", async () => {
    for (const name of ["a/x.txt", "a-b.txt", "a/b/deep.txt", "a.txt", "z.txt", "a/b-c"]) await put(name, name);
    const items = await collect(source());
    expect(told(items)).toEqual([
      "file a-b.txt",
      "file a.txt",
      "folder a",
      "file a/b-c",
      "folder a/b",
      "file a/b/deep.txt",
      "file a/x.txt",
      "file z.txt",
    ]);
    expect(await textOf(items[5])).toBe("a/b/deep.txt");
  });

  it("gives sizes, dates and ETags, and metadata as columns where that is asked for", async () => {
    await put("plan #1 100%.txt", "hello", { Project: "Apollo", other: "no" });
    const [file] = await collect(source({ metadataFields: { project: "ProjectName", missing: "Missing" } }));
    const { etag, lastModified, createdOn } = await client.getBlobClient("plan #1 100%.txt").getProperties();
    expect(file).toMatchObject({
      kind: "file",
      size: 5,
      modified: lastModified,
      created: createdOn,
      fingerprint: etag,
      fields: [{ name: "ProjectName", type: "Text", value: "Apollo" }],
    });
    expect(await textOf(file)).toBe("hello");
  });

  it("begins at a prefix, which is a whole folder", async () => {
    for (const name of ["in/here/a.txt", "in/here.txt", "in/hereafter/b.txt"]) await put(name);
    expect(told(await collect(source({ prefix: "in/here" })))).toEqual(["file a.txt"]);
    expect(told(await collect(source({ prefix: "in/" })))).toEqual([
      "file here.txt",
      "folder here",
      "file here/a.txt",
      "folder hereafter",
      "file hereafter/b.txt",
    ]);
  });

  it("takes marks for the folders that they are, and fails a blob that is a folder's name", async () => {
    await put("marked", "", { hdi_isfolder: "true" });
    await put("marked/a.txt");
    await put("empty", "", { hdi_isfolder: "true" });
    await put("slash/", "");
    await put("slash/b.txt");
    await put("both", "content");
    await put("both!", "between them in the service's order");
    await put("both/c.txt");
    expect(told(await collect(source()))).toEqual([
      "file both!",
      "folder both",
      "problem both SOURCE_DUPLICATE",
      "file both/c.txt",
      "folder empty",
      "folder marked",
      "file marked/a.txt",
      "folder slash",
      "file slash/b.txt",
    ]);
  });

  it("fails folders without a name, and blobs of the archive tier", async () => {
    await put("a//b.txt");
    await put("cold.txt");
    await put("warm.txt");
    await client.getBlobClient("cold.txt").setAccessTier("Archive");
    const items = await collect(source());
    expect(told(items)).toEqual([
      "folder a",
      "problem a/ SOURCE_INVALID_ITEM",
      "problem cold.txt SOURCE_ARCHIVED",
      "file warm.txt",
    ]);
  });

  it("goes through all pages of a large folder, and looks at no snapshots", async () => {
    const names = Array.from({ length: 1105 }, (_, index) => `many/${String(index).padStart(5, "0")}`);
    for (let start = 0; start < names.length; start += 50) {
      await Promise.all(names.slice(start, start + 50).map((name) => put(name)));
    }
    await client.getBlobClient("many/00000").createSnapshot();
    const items = await collect(source());
    expect(told(items)).toEqual(["folder many", ...names.map((name) => `file ${name}`)]);
  }, 60_000);

  it("reads one state of a blob", async () => {
    await put("a.txt", "before");
    const [file] = await collect(source());
    await put("a.txt", "after!");
    await expect(textOf(file)).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
    await client.getBlobClient("a.txt").delete();
    await expect(textOf(file)).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_(GONE|CHANGED)$/) });
  });

  it("asks a token credential for each request, and shows no secret in errors", async () => {
    await put("a.txt");
    let scope = "";
    const credential = {
      getToken: async (scopes: string) => {
        scope = scopes;
        return { token: "tokentokentoken" };
      },
    };
    const reason: unknown = await collect(source({ credential })).catch((error: unknown) => error);
    expect(reason).toMatchObject({ code: expect.stringMatching(/^CONTAINER_(FORBIDDEN|REFUSED)$/) });
    expect(scope).toBe("https://storage.azure.com/.default");
    expect(String(reason)).not.toContain("tokentoken");
    const none = source({ credential: { getToken: async () => null } });
    await expect(collect(none)).rejects.toMatchObject({ code: "CONTAINER_FORBIDDEN" });
  });

  it("throws for containers that aren't there or may not be listed, and when it is aborted", async () => {
    const sas = new Secret(containerSas(azurite, url(), "r"));
    await expect(collect(source({ credential: sas }))).rejects.toMatchObject({ code: "CONTAINER_FORBIDDEN" });
    await client.delete();
    await expect(collect(source())).rejects.toMatchObject({ code: "CONTAINER_NOT_FOUND" });
    await expect(collect(source({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: "ABORTED" });
    for (const container of ["nothing", "ftp://x/y", `${url()}?sig=x`, "https://x.example"]) {
      expect(() => source({ container })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});
