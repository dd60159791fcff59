import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { BlobRecord } from "../model/index.ts";
import { codeOf, readAll, withMd5 } from "./container.conformance.ts";
import { directoryPackageStore } from "./directory-store.ts";
import { openLocatedContainer } from "./locate.ts";

const at = temporaryFolder();
const bytes = Buffer.from("bytes");
const record = (container: BlobRecord["container"], name: string): BlobRecord => ({
  container,
  name,
  iv: null,
  md5: withMd5(bytes).md5,
  size: 5,
});

describe("directoryPackageStore()", () => {
  it("gives a package its name by complete() only", async () => {
    const root = at("complete");
    const opened = await directoryPackageStore(root).open("000001");
    await opened.content.putBlob("a", bytes, withMd5(bytes));
    await opened.manifest.putBlob("Manifest.xml", bytes, withMd5(bytes));
    expect(await readdir(root)).toEqual([".partial-000001"]);
    const location = await opened.complete([record("content", "a"), record("manifest", "Manifest.xml")]);
    expect(location).toEqual({
      content: { kind: "directory", path: "000001/content" },
      manifest: { kind: "directory", path: "000001/manifest" },
    });
    expect((await readdir(root, { recursive: true })).sort()).toEqual(
      [
        "000001",
        join("000001", "blobs.ndjson"),
        join("000001", "content"),
        join("000001", "content", "a"),
        join("000001", "manifest"),
        join("000001", "manifest", "Manifest.xml"),
      ].sort(),
    );
    const read = openLocatedContainer({ kind: "directory", path: join(root, "000001/content") });
    expect(await readAll(read, "a")).toEqual(bytes);
    expect(await read.properties("a")).toEqual({ name: "a", size: 5, md5: withMd5(bytes).md5 });
  });

  it("lists blobs by container and name, one JSON line each", async () => {
    const root = at("records");
    const opened = await directoryPackageStore(root).open("000001");
    await opened.complete([record("manifest", "a"), record("content", "c"), { ...record("content", "b"), iv: "aXY=" }]);
    const lines = (await readFile(join(root, "000001", "blobs.ndjson"), "utf8")).split("\n");
    expect(lines).toEqual([
      `{"container":"content","name":"b","iv":"aXY=","md5":"${withMd5(bytes).md5}","size":5}`,
      `{"container":"content","name":"c","iv":null,"md5":"${withMd5(bytes).md5}","size":5}`,
      `{"container":"manifest","name":"a","iv":null,"md5":"${withMd5(bytes).md5}","size":5}`,
      "",
    ]);
  });

  it("drops what an earlier attempt left, before and after its rename", async () => {
    const root = at("again");
    await mkdir(join(root, ".partial-000001", "content"), { recursive: true });
    await writeFile(join(root, ".partial-000001", "content", "old"), "");
    await mkdir(join(root, "000001", "content"), { recursive: true });
    await writeFile(join(root, "000001", "content", "old"), "");
    const opened = await directoryPackageStore(root).open("000001");
    await opened.complete([]);
    expect(await readdir(join(root, "000001", "content"))).toEqual([]);
    expect(await readdir(root)).toEqual(["000001"]);
  });

  it("drops everything by discard(), twice without error", async () => {
    const root = at("discard");
    const opened = await directoryPackageStore(root).open("000001");
    await opened.content.putBlob("a", bytes, withMd5(bytes));
    await opened.discard();
    await opened.discard();
    expect(await readdir(root)).toEqual([]);
  });

  it("lets an instance by locator write into the package that another opened", async () => {
    const opened = await directoryPackageStore(at("worker")).open("000001");
    const { locator } = opened.content;
    if (locator === undefined) throw new Error("a directory has a locator");
    await openLocatedContainer(structuredClone(locator)).putBlob("a", bytes, withMd5(bytes));
    expect(await readAll(opened.content, "a")).toEqual(bytes);
  });

  it.each(["", ".", "..", "a/b", "a\\b", ".partial-x", "-", "a."])("refuses the package name %j", async (name) => {
    expect(await codeOf(directoryPackageStore(at("names")).open(name))).toBe("INVALID_OPTION");
  });

  it("answers ABORTED for a signal that has aborted", async () => {
    expect(await codeOf(directoryPackageStore(at("abort")).open("000001", AbortSignal.abort()))).toBe("ABORTED");
  });
});
