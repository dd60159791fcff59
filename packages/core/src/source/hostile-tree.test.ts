import { chmod } from "node:fs/promises";
import {
  asUnprivileged,
  collect,
  type HostileTree,
  makeHostileTree,
  runUnprivileged,
  temporaryFolder,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileSystemSource } from "./file-system.ts";
import { nameOfBytes } from "./native-path.ts";
import { readStableFile } from "./read-file.ts";
import type { FileSystemItem } from "./walk.ts";

const place = temporaryFolder();

describe.skipIf(process.platform === "win32")("fileSystemSource on a hostile tree", () => {
  let tree: HostileTree;
  let items: readonly FileSystemItem[];
  const byPath = new Map<string, FileSystemItem>();

  beforeAll(async () => {
    tree = await makeHostileTree(place("tree"));
    await chmod(place(), 0o755);
    items = await asUnprivileged(() => collect(fileSystemSource(tree.root)));
    for (const item of items) byPath.set(item.path.join("/"), item);
  });
  afterAll(() => tree.remove());

  it("is tried on everything that Linux can hold", () => {
    if (process.platform === "linux") expect(tree.impossible).toEqual([]);
    expect(tree.entries.length).toBeGreaterThan(150);
  });

  it("yields each path once", () => {
    expect(byPath.size).toBe(items.length);
  });

  it("yields every entry as what it is, and nothing else", () => {
    const expected = new Map<string, unknown>();
    for (const { path, kind, size, access } of tree.entries) {
      if (access === "unseen") continue;
      const key = path.join("/");
      if (access === "unknown" || (access === "unreadable" && kind === "folder")) {
        expected.set(key, { kind: "problem", path, outcome: "failed", code: "SOURCE_UNREADABLE" });
      } else if (kind === "folder") expected.set(key, { kind, path });
      else if (kind === "file") expected.set(key, { kind, path, size });
      else {
        const code = kind === "link" ? "SOURCE_SYMLINK" : "SOURCE_SPECIAL";
        expected.set(key, { kind: "problem", path, outcome: "skipped", code });
      }
    }
    for (const [key, entry] of expected) expect(byPath.get(key), key).toMatchObject(entry as object);
    const others = items.filter((item) => !expected.has(item.path.join("/")));
    expect(others.filter((item) => item.path[0] !== tree.endless[0])).toEqual([]);
  });

  it("ends with one SOURCE_PATH_TOO_LONG where the system takes no longer path", () => {
    const endless = items.filter((item) => item.path[0] === tree.endless[0]);
    expect(endless.length).toBeGreaterThan(2);
    expect(endless.slice(0, -1).every((item) => item.kind === "folder")).toBe(true);
    expect(endless.at(-1)).toMatchObject({ kind: "problem", outcome: "failed", code: "SOURCE_PATH_TOO_LONG" });
  });

  it("gives contents that readStableFile reads whole, or refuses with a code", async () => {
    const closed: string[] = [];
    await asUnprivileged(async () => {
      for (const item of items) {
        if (item.kind !== "file" || !("path" in item.content)) continue;
        let bytes = 0;
        try {
          for await (const chunk of readStableFile((item.content as { path: string }).path)) bytes += chunk.length;
          expect(bytes, item.path.join("/")).toBe(item.size);
        } catch (error) {
          expect(error).toMatchObject({ code: "SOURCE_UNREADABLE" });
          closed.push(item.path.join("/"));
        }
      }
    });
    expect(closed).toEqual(["closed/file.txt"]);
  });

  it("says where links lead, and what special entries are", () => {
    expect(byPath.get("links/to nothing")).toMatchObject({ message: expect.stringContaining('a link to "missing"') });
    expect(byPath.get("special/pipe")).toMatchObject({ message: expect.stringContaining("named pipe") });
    expect(byPath.get("special/socket")).toMatchObject({ message: expect.stringContaining("socket") });
  });

  it("finds what find(1) finds, name by name and byte by byte", async () => {
    // Not execFile, since find(1) ends with 1 for the folders that it can't enter, after it has printed all it found.
    const script =
      "const { stdout } = require('node:child_process').spawnSync('find', ['.', '-mindepth', '1', '-path', './endless'," +
      "'-prune', '-o', '-print0'], { cwd: process.argv[1] }); process.stdout.write(stdout.toString('hex'))";
    const { stdout, stderr } = await runUnprivileged(["-e", script, tree.root], "/");
    expect(stderr).toBe("");
    const found = splitAtNul(Buffer.from(stdout, "hex")).map((bytes) => nameOfBytes(bytes).slice("./".length));
    const own = items.filter((item) => item.path[0] !== tree.endless[0]).map((item) => item.path.join("/"));
    expect(found.toSorted()).toEqual(own.toSorted());
  });
});

function splitAtNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return parts;
}
