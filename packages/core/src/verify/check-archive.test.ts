import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { type HandMadePackage, handMadeKey, handMadePackages, sealHandMade } from "@primepack/test-support";
import { type Zippable, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../container/memory.ts";
import { Secret } from "../errors/index.ts";
import { QuickXorHash } from "../seal/quick-xor-hash.ts";
import type { Finding } from "./finding.ts";
import { verify } from "./verify.ts";

const members = { "1.dat": Buffer.from("hello world"), "2.dat": new Uint8Array(0) };
const stored = (files: Zippable) => zipSync(files, { level: 0 });

function checksumOf(bytes: Uint8Array): string {
  const hash = new QuickXorHash();
  hash.update(bytes);
  return Buffer.from(hash.digest()).toString("base64");
}

interface Shape {
  readonly zip?: Uint8Array;
  readonly checksum?: string;
  readonly listed?: readonly string[];
  /** Encrypt the zip as a whole. Default: yes. */
  readonly sealed?: boolean;
  readonly key?: "none";
  /** Write the manifest files as they are, so that they can be read without the key. Default: no. */
  readonly plainManifest?: boolean;
  /** Further changes of the manifest. */
  readonly change?: (source: HandMadePackage) => void;
}

/** Findings of a package of which two files are in an archive. */
async function findingsOf(shape: Shape = {}): Promise<Finding[]> {
  const { zip = stored(members), listed = ["1.dat", "2.dat"], sealed: isSealed = true } = shape;
  const [structure, content] = handMadePackages();
  delete content.content["1.dat"];
  delete content.content["2.dat"];
  content.content["a.zip"] = zip;
  const names = listed.map((name) => `<File FileValue="${name}"/>`).join("");
  content.manifest["ArchivedFiles.xml"] =
    `<ArchivedFiles><ArchivedFile Name="a.zip" Checksum="${shape.checksum ?? checksumOf(zip)}">${names}</ArchivedFile></ArchivedFiles>`;
  content.manifest["Manifest.xml"] = (content.manifest["Manifest.xml"] ?? "").replace(
    / MD5Hash="\{md5:[12]\.dat\}"/g,
    "",
  );
  shape.change?.(content);
  const packages = [];
  for (const source of [structure, content]) {
    const { name, ...blobs } = sealHandMade(source);
    const containers = { content: new MemoryContainer(), manifest: new MemoryContainer() };
    for (const kind of ["content", "manifest"] as const) {
      for (const [blob, { bytes, md5, iv }] of blobs[kind]) {
        if (blob === "a.zip" && !isSealed) {
          await containers.content.putBlob(blob, zip, { md5: createHash("md5").update(zip).digest("base64") });
        } else if (kind === "manifest" && shape.plainManifest) {
          const decipher = createDecipheriv("aes-256-cbc", handMadeKey, Buffer.from(iv, "base64"));
          const plain = Buffer.concat([decipher.update(bytes), decipher.final()]);
          const plainMd5 = createHash("md5").update(plain).digest("base64");
          await containers.manifest.putBlob(blob, plain, { md5: plainMd5 });
        } else await containers[kind].putBlob(blob, bytes, { md5, iv });
      }
    }
    packages.push({ name, ...containers });
  }
  const findings: Finding[] = [];
  const run = verify({ packages, ...(shape.key === "none" ? {} : { key: new Secret(handMadeKey) }) });
  for await (const event of run) if (event.type === "finding") findings.push(event.finding);
  return findings;
}

async function codesOf(shape?: Shape): Promise<string[]> {
  return (await findingsOf(shape)).map(({ code }) => code);
}

/** The entries as their own ciphertexts, and the manifest with their IVs. */
function encryptedSingly(): Shape {
  const iv = new Uint8Array(16).fill(7);
  const seal = (bytes: Uint8Array) => {
    const cipher = createCipheriv("aes-256-cbc", handMadeKey, iv);
    return Buffer.concat([cipher.update(bytes), cipher.final()]);
  };
  const zip = stored({ "1.dat": seal(members["1.dat"]), "2.dat": seal(members["2.dat"]) });
  const change = ({ manifest }: HandMadePackage) => {
    const told = `InitializationVector="${Buffer.from(iv).toString("base64")}" Checksum=`;
    manifest["Manifest.xml"] = (manifest["Manifest.xml"] ?? "").replace(/Checksum=(?="(?:aCgDG|AAAAA))/g, told);
  };
  return { zip, change };
}

describe("verify() of archives", () => {
  it.each([
    ["stored", stored(members)],
    ["deflated", zipSync(members, { level: 9 })],
    ["stored with a folder's entry", stored({ "x/": new Uint8Array(0), ...members })],
  ])("looks at the files of an encrypted archive, %s", async (_, zip) => {
    expect(await findingsOf({ zip })).toMatchObject([
      {
        code: "ARCHIVE_READING",
        severity: "note",
        place: "content/a.zip",
        message: expect.stringContaining("as a whole"),
      },
    ]);
  });

  it("takes files that are encrypted one by one, in a zip that is encrypted too or not", async () => {
    const single = encryptedSingly();
    for (const [sealed, how] of [
      [false, "file by file"],
      [true, "as a whole, and its files one by one"],
    ] as const) {
      expect(await findingsOf({ ...single, sealed })).toMatchObject([
        { code: "ARCHIVE_READING", severity: "note", message: expect.stringContaining(how) },
      ]);
    }
  });

  it("takes the checksum of the encrypted archive too", async () => {
    const [, content] = handMadePackages();
    const zip = stored(members);
    const ciphertext = sealHandMade({ ...content, content: { "a.zip": zip } }).content.get("a.zip")?.bytes;
    const codes = await codesOf({ zip, checksum: checksumOf(ciphertext ?? zip) });
    expect(codes).toEqual(["ARCHIVE_READING", "ARCHIVE_READING"]);
  });

  it("doesn't know of the archive where the manifest can't be read without the key", async () => {
    expect(await codesOf({ key: "none" })).toEqual(["KEY_MISSING", "KEY_MISSING"]);
  });

  it("notes that nothing was looked at where the manifest can be read, but the archive needs a key", async () => {
    const findings = await findingsOf({ key: "none", plainManifest: true });
    expect(findings).toContainEqual(
      expect.objectContaining({ code: "ARCHIVE_UNOPENED", severity: "note", place: "content/a.zip" }),
    );
  });

  const read = "ARCHIVE_READING";
  const cases: readonly (readonly [title: string, codes: readonly string[], shape: Shape])[] = [
    ["it isn't encrypted", ["ARCHIVE_NOT_ENCRYPTED"], { sealed: false }],
    ["its checksum is another's", ["CHECKSUM_MISMATCH", read], { checksum: checksumOf(new Uint8Array(1)) }],
    ["it is no zip", ["ARCHIVE_INVALID"], { zip: Buffer.from("hello world") }],
    ["it was cut", ["ARCHIVE_INVALID"], { zip: stored(members).slice(0, -1) }],
    [
      "a byte of a file is another",
      ["ARCHIVE_INVALID"],
      { zip: stored(members).map((byte, at) => (at === 40 ? byte ^ 1 : byte)) },
    ],
    ["a file isn't in it", ["ARCHIVE_MEMBER_MISSING", read], { zip: stored({ "1.dat": members["1.dat"] }) }],
    [
      "a file in it isn't listed",
      ["ARCHIVE_MEMBER_UNLISTED", read],
      { zip: stored({ ...members, "../9.dat": new Uint8Array(1) }) },
    ],
    [
      "a file in it is larger than it may be",
      ["FILE_SIZE_MISMATCH", "CHECKSUM_MISMATCH", "ARCHIVE_OVER_LIMIT", read].sort(),
      { zip: stored({ ...members, "1.dat": new Uint8Array(99_999) }) },
    ],
    [
      "it is larger than it may be",
      ["ARCHIVE_MEMBER_UNLISTED", "ARCHIVE_OVER_LIMIT", read].sort(),
      { zip: stored({ ...members, x: [new Uint8Array(1_000_000 * 10), { level: 0 }] }) },
    ],
    [
      "a file inflates beyond all limits",
      ["ARCHIVE_INVALID"],
      { zip: zipSync({ ...members, x: new Uint8Array(2_000_000) }, { level: 9 }) },
    ],
    ["it is listed twice", ["DUPLICATE_BLOB_REFERENCE", read], { listed: ["1.dat", "2.dat", "1.dat"] }],
    [
      "no file of the package is in it",
      ["BLOB_UNREFERENCED", read],
      { zip: stored({ ...members, "9.dat": new Uint8Array(1) }), listed: ["1.dat", "2.dat", "9.dat"] },
    ],
    [
      "a file in it has a blob too",
      ["BLOB_UNREFERENCED", read].sort(),
      {
        change: ({ content }) => {
          content["1.dat"] = "hello world";
        },
      },
    ],
    [
      "a file's size is another",
      ["FILE_SIZE_MISMATCH", read],
      { change: (source) => edit(source, 'FileSize="11"', 'FileSize="12"') },
    ],
    [
      "a file's MD5 is another",
      ["BLOB_MD5_MISMATCH", read],
      { change: (source) => edit(source, 'FileSize="11"', 'FileSize="11" MD5Hash="AAAAAAAAAAAAAAAAAAAAAA=="') },
    ],
    [
      "the archive isn't there",
      ["BLOB_MISSING"],
      {
        change: ({ content }) => {
          delete content["a.zip"];
        },
      },
    ],
    [
      "there are three archives",
      ["ARCHIVE_OVER_LIMIT", "BLOB_MISSING", "BLOB_MISSING", read].sort(),
      {
        change: ({ manifest }) => {
          const more = ["b", "c"].map(
            (name) =>
              `<ArchivedFile Name="${name}" Checksum="SgAAAAAAAAAAAAAAAQAAAAAAAAA="><File FileValue="0.dat"/></ArchivedFile>`,
          );
          manifest["ArchivedFiles.xml"] = (manifest["ArchivedFiles.xml"] ?? "").replace(
            "</ArchivedFiles>",
            `${more[0]}${more[1]?.replace("0.dat", "3.dat")}</ArchivedFiles>`,
          );
        },
      },
    ],
  ];

  it.each(cases)("finds it when %s", async (title, codes, shape) => {
    const found = await codesOf(shape);
    // Blobs in archives that aren't there are out of their own place: only the archives count.
    const own = title.startsWith("there are three") ? found.filter((code) => code !== "BLOB_UNREFERENCED") : found;
    expect(own.sort()).toEqual([...codes].sort());
  });
});

function edit({ manifest }: HandMadePackage, from: string, to: string): void {
  const before = manifest["Manifest.xml"] ?? "";
  manifest["Manifest.xml"] = before.replace(from, to);
  expect(manifest["Manifest.xml"]).not.toBe(before);
}
