import { chmod, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { formatBlobRecords } from "./blob-records.ts";
import { codeOf, describeContainer, md5Of, readAll, withMd5 } from "./container.conformance.ts";
import { DirectoryContainer, PARTIAL_FILE_SUFFIX } from "./directory.ts";

const at = temporaryFolder();

async function freshFolder(): Promise<string> {
  const folder = join(await mkdtemp(at("container-")), "content");
  await mkdir(folder);
  return folder;
}

describeContainer("DirectoryContainer", {
  make: async () => new DirectoryContainer(await freshFolder()),
  snapshots: false,
});

describe("DirectoryContainer", () => {
  const bytes = Buffer.from("bytes");

  it("names its folder in its locator", async () => {
    const folder = await freshFolder();
    expect(new DirectoryContainer(folder).locator).toEqual({ kind: "directory", path: folder });
  });

  it("holds the very bytes as plain files, and nothing else once they are committed", async () => {
    const folder = await freshFolder();
    const container = new DirectoryContainer(folder);
    await container.putBlob("sub/a.dat", bytes, withMd5(bytes));
    await container.putBlock("b.dat", 0, 0, bytes);
    expect(await readdir(folder)).toContain(`b.dat${PARTIAL_FILE_SUFFIX}`);
    await container.putBlockList("b.dat", 1, bytes.byteLength, withMd5(bytes));
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(["b.dat", "sub", join("sub", "a.dat")]);
    expect(await readFile(join(folder, "sub", "a.dat"))).toEqual(bytes);
  });

  it("cuts what an earlier attempt left behind the blob's end", async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, `a${PARTIAL_FILE_SUFFIX}`), "left by an earlier attempt");
    const container = new DirectoryContainer(folder);
    await container.putBlock("a", 0, 0, bytes);
    await container.putBlockList("a", 1, bytes.byteLength, withMd5(bytes));
    expect(await readFile(join(folder, "a"))).toEqual(bytes);
  });

  it("knows MD5 and IV of a finished package's blobs from blobs.ndjson", async () => {
    const folder = await freshFolder();
    await new DirectoryContainer(folder).putBlob("a", bytes, withMd5(bytes));
    const other = new DirectoryContainer(folder);
    expect(await other.properties("a")).toEqual({ name: "a", size: 5 });
    const record = { container: "content", name: "a", iv: "aXY=", md5: md5Of(bytes), size: 5 } as const;
    await writeFile(
      join(folder, "..", "blobs.ndjson"),
      formatBlobRecords([{ ...record, container: "manifest", iv: null }, record]),
    );
    expect(await other.properties("a")).toEqual({ name: "a", size: 5, md5: md5Of(bytes), iv: "aXY=" });
  });

  it("refuses a blobs.ndjson that is cut or holds something else with BLOB_CORRUPT", async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, "a"), bytes);
    const records = join(folder, "..", "blobs.ndjson");
    await writeFile(records, '{"container":"content","name":"a"');
    expect(await codeOf(new DirectoryContainer(folder).properties("a"))).toBe("BLOB_CORRUPT");
    await writeFile(records, "[1]\n");
    expect(await codeOf(new DirectoryContainer(folder).properties("a"))).toBe("BLOB_CORRUPT");
  });

  it("refuses a blob with the name of a partial file", async () => {
    const container = new DirectoryContainer(await freshFolder());
    expect(await codeOf(container.putBlob(`a${PARTIAL_FILE_SUFFIX}`, bytes, withMd5(bytes)))).toBe("BLOB_NAME_INVALID");
  });

  it("does not make a folder anew that is gone", async () => {
    const container = new DirectoryContainer(at("gone"));
    expect(await codeOf(container.putBlob("a", bytes, withMd5(bytes)))).toBe("CONTAINER_NOT_FOUND");
    expect(await codeOf(container.putBlob("sub/a", bytes, withMd5(bytes)))).toBe("CONTAINER_NOT_FOUND");
    expect(await codeOf(container.list()[Symbol.asyncIterator]().next())).toBe("CONTAINER_NOT_FOUND");
    expect(await codeOf(readAll(container, "a"))).toBe("BLOB_NOT_FOUND");
  });

  it("refuses a blob below another blob, and one that is longer than file names may be", async () => {
    const container = new DirectoryContainer(await freshFolder());
    await container.putBlob("a", bytes, withMd5(bytes));
    expect(await codeOf(container.putBlob("a/b", bytes, withMd5(bytes)))).toBe("BLOB_NAME_INVALID");
    expect(await codeOf(container.putBlob("x".repeat(300), bytes, withMd5(bytes)))).toBe("BLOB_NAME_INVALID");
  });

  it("gives two threads' instances one container, for different blobs", async () => {
    const folder = await freshFolder();
    const [one, two] = [new DirectoryContainer(folder), new DirectoryContainer(folder)];
    await Promise.all([one.putBlob("s/1", bytes, withMd5(bytes)), two.putBlob("s/2", bytes, withMd5(bytes))]);
    expect(await readAll(two, "s/1")).toEqual(bytes);
    expect(await readAll(one, "s/2")).toEqual(bytes);
  });
});

describe.skipIf(process.platform !== "linux")("DirectoryContainer on Linux", () => {
  const bytes = Buffer.from("bytes");

  // /dev/full answers every write as a full disk does.
  it("answers DISK_FULL when the disk is full", async () => {
    const folder = await freshFolder();
    await symlink("/dev/full", join(folder, `a${PARTIAL_FILE_SUFFIX}`));
    const container = new DirectoryContainer(folder);
    expect(await codeOf(container.putBlock("a", 0, 0, bytes))).toBe("DISK_FULL");
    expect(await codeOf(container.putBlob("a", bytes, withMd5(bytes)))).toBe("DISK_FULL");
    expect(await readdir(folder)).toEqual([]);
  });

  it("answers OUTPUT_UNWRITABLE where this user may not write, CONTAINER_FORBIDDEN where it may not read", async () => {
    const folder = await freshFolder();
    const container = new DirectoryContainer(folder);
    await container.putBlob("a", bytes, withMd5(bytes));
    await chmod(join(folder, "a"), 0o000);
    await chmod(folder, 0o555);
    await asUnprivilegedUser([at(), join(folder, "..")], async () => {
      expect(await codeOf(container.putBlob("b", bytes, withMd5(bytes)))).toBe("OUTPUT_UNWRITABLE");
      expect(await codeOf(container.putBlock("b", 0, 0, bytes))).toBe("OUTPUT_UNWRITABLE");
      expect(await codeOf(container.remove("a"))).toBe("OUTPUT_UNWRITABLE");
      expect(await codeOf(readAll(container, "a"))).toBe("CONTAINER_FORBIDDEN");
    });
    await chmod(folder, 0o755);
  });
});

/** Runs `work` as the user nobody if this is root, whom no mode stops. */
async function asUnprivilegedUser(folders: readonly string[], work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return work();
  for (const folder of folders) await chmod(folder, 0o755);
  process.seteuid?.(65534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
