import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { BlobServiceClient } from "@azure/storage-blob";
import {
  type Azurite,
  accountSas,
  collect,
  exampleTarget,
  makeTree,
  runCliProcess,
  startAzurite,
  temporaryFolder,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();
let azurite: Azurite;

beforeAll(async () => {
  azurite = await startAzurite();
  await makeTree(path("source"), {
    "a.txt": "alpha",
    "sub/b#1 100%.txt": "beta",
    "sub/large.bin": 14_000_000,
    empty: "",
  });
  await writeFile(path("target.json"), JSON.stringify(exampleTarget));
  await writeFile(path("storage"), `${azurite.accountUrl}?${accountSas(azurite)}\n`, { mode: 0o600 });
});

afterAll(() => azurite.stop());

const build = (out: string, ...more: string[]) => [
  ...["build", path("source"), "--target", path("target.json"), "--out", path(out), "--block-size", "5", "--json"],
  ...more,
];

/** Every file below the folder but the key, as one text. */
async function everything(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const texts = files.map((file) => readFile(`${file.parentPath}/${file.name}`, "latin1"));
  return (await Promise.all(texts)).join("\n");
}

describe("primepack build to Azure", () => {
  it("puts each package into a pair of containers, each blob with IV, MD5 and one later snapshot", async () => {
    const env = { PRIMEPACK_STORAGE: azurite.connectionString };
    const built = await runCliProcess(build("keyed"), { env });
    expect(built.exit, built.stderr).toBe(0);
    const record = JSON.parse((await readFile(path("keyed", "packages.ndjson"), "utf8")).trim());
    expect(record.containers.content).toEqual({ kind: "azure", url: expect.stringContaining(azurite.accountUrl) });

    const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
    const lines = (await readFile(path("keyed", record.name, "blobs.ndjson"), "utf8")).trimEnd().split("\n");
    const recorded = lines.map((line) => JSON.parse(line));
    for (const role of ["content", "manifest"] as const) {
      const container = service.getContainerClient(record.containers[role].url.split("/").at(-1));
      const found = await collect(container.listBlobsFlat({ includeMetadata: true, includeSnapshots: true }));
      const blobs = found.filter((blob) => !blob.snapshot);
      expect(blobs.map(({ name }) => name).sort()).toEqual(
        recorded.filter((blob) => blob.container === role).map(({ name }) => name),
      );
      for (const blob of blobs) {
        const { iv, md5, size } = recorded.find((line) => line.container === role && line.name === blob.name);
        const snapshots = found.filter(({ name, snapshot }) => snapshot && name === blob.name);
        expect(snapshots).toHaveLength(1);
        for (const { metadata, properties } of [blob, ...snapshots]) {
          // Names of metadata are without case on the wire.
          expect(Object.entries(metadata ?? {}).map(([name, value]) => [name.toUpperCase(), value])).toEqual([
            ["IV", iv],
          ]);
          expect(Buffer.from(properties.contentMD5 ?? []).toString("base64")).toBe(md5);
          expect(properties.contentLength).toBe(size);
          expect(properties.blobType).toBe("BlockBlob");
        }
      }
    }

    const verified = await runCliProcess(["verify", path("keyed"), "--source", path("source")], { env });
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
  });

  it("works with an account SAS from a file, keeps no content and no secret beside the key", async () => {
    const built = await runCliProcess(build("sas", "--storage-file", path("storage")));
    expect(built.exit, built.stderr).toBe(0);
    const [name = ""] = (await readdir(path("sas"))).filter((entry) => /^\d+$/.test(entry));
    expect(await readdir(path("sas", name))).toEqual(["blobs.ndjson"]);
    const secrets = [
      /sig=/,
      new RegExp(azurite.accountKey.slice(0, 20)),
      (await readFile(path("sas", "key"), "utf8")).trim(),
    ];
    const kept = (await everything(path("sas"))).replace(await readFile(path("sas", "key"), "utf8"), "");
    for (const secret of secrets) {
      expect(kept).not.toMatch(secret);
      expect(built.stdout + built.stderr).not.toMatch(secret);
    }
    expect((await stat(path("sas", "key"))).mode & 0o777).toBe(0o600);
    const verified = await runCliProcess(["verify", path("sas"), "--storage-file", path("storage")]);
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
  });

  it("gives plain blobs the content type of their names, and no IV", async () => {
    const built = await runCliProcess(build("plain", "--storage-file", path("storage"), "--no-encryption"));
    expect(built.exit, built.stderr).toBe(0);
    const record = JSON.parse((await readFile(path("plain", "packages.ndjson"), "utf8")).trim());
    const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
    const container = service.getContainerClient(record.containers.content.url.split("/").at(-1));
    const blobs = await collect(container.listBlobsFlat({ includeMetadata: true }));
    expect(blobs.map(({ properties }) => properties.contentType).sort()).toEqual([
      ...["application/octet-stream", "application/octet-stream", "text/plain", "text/plain"],
    ]);
    for (const { metadata } of blobs) expect(metadata ?? {}).toEqual({});
    const verified = await runCliProcess(["verify", path("plain"), "--storage-file", path("storage")]);
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
  });

  it("finds a blob that was changed in its container", async () => {
    const record = JSON.parse((await readFile(path("sas", "packages.ndjson"), "utf8")).trim());
    const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
    const blob = service
      .getContainerClient(record.containers.content.url.split("/").at(-1))
      .getBlockBlobClient("00000001.dat");
    const { metadata } = await blob.getProperties();
    await blob.upload(Buffer.alloc(16), 16, metadata ? { metadata } : {});
    await blob.createSnapshot();
    const verified = await runCliProcess(["verify", path("sas"), "--storage-file", path("storage"), "--json"]);
    expect(verified.exit).toBe(1);
    expect(verified.stdout).toContain("BLOB_MD5_MISMATCH");
  });

  it("ends with one clear error and no secret when the storage refuses or can't be reached", async () => {
    const sas = accountSas(azurite).replace(/sig=[^&]+/, "sig=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D");
    await writeFile(path("refused"), `${azurite.accountUrl}?${sas}`);
    const refused = await runCliProcess(build("refused-out", "--storage-file", path("refused")));
    expect(refused.exit).toBe(3);
    expect(refused.stdout + refused.stderr).toContain("CONTAINER_FORBIDDEN");
    expect(refused.stdout + refused.stderr).not.toContain("sig=AAAA");
  });
});
