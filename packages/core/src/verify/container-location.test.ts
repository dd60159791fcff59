import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isContainerLocation } from "./container-location.ts";
import { verifyDirectory } from "./verify-directory.ts";

const folder = (path: unknown) => ({ content: { kind: "directory", path }, manifest: { kind: "directory", path } });
const url = "https://contoso.blob.core.windows.net/primepack-0a-000001-content";

describe("isContainerLocation()", () => {
  it.each([undefined, folder("000001/content"), { ...folder("a"), content: { kind: "azure", url } }])(
    "takes %j",
    (value) => {
      expect(isContainerLocation(value)).toBe(true);
    },
  );

  it.each([
    ...[
      "../other/content",
      "/etc",
      "a/../../b",
      "a/./b",
      "a//b",
      "",
      "..",
      "c:\\windows",
      "a\\..\\..\\b",
      "c:",
      "a\0",
      7,
    ],
  ])("refuses the folder %j", (path) => {
    expect(isContainerLocation(folder(path))).toBe(false);
  });

  it.each([null, {}, "x", { content: folder("a").content }, { content: { kind: "azure" }, manifest: { kind: "ftp" } }])(
    "refuses %j",
    (value) => {
      expect(isContainerLocation(value)).toBe(false);
    },
  );
});

describe("verifyDirectory()", () => {
  it("reads nothing outside of the output because a record says so", async () => {
    const root = await mkdtemp(join(tmpdir(), "primepack-"));
    try {
      const counts = { folders: 0, files: 0, bytes: 0, storedBytes: 0, blobs: 0 };
      const record = { name: "000001", dependsOn: [], ...counts, encrypted: false, containers: folder("../elsewhere") };
      await writeFile(join(root, "packages.ndjson"), `${JSON.stringify(record)}\n`);
      const { codes, packages } = await verifyDirectory(root).result;
      expect({ codes, packages }).toEqual({ codes: { RECORDS_INVALID: 1 }, packages: 0 });
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
