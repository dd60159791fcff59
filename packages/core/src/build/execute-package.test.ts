import { collect, deterministicRandom, exampleTarget } from "@primepack/test-support";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import {
  type MemoryContainer,
  type MemoryPackage,
  type MemoryPackageStore,
  memoryPackageStore,
} from "../container/memory.ts";
import { PrimepackError, Secret } from "../errors/index.ts";
import { readArchivedFiles } from "../manifest/archived-files.ts";
import type { FileVersion, ItemOutcome, PackageRecord, PackageStore, SourceFile, SourceItem } from "../model/index.ts";
import { openSealed } from "../seal/open-sealed.ts";
import { QuickXorHash } from "../seal/quick-xor-hash.ts";
import { build } from "./run.ts";
import type { BuildOptions } from "./types.ts";

const key = new Secret(Buffer.alloc(32, 7));

function file(name: string, text = name, more: Partial<SourceFile> = {}): SourceFile {
  return { kind: "file", path: name.split("/"), size: text.length, content: Buffer.from(text), ...more };
}

const version = (text: string): FileVersion => ({ size: text.length, content: Buffer.from(text) });

const broken: FileVersion = {
  size: 3,
  content: {
    async *open() {
      yield Buffer.from("a");
      throw new Error("the line went dead");
    },
  },
};

const reader = { principal: "i:0#.f|membership|reader@contoso.com", role: "Read" };

async function packaged(items: readonly SourceItem[], more: Partial<BuildOptions> = {}) {
  async function* source() {
    yield* items;
  }
  const store = memoryPackageStore();
  const options = {
    source: source(),
    target: exampleTarget,
    packages: store,
    workers: 0,
    random: deterministicRandom(),
  };
  const run = build({ ...options, encryption: key, ...more });
  const events = await collect(run);
  const outcomes = events.flatMap((event) => (event.type === "item" ? [event.outcome] : []));
  const records = events.flatMap((event) => (event.type === "packageFinished" ? [event.record] : []));
  return { outcomes, records, packages: [...store.packages.values()], run };
}

async function packagedAlone(items: readonly SourceItem[], more?: Partial<BuildOptions>) {
  const { outcomes, records, packages } = await packaged(items, more);
  expect(packages).toHaveLength(1);
  return { outcomes, record: records[0] as PackageRecord, made: packages[0] as MemoryPackage };
}

async function plaintext(container: MemoryContainer, name: string): Promise<Buffer> {
  const { iv = "" } = await container.properties(name);
  return Buffer.concat(await collect(openSealed(container.read(name), { key, iv: Buffer.from(iv, "base64") })));
}

const hashOf = (bytes: Uint8Array | string) =>
  Buffer.from(new QuickXorHash().update(Buffer.from(bytes)).digest()).toString("base64");

const namesIn = async (container: MemoryContainer) => (await collect(container.list())).map(({ name }) => name).sort();

const failuresOf = (outcomes: readonly ItemOutcome[]) =>
  outcomes.flatMap((outcome) =>
    outcome.outcome === "failed" ? [`${outcome.source} ${outcome.code}: ${outcome.message}`] : [],
  );

describe("executePackage()", () => {
  it("stores every version, and tells the facts of each", async () => {
    const versions = [version("first"), { ...version("second, longer"), version: "1.4" }];
    const { outcomes, record, made } = await packagedAlone([file("a.txt", "third", { versions })]);
    const [outcome] = outcomes;
    expect(outcome).toMatchObject({ outcome: "packaged", blob: "00000003.dat", size: 5, version: "2.0" });
    expect(outcome).toHaveProperty("versions", [
      { version: "1.0", blob: "00000001.dat", size: 5, quickXorHash: hashOf("first"), md5: expect.any(String) },
      {
        version: "1.4",
        blob: "00000002.dat",
        size: 14,
        quickXorHash: hashOf("second, longer"),
        md5: expect.any(String),
      },
    ]);
    expect(record).toMatchObject({ files: 1, versions: 2, bytes: 24, folders: 0, items: 0, attachments: 0 });
    expect((await plaintext(made.content, "00000002.dat")).toString()).toBe("second, longer");
    expect(made.blobs.filter(({ container }) => container === "content")).toHaveLength(3);
  });

  it("fails an item when one of its versions fails: names it, and leaves none of its blobs and permissions", async () => {
    const failing = file("bad.txt", "current", { versions: [version("old"), broken], permissions: [reader] });
    const items = [file("a.txt", "a", { permissions: [reader] }), failing, file("z.txt")];
    const { outcomes, record, made } = await packagedAlone(items);
    expect(failuresOf(outcomes)).toEqual([
      expect.stringMatching(
        /^bad\.txt SOURCE_FAILED: Cannot package the item as its version 2\.0 failed: .*the line went dead/,
      ),
    ]);
    expect(await namesIn(made.content)).toEqual(["00000001.dat", "00000005.dat"]);
    expect(made.blobs.filter(({ container }) => container === "content")).toHaveLength(2);
    expect(record).toMatchObject({ files: 2, failed: 1, versions: 0, scopes: 1 });
    const manifest = (await plaintext(made.manifest, "Manifest.xml")).toString();
    expect(manifest).not.toContain("bad.txt");
    expect(manifest.match(/<RoleAssignment /g)).toHaveLength(1);
  });

  it("fails a list item when one of its attachments fails", async () => {
    const attachments = [
      { name: "fine.txt", ...version("fine") },
      { name: "lost & found.txt", ...broken },
    ];
    const items: SourceItem[] = [
      { kind: "item", path: ["one"], attachments },
      { kind: "item", path: ["two"] },
    ];
    const target = { ...exampleTarget, baseTemplate: "GenericList", listUrl: "Lists/Tasks" };
    const { outcomes, record, made } = await packagedAlone(items, { target });
    expect(failuresOf(outcomes)).toEqual([expect.stringContaining('its attachment "lost & found.txt" failed')]);
    expect(await namesIn(made.content)).toEqual([]);
    expect(record).toMatchObject({ items: 1, failed: 1, attachments: 0 });
  });

  it("tells of the list's permissions and of deletions", async () => {
    const id = "dddddddd-0000-4000-8000-00000000000d";
    const items: SourceItem[] = [
      { kind: "list", path: [], permissions: [reader] },
      { kind: "deletion", of: "file", path: ["old", "gone.txt"], id },
    ];
    const { outcomes, records, run } = await packaged(items);
    expect(outcomes).toEqual([
      {
        ...{ outcome: "packaged", kind: "list", source: "", sourcePath: [], package: "000001" },
        ...{ url: "/sites/archive/Shared Documents", id: exampleTarget.listId },
      },
      {
        ...{ outcome: "deletion", kind: "file", source: "old/gone.txt", sourcePath: ["old", "gone.txt"], id },
        ...{ package: "000002", url: "/sites/archive/Shared Documents/old/gone.txt" },
      },
    ]);
    expect(records).toMatchObject([
      { name: "000001", lists: 1, scopes: 1, deletions: 0 },
      { name: "000002", lists: 0, scopes: 0, deletions: 1 },
    ]);
    expect((await run.result).counts).toMatchObject({ packaged: 1, deletion: 1 });
  });

  it("puts small files into archives: stored, hashed as plaintext, encrypted as a whole", async () => {
    const large = "x".repeat(99_984);
    const items = [
      file("a.txt", "alpha", { versions: [version("older")] }),
      file("b.txt", ""),
      file("large.bin", large),
    ];
    const { outcomes, record, made } = await packagedAlone(items, { forms: { archives: true } });
    expect(await namesIn(made.content)).toEqual(["00000004.dat", "archive1.zip"]);

    const zip = await plaintext(made.content, "archive1.zip");
    const members = Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
    expect(members).toEqual([
      ["00000001.dat", "older"],
      ["00000002.dat", "alpha"],
      ["00000003.dat", ""],
    ]);
    const [archived] = await collect(readArchivedFiles([await plaintext(made.manifest, "ArchivedFiles.xml")]));
    expect(archived).toMatchObject({ Name: "archive1.zip", Checksum: hashOf(zip) });
    expect(archived?.File?.map(({ FileValue }) => FileValue)).toEqual(members.map(([name]) => name));

    const manifest = (await plaintext(made.manifest, "Manifest.xml")).toString();
    const [inArchive = ""] = manifest.match(/FileValue="00000001\.dat"[^>]*/) ?? [];
    expect(inArchive).toContain(`FileSize="5" Checksum="${hashOf("older")}"`);
    expect(inArchive).not.toContain("MD5Hash");
    expect(outcomes[0]).toMatchObject({
      blob: "00000002.dat",
      archive: "archive1.zip",
      size: 5,
      quickXorHash: hashOf("alpha"),
    });
    expect(outcomes[0]).not.toHaveProperty("md5");
    expect(outcomes[2]).not.toHaveProperty("archive");
    expect(record).toMatchObject({ files: 3, versions: 1, bytes: 10 + large.length });
    expect(made.blobs.filter(({ container }) => container === "content").map(({ name }) => name)).toEqual([
      ...["00000004.dat", "archive1.zip"],
    ]);
  });

  it("counts archived files in its progress", async () => {
    const { run } = await packaged([file("a.txt", "alpha"), file("b.txt", "beta")], { forms: { archives: true } });
    expect(run.progress).toMatchObject({ files: 2, sealedBytes: expect.any(Number) });
    expect(run.progress.sealedBytes).toBeGreaterThan(9);
  });

  it("leaves a file that fails out of its archive, with its versions in other blobs", async () => {
    const size = 200_000;
    const versions = [{ size, content: Buffer.alloc(size) }, version("small")];
    const items = [file("a.txt"), { ...file("bad.txt", "", { versions }), ...broken }];
    const { outcomes, made } = await packagedAlone(items, { forms: { archives: true } });
    expect(failuresOf(outcomes)).toEqual([expect.stringContaining("version 3.0 failed")]);
    expect(await namesIn(made.content)).toEqual(["archive1.zip"]);
    expect(Object.keys(unzipSync(await plaintext(made.content, "archive1.zip")))).toEqual(["00000001.dat"]);
  });

  it("makes no archive of which every member failed", async () => {
    const size = 200_000;
    const items = [file("large.bin", "", { size, content: Buffer.alloc(size) }), { ...file("bad.txt"), ...broken }];
    const { made } = await packagedAlone(items, { forms: { archives: true } });
    expect(await namesIn(made.content)).toEqual(["00000001.dat"]);
    expect(await namesIn(made.manifest)).not.toContain("ArchivedFiles.xml");
  });

  it("leaves out what carries elements that no manifest can hold, and what its permissions would have kept", async () => {
    const links = [{ name: "Link", attributes: { TargetUrl: "/a" }, children: [] }];
    const items: SourceItem[] = [
      { kind: "folder", path: ["bad"], links, permissions: [reader] },
      file("bad/a.txt"),
      file("b.txt", "b", { links }),
      file("good.txt"),
    ];
    const { outcomes } = await packagedAlone(items);
    expect(outcomes.filter(({ outcome }) => outcome !== "packaged")).toMatchObject([
      { source: "bad", outcome: "failed", code: "SOURCE_INVALID_ITEM", message: expect.stringContaining("TargetId") },
      { source: "bad/a.txt", outcome: "skipped", code: "PARENT_NOT_PACKAGED" },
      { source: "b.txt", outcome: "failed", code: "SOURCE_INVALID_ITEM" },
    ]);
  });

  it("gives plain blobs the content types of files, versions and attachments", async () => {
    const types = new Map<string, string | undefined>();
    const memory = memoryPackageStore();
    const packages: BuildOptions["packages"] = {
      async open(name, signal) {
        const pair = await memory.open(name, signal);
        const { content } = pair;
        const put = content.putBlob.bind(content);
        content.putBlob = (blob, body, options) => {
          types.set(blob, options.contentType);
          return put(blob, body, options);
        };
        return pair;
      },
    };
    await packaged([file("a.png", "a", { versions: [version("b")] }), file("unknown")], {
      encryption: "none",
      packages,
    });
    expect([...types].filter(([name]) => name.endsWith(".dat"))).toEqual([
      ["00000001.dat", "image/png"],
      ["00000002.dat", "image/png"],
      ["00000003.dat", undefined],
    ]);
  });

  it("drops the package when removing what failed does not succeed", async () => {
    const memory = memoryPackageStore();
    const packages = withRemoveFailing(memory, "CONTAINER_UNREACHABLE");
    const items = [file("bad.txt", "current", { versions: [version("old"), broken] }), file("z.txt")];
    await expect(packaged(items, { packages })).rejects.toMatchObject({ code: "CONTAINER_UNREACHABLE" });
    expect(memory.packages.size).toBe(0);
  });

  it("leaves what failed where nobody may remove it, and packages the rest", async () => {
    const memory = memoryPackageStore();
    const packages = withRemoveFailing(memory, "CONTAINER_FORBIDDEN");
    const items = [file("bad.txt", "current", { versions: [version("old"), broken] }), file("z.txt")];
    const { records, outcomes } = await packaged(items, { packages });
    expect(records).toMatchObject([{ files: 1, failed: 1 }]);
    expect(failuresOf(outcomes)).toHaveLength(1);
    const made = memory.packages.get("000001") as MemoryPackage;
    expect(await namesIn(made.content)).toEqual(["00000001.dat", "00000003.dat", "00000004.dat"]);
    const recorded = made.blobs.flatMap(({ container, name }) => (container === "content" ? [name] : []));
    expect(recorded).toEqual(["00000004.dat"]);
  });
});

function withRemoveFailing(memory: MemoryPackageStore, code: "CONTAINER_UNREACHABLE" | "CONTAINER_FORBIDDEN") {
  const failure = new PrimepackError(code, "Cannot remove the blob");
  const open: PackageStore["open"] = async (name, signal) => {
    const pair = await memory.open(name, signal);
    pair.content.remove = () => Promise.reject(failure);
    return pair;
  };
  return { open };
}
