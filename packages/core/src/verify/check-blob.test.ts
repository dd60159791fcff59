import { describe, expect, it } from "vitest";
import type { Code } from "../errors/index.ts";
import { checkFacts, type OpenedBlob } from "./check-blob.ts";
import { StoredBlob } from "./stored-blob.ts";

async function* nothing(): AsyncGenerator<Uint8Array> {}

interface Entry {
  readonly size?: string;
  readonly checksum?: string;
  readonly isAttachment?: boolean;
}

/** What is found of a file of so many bytes whose manifest entry is given. */
function codesOf(size: number, entry: Entry): Code[] {
  const codes: Code[] = [];
  const reference = {
    blob: "1.dat",
    place: "manifest/Manifest.xml:1:1",
    md5: undefined,
    iv: undefined,
    size: entry.size,
    checksum: entry.checksum,
    isAttachment: entry.isAttachment ?? false,
  };
  const opened: OpenedBlob = {
    place: "content/1.dat",
    known: { name: "1.dat" },
    properties: undefined,
    references: [reference],
    reading: new StoredBlob(nothing(), "plain"),
  };
  const facts = { storedSize: size, md5: "", plaintext: { size, quickXorHash: "hash" } };
  checkFacts(opened, facts, (code) => codes.push(code));
  return codes;
}

describe("checkFacts()", () => {
  it("asks for Checksum above 15 GB only", () => {
    expect(codesOf(15_000_000_000, {})).toEqual([]);
    expect(codesOf(15_000_000_001, {})).toEqual(["CHECKSUM_MISSING"]);
    expect(codesOf(15_000_000_001, { checksum: "hash", size: "15000000001" })).toEqual([]);
  });

  it("refuses attachments above 250 MB", () => {
    expect(codesOf(250_000_000, { isAttachment: true })).toEqual([]);
    expect(codesOf(250_000_001, { isAttachment: true })).toEqual(["FILE_TOO_LARGE"]);
  });

  it("refuses files above 250 GB", () => {
    expect(codesOf(250_000_000_000, { checksum: "hash" })).toEqual([]);
    expect(codesOf(250_000_000_001, { checksum: "hash" })).toEqual(["FILE_TOO_LARGE"]);
  });
});
