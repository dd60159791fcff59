import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  handMadeKey,
  handMadePackages,
  type SealedHandMadePackage,
  sealHandMade,
  temporaryFolder,
} from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { PrimepackError, Secret } from "../errors/index.ts";
import type { ItemOutcome, PackageRecord, SourceEntry, SourceFile } from "../model/index.ts";
import type { Finding } from "./finding.ts";
import { type VerifyDirectoryOptions, verifyDirectory } from "./verify-directory.ts";

const key = new Secret(handMadeKey);
const folder = temporaryFolder();

async function findingsOf(directory: string, options: VerifyDirectoryOptions = { key }): Promise<Finding[]> {
  const run = verifyDirectory(directory, options);
  const findings: Finding[] = [];
  for await (const event of run) if (event.type === "finding") findings.push(event.finding);
  return findings;
}

async function codesOf(directory: string, options?: VerifyDirectoryOptions): Promise<string[]> {
  return (await findingsOf(directory, options)).map(({ code }) => code);
}

const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

async function writePackage(directory: string, source: SealedHandMadePackage): Promise<void> {
  const records: object[] = [];
  for (const container of ["content", "manifest"] as const) {
    await mkdir(join(directory, source.name, container), { recursive: true });
    for (const [name, { bytes, iv, md5 }] of source[container]) {
      await writeFile(join(directory, source.name, container, name), bytes);
      records.push({ container, name, iv, md5, size: bytes.length });
    }
  }
  await writeFile(join(directory, source.name, "blobs.ndjson"), lines(records));
}

const id = (prefix: number, number: number) => `${prefix}0000000-0000-4000-8000-00000000000${number}`;

/** Outcomes of the hand-made packages, as a build would have told of them; hashes of the contents are published ones. */
function outcomes(md5: (blob: string) => string): ItemOutcome[] {
  const folderOutcome = (path: string[], number: number): ItemOutcome => ({
    source: path.join("/"),
    sourcePath: path,
    kind: "folder",
    outcome: "packaged",
    package: "structure",
    url: `/sites/t/Docs/${path.join("/")}`,
    id: id(1, number),
    listItemId: id(2, number),
    itemId: number,
  });
  const file = (path: string[], number: number, blob: string, size: number, quickXorHash: string): ItemOutcome => ({
    source: path.join("/"),
    sourcePath: path,
    kind: "file",
    outcome: "packaged",
    package: "content",
    url: `/sites/t/Docs/${path.join("/")}`,
    id: id(3, number),
    listItemId: id(2, number),
    itemId: number,
    blob,
    size,
    quickXorHash,
    md5: md5(blob),
  });
  return [
    folderOutcome(["Reports"], 1),
    folderOutcome(["Reports", "2024"], 2),
    file(["Reports", "2024", "hello.txt"], 3, "1.dat", 11, "aCgDG9jwBhDc4Q1yawMZAAAAAAA="),
    file(["empty.bin"], 4, "2.dat", 0, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    {
      ...file(["Reports", "v.txt"], 5, "4.dat", 1, "SgAAAAAAAAAAAAAAAQAAAAAAAAA="),
      ...({
        version: "2.0",
        versions: [
          { version: "0.1", blob: "0.dat", size: 1, quickXorHash: "YgAAAAAAAAAAAAAAAQAAAAAAAAA=", md5: md5("0.dat") },
          { version: "1.0", blob: "3.dat", size: 1, quickXorHash: "YQAAAAAAAAAAAAAAAQAAAAAAAAA=", md5: md5("3.dat") },
        ],
      } as const),
    },
    {
      source: "locked",
      sourcePath: ["locked"],
      kind: "file",
      outcome: "failed",
      code: "SOURCE_UNREADABLE",
      message: "Cannot open the file",
    },
  ];
}

function record(source: SealedHandMadePackage, folders: number, files: number, bytes: number): PackageRecord {
  const blobs = [...source.content.values(), ...source.manifest.values()];
  return {
    name: source.name,
    kind: folders > 0 ? "structure" : "content",
    dependsOn: source.dependsOn,
    folders,
    files,
    items: 0,
    lists: 0,
    deletions: 0,
    versions: files > 0 ? 2 : 0,
    attachments: 0,
    scopes: files > 0 ? 1 : 0,
    failed: 0,
    renamed: 0,
    bytes,
    storedBytes: blobs.reduce((sum, blob) => sum + blob.bytes.length, 0),
    blobs: blobs.length,
    encrypted: true,
    plan: "",
    settings: "",
  };
}

/** An output folder without a fault. `packages.ndjson` names the package first that depends on the other. */
async function outputFolder(name: string): Promise<string> {
  const directory = folder(name);
  const [structure, content] = handMadePackages().map(sealHandMade) as [SealedHandMadePackage, SealedHandMadePackage];
  await writePackage(directory, structure);
  await writePackage(directory, content);
  await writeFile(join(directory, "packages.ndjson"), lines([record(content, 0, 3, 14), record(structure, 2, 0, 0)]));
  const md5 = (blob: string) => content.content.get(blob)?.md5 ?? "";
  await writeFile(join(directory, "items.ndjson"), lines(outcomes(md5)));
  return directory;
}

async function* source(
  change: (item: SourceEntry) => SourceEntry | undefined = (item) => item,
): AsyncGenerator<SourceEntry> {
  const version = (text: string) => ({ size: text.length, content: Buffer.from(text) });
  const file = (path: string[], text: string): SourceFile => ({
    kind: "file",
    path,
    size: text.length,
    content: Buffer.from(text),
  });
  const items: SourceEntry[] = [
    { kind: "folder", path: ["Reports", "2024"] },
    file(["Reports", "2024", "hello.txt"], "hello world"),
    { ...file(["Reports", "v.txt"], "J"), versions: [version("b"), version("a")] },
    { kind: "file", path: ["empty.bin"], size: 0, content: { open: async function* () {} } },
    { kind: "problem", path: ["locked"], outcome: "failed", message: "Cannot open the file" },
  ];
  for (const item of items) {
    const changed = change(item);
    if (changed !== undefined) yield changed;
  }
}

const isAt = (item: SourceEntry, name: string) => item.path.at(-1) === name;

async function edit(path: string, from: string | RegExp, to: string): Promise<void> {
  const before = await readFile(path, "utf8");
  const after = before.replace(from, to);
  expect(after, "the fault changes the text").not.toBe(before);
  await writeFile(path, after);
}

describe("verifyDirectory()", () => {
  it("finds nothing in a good output folder, with its source or without", async () => {
    const directory = await outputFolder("good");
    expect(await findingsOf(directory)).toEqual([]);
    const run = verifyDirectory(directory, { key, source: source() });
    expect(await run.result).toMatchObject({ packages: 2, compared: 3, codes: {}, ok: true });
  });

  it("reads a package alone, and a folder of packages without records", async () => {
    const directory = await outputFolder("bare");
    await rm(join(directory, "items.ndjson"));
    await rm(join(directory, "packages.ndjson"));
    expect(await codesOf(directory)).toEqual([]);
    expect(await codesOf(join(directory, "structure"))).toEqual([]);
    expect(new Set(await codesOf(join(directory, "content")))).toEqual(new Set(["PARENT_UNKNOWN"]));
  });

  it("misses the records of a run's output folder", async () => {
    const directory = await outputFolder("recordless");
    await writeFile(join(directory, "run.json"), "{}");
    await rm(join(directory, "items.ndjson"));
    expect(await findingsOf(directory)).toMatchObject([{ code: "RECORDS_INVALID", place: "items.ndjson" }]);
    await rm(join(directory, "packages.ndjson"));
    expect(await codesOf(directory)).toEqual(["RECORDS_INVALID", "RECORDS_INVALID"]);
  });

  it.skipIf(process.platform === "win32")("waits for no pipe that stands in the place of a record", async () => {
    for (const file of ["items.ndjson", "packages.ndjson", "structure/blobs.ndjson"]) {
      const directory = await outputFolder(`pipe-${basename(file)}`);
      await rm(join(directory, file));
      execFileSync("mkfifo", [join(directory, file)]);
      await expect(codesOf(directory)).resolves.toBeInstanceOf(Array);
    }
  });

  it("tells of nothing but the key where it is missing", async () => {
    const directory = await outputFolder("keyless");
    expect(await codesOf(directory, {})).toEqual(["KEY_MISSING", "KEY_MISSING"]);
  });

  it("refuses a folder without packages, records that are none, and a source without records", async () => {
    await mkdir(folder("nothing"));
    const refused = expect.objectContaining({ code: "OUTPUT_UNREADABLE" });
    await expect(verifyDirectory(folder("nothing"), { key }).result).rejects.toEqual(refused);
    await expect(verifyDirectory(folder("absent"), { key }).result).rejects.toEqual(refused);
    const directory = await outputFolder("sourceless");
    await rm(join(directory, "items.ndjson"));
    await expect(verifyDirectory(directory, { key, source: source() }).result).rejects.toEqual(refused);
  });

  it("rejects a key of another length, and an aborted run", async () => {
    const directory = await outputFolder("refused");
    const short = verifyDirectory(directory, { key: new Secret(new Uint8Array(16)) });
    await expect(short.result).rejects.toEqual(expect.objectContaining({ code: "INVALID_KEY" }));
    const aborted = verifyDirectory(directory, { key, signal: AbortSignal.abort() });
    await expect(aborted.result).rejects.toEqual(expect.objectContaining({ code: "ABORTED" }));
  });

  it("stops in the middle when it is aborted", async () => {
    const directory = await outputFolder("abort");
    const abort = new AbortController();
    const run = verifyDirectory(directory, { key, signal: abort.signal });
    await expect(
      (async () => {
        for await (const event of run) if (event.type === "packageFinished") abort.abort();
      })(),
    ).rejects.toEqual(expect.objectContaining({ code: "ABORTED" }));
  });

  it("needs an opener for containers in Azure", async () => {
    const directory = await outputFolder("azure");
    const location =
      '"containers":{"content":{"kind":"azure","url":"https://x/c"},"manifest":{"kind":"azure","url":"https://x/m"}},';
    await edit(join(directory, "packages.ndjson"), '"plan"', `${location}"plan"`);
    const run = verifyDirectory(directory, { key });
    await expect(run.result).rejects.toSatisfy(
      (error) => error instanceof PrimepackError && error.code === "INVALID_OPTION",
    );
  });

  it.each([
    ["a package is recorded twice", ["RECORDS_INVALID"], "packages.ndjson", /^(.*\n)/, "$1$1"],
    ["a record is no JSON", ["RECORDS_INVALID"], "packages.ndjson", /^/, "x\n"],
    [
      "a record names no folder",
      ["RECORDS_INVALID"],
      "packages.ndjson",
      /^(.*?"name":")(.*?)(".*\n)/,
      "$1\\u0000$3$1$2$3",
    ],
    [
      "a record names a folder elsewhere",
      ["RECORDS_INVALID"],
      "packages.ndjson",
      /^(.*"name":")content(.*\n)/,
      "$1../content$2$&",
    ],
    ["a record counts other files", ["COUNT_MISMATCH"], "packages.ndjson", '"files":3', '"files":4'],
    ["a record counts other bytes", ["COUNT_MISMATCH"], "packages.ndjson", '"bytes":14', '"bytes":15'],
    [
      "a record says that nothing is encrypted",
      ["COUNT_MISMATCH"],
      "packages.ndjson",
      '"encrypted":true',
      '"encrypted":false',
    ],
    ["an outcome is no JSON", ["RECORDS_INVALID"], "items.ndjson", /^/, "x\n"],
    ["an outcome stands twice", ["RECORDS_INVALID"], "items.ndjson", /^(.*\n)/, "$1$1"],
    ["no outcome tells of a file", ["RECORD_MISSING"], "items.ndjson", /.*empty\.bin.*\n/, ""],
    [
      "an outcome tells of another package",
      ["RECORD_MISSING", "RECORD_MISMATCH"],
      "items.ndjson",
      '"package":"content"',
      '"package":"structure"',
    ],
    ["an outcome has another URL", ["RECORD_MISMATCH"], "items.ndjson", "Docs/empty.bin", "Docs/full.bin"],
    ["an outcome has another item id", ["RECORD_MISMATCH"], "items.ndjson", '"itemId":4', '"itemId":9'],
    [
      "an outcome has another hash",
      ["RECORD_MISMATCH"],
      "items.ndjson",
      "aCgDG9jwBhDc4Q1yawMZAAAAAAA=",
      "aCgDG9jwBhDc4Q1yawMZAAAAAAB=",
    ],
    ["a blob's record is no JSON", ["BLOB_CORRUPT", "RECORDS_INVALID"], "content/blobs.ndjson", /^/, "x\n"],
  ] as const)("finds it when %s", async (title, codes, file, from, to) => {
    const directory = await outputFolder(title.replaceAll(/\W/g, "-"));
    await edit(join(directory, file), from, to);
    const found = await codesOf(directory);
    expect([...new Set(found)].sort()).toEqual(expect.arrayContaining([...codes].sort()));
    if (!codes.includes("BLOB_CORRUPT" as never)) expect(found.sort()).toEqual([...codes].sort());
  });

  it("finds it when a package isn't recorded, and misses what it holds", async () => {
    const directory = await outputFolder("unknown");
    await edit(join(directory, "packages.ndjson"), /.*"structure".*\n$/, "");
    const missed = [...Array(4).fill("PARENT_UNKNOWN"), "DEPENDENCY_UNKNOWN", "RECORD_MISMATCH", "RECORD_MISMATCH"];
    expect(await codesOf(directory)).toEqual(["RECORD_MISSING", ...missed]);
  });

  it("finds it when a package has no record of its blobs", async () => {
    const directory = await outputFolder("blobless");
    await rm(join(directory, "structure/blobs.ndjson"));
    expect(new Set(await codesOf(directory))).toEqual(new Set(["RECORDS_INVALID", "IV_MISSING", "COUNT_MISMATCH"]));
  });

  it("refuses a package's record whose dependencies are no names", async () => {
    const directory = await outputFolder("dependencies");
    await edit(join(directory, "packages.ndjson"), '"dependsOn":["structure"]', '"dependsOn":[["structure"]]');
    expect(await codesOf(directory)).toContain("RECORDS_INVALID");
  });

  it("takes folders that the target holds from the records", async () => {
    const directory = await outputFolder("existing");
    await rm(join(directory, "structure"), { recursive: true });
    await edit(join(directory, "packages.ndjson"), /.*"structure".*\n$/, "");
    await edit(join(directory, "packages.ndjson"), '"dependsOn":["structure"]', '"dependsOn":[]');
    await edit(join(directory, "items.ndjson"), '"outcome":"packaged","package":"structure"', '"outcome":"existing"');
    await edit(join(directory, "items.ndjson"), '"outcome":"packaged","package":"structure"', '"outcome":"existing"');
    expect(await codesOf(directory)).toEqual([]);
    await edit(join(directory, "items.ndjson"), "/sites/t/Docs/Reports/2024", "/sites/t/Docs/Other");
    expect(await codesOf(directory)).toEqual(["URL_MISMATCH", "URL_MISMATCH"]);
  });

  it("finds what the source has and no outcome tells of", async () => {
    const directory = await outputFolder("unrecorded");
    await edit(join(directory, "items.ndjson"), /.*"locked".*\n/, "");
    const findings = await findingsOf(directory, { key, source: source() });
    expect(findings).toMatchObject([{ code: "SOURCE_UNRECORDED", severity: "error", place: 'source:"locked"' }]);
  });

  it("warns of what the source has no more, or otherwise", async () => {
    const directory = await outputFolder("changed");
    const compare = (change: (item: SourceEntry) => SourceEntry | undefined) =>
      findingsOf(directory, { key, source: source(change) });
    const gone = await compare((item) => (isAt(item, "v.txt") ? undefined : item));
    expect(gone).toMatchObject([{ code: "SOURCE_ENTRY_GONE", severity: "warning", place: "items.ndjson:5" }]);
    const longer = await compare((item) =>
      isAt(item, "hello.txt")
        ? { kind: "file", path: item.path, size: 12, content: Buffer.from("hello world!") }
        : item,
    );
    expect(longer).toMatchObject([{ code: "SOURCE_CONTENT_DIFFERS", severity: "warning" }]);
    const otherVersion = await compare((item) =>
      isAt(item, "v.txt") && item.kind === "file" ? { ...item, versions: [...(item.versions ?? [])].reverse() } : item,
    );
    expect(otherVersion.map(({ code }) => code)).toEqual(Array(2).fill("SOURCE_CONTENT_DIFFERS"));
    const unreadable = await compare((item) =>
      isAt(item, "hello.txt")
        ? { kind: "file", path: item.path, size: 1, content: { path: folder("no such file") } }
        : item,
    );
    expect(unreadable).toMatchObject([{ code: "SOURCE_GONE", severity: "warning" }]);
    const another = await compare((item) => (isAt(item, "hello.txt") ? { kind: "folder", path: item.path } : item));
    expect(another).toMatchObject([{ code: "SOURCE_CONTENT_DIFFERS" }]);
  });

  it("rejects when the source itself fails", async () => {
    const directory = await outputFolder("failing");
    const failing = async function* (): AsyncGenerator<SourceEntry> {
      yield { kind: "folder", path: ["Reports"] };
      throw new Error("no answer");
    };
    const run = verifyDirectory(directory, { key, source: failing() });
    await expect(run.result).rejects.toEqual(expect.objectContaining({ code: "SOURCE_FAILED" }));
  });

  it("ignores what was being written when a run was killed", async () => {
    const directory = await outputFolder("killed");
    await mkdir(join(directory, ".partial-000009/manifest"), { recursive: true });
    expect(await codesOf(directory)).toEqual([]);
  });
});
