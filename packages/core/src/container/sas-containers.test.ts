import { mkdir, writeFile } from "node:fs/promises";
import { BlobServiceClient } from "@azure/storage-blob";
import {
  type Azurite,
  collect,
  containerSas,
  deterministicRandom,
  exampleTarget,
  startAzurite,
  startFaultServer,
  temporaryFolder,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../build/run.ts";
import { Secret } from "../errors/index.ts";
import type { BlobRecord, PackageStore, SealedBlob, SourceItem } from "../model/index.ts";
import { verify } from "../verify/verify.ts";
import { md5Of, readAll } from "./container.conformance.ts";
import { openSasContainer, sasPackageContainers } from "./sas-containers.ts";

const MEGABYTE = 1024 * 1024;
const path = temporaryFolder();
let azurite: Azurite;
let service: BlobServiceClient;
let made = 0;

beforeAll(async () => {
  azurite = await startAzurite();
  service = BlobServiceClient.fromConnectionString(azurite.connectionString);
});
afterAll(() => azurite.stop());

/** A container as the service provides it: whoever has its URI may read and write, and nothing else. */
async function provided(permissions = "rw"): Promise<Secret> {
  const container = service.getContainerClient(`provided-${made++}`);
  await container.create();
  return new Secret(`${container.url}?${containerSas(azurite, container.url, permissions)}`);
}

const urlOf = (uri: Secret) => uri.reveal().split("?")[0] ?? "";

describe("sasPackageContainers()", () => {
  it.each([0, 2])("takes a package by the rights to read and write, with %i workers", async (workers) => {
    const [content, manifest] = [await provided(), await provided()];
    const key = new Secret<Uint8Array>(Buffer.alloc(32, 5));
    const recorded: BlobRecord[] = [];
    const stored: SealedBlob[] = [];
    const packages: PackageStore = {
      async open() {
        const containers = sasPackageContainers({ content, manifest, key });
        return {
          ...containers,
          onStored: (blob) => stored.push(blob),
          complete(blobs) {
            recorded.push(...blobs);
            return containers.complete(blobs);
          },
        };
      },
    };
    await mkdir(path(`${workers}`));
    const sizes = { "a.txt": 5, "empty.txt": 0, "large.bin": 12 * MEGABYTE + 3 };
    const items = async function* (): AsyncGenerator<SourceItem> {
      for (const [name, size] of Object.entries(sizes)) {
        await writeFile(path(`${workers}`, name), Buffer.alloc(size, name));
        yield { kind: "file", path: [name], size, content: { path: path(`${workers}`, name) } };
      }
      // Its blocks are sent before it turns out shorter than it was listed; nobody may remove them.
      const open = async function* () {
        yield Buffer.alloc(11 * MEGABYTE);
        throw new Error("the line went dead");
      };
      yield { kind: "file", path: ["broken.bin"], size: 20 * MEGABYTE, content: { open } };
    };
    const run = build({
      source: items(),
      target: exampleTarget,
      packages,
      encryption: "provided",
      blockSize: 5 * MEGABYTE,
      workers,
      random: deterministicRandom(),
    });
    const records = (await collect(run)).flatMap((event) => (event.type === "packageFinished" ? [event.record] : []));
    expect((await run.result).counts).toMatchObject({ packaged: 3, failed: 1 });
    expect(records).toMatchObject([
      {
        encrypted: true,
        containers: {
          content: { kind: "azure", url: urlOf(content) },
          manifest: { kind: "azure", url: urlOf(manifest) },
        },
      },
    ]);
    expect(JSON.stringify(records)).not.toContain("sig=");
    expect(stored.map(({ size }) => size).sort()).toEqual([0, 12 * MEGABYTE + 3, 5]);

    const read = { content: openSasContainer(content), manifest: openSasContainer(manifest) };
    const verified = verify({ packages: [{ name: "000001", ...read, blobs: recorded }], key, target: exampleTarget });
    const findings = (await collect(verified)).flatMap((event) => (event.type === "finding" ? [event.finding] : []));
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("leaves everything where it is when it is discarded", async () => {
    const [content, manifest] = [await provided(), await provided()];
    const containers = sasPackageContainers({ content, manifest });
    const bytes = Buffer.from("bytes");
    await containers.content.putBlob("a", bytes, { md5: md5Of(bytes) });
    await containers.discard();
    expect(await readAll(openSasContainer(content), "a")).toEqual(bytes);
  });

  it("brings what workers need, and the key, as secrets only", () => {
    const uri = (name: string) => new Secret(`https://account.blob.core.windows.net:443/${name}?sv=1&sp=rw&sig=a%2Fb`);
    const key = new Secret<Uint8Array>(Buffer.alloc(32, 5));
    const network = { noProxy: ["*"] };
    const containers = sasPackageContainers({ content: uri("c"), manifest: uri("m"), key, network });
    expect(containers.content.locator).toEqual({ kind: "azure", url: "https://account.blob.core.windows.net/c" });
    expect(containers.sas?.manifest.reveal()).toBe("sv=1&sp=rw&sig=a%2Fb");
    expect(containers).toMatchObject({ key, network });
    expect(JSON.stringify(containers)).not.toContain("a%2Fb");
  });
});

describe("openSasContainer()", () => {
  it("sends the SAS as it was given, and asks for no list where the SAS gives no right to it", async () => {
    const sas = "sv=2018-03-28&sr=c&sig=a%2Fb+c%3d&st=2026-01-01T10%3A20:00Z&se=2026-02-01T00:00:00Z&sp=rw";
    const server = await startFaultServer([{ status: 200, body: "a line" }]);
    const container = openSasContainer(new Secret(`${server.url}/c0ffee?${sas}`));
    const log = await readAll(container, "Import-1.log");
    await server.stop();
    expect(log.toString()).toBe("a line");
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET /c0ffee/Import-1.log?${sas}`]);
  });

  it("reads what others wrote into a container of which it may only read", async () => {
    const uri = await provided("r");
    const name = urlOf(uri).split("/").at(-1) ?? "";
    await service.getContainerClient(name).getBlockBlobClient("Import-1.log").upload("a line", 6);
    const container = openSasContainer(uri);
    expect((await readAll(container, "Import-1.log")).toString()).toBe("a line");
    await expect(readAll(container, "Import-2.log")).rejects.toMatchObject({ code: "BLOB_NOT_FOUND" });
    await expect(collect(container.list())).rejects.toMatchObject({ code: "CONTAINER_FORBIDDEN" });
  });

  it("throws INVALID_OPTION for a URI without a signature", () => {
    expect(() => openSasContainer(new Secret("https://account.blob.core.windows.net/c"))).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});
