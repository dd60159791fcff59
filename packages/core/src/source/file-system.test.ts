import { chmod, mkdir, mkdtemp, rename, rm, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { asUnprivileged, collect, makeTree, temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countFileSystem, type FileSystemOptions, fileSystemSource } from "./file-system.ts";
import { bytesOfName } from "./native-path.ts";
import type { SourceRoot } from "./root.ts";
import type { FileSystemItem } from "./walk.ts";

const isPosix = process.platform !== "win32";
const place = temporaryFolder();
let count = 0;

/** A new tree of files, and empty folders where the path ends with a slash. */
async function treeOf(...paths: readonly string[]): Promise<string> {
  count += 1;
  const root = place(`tree-${count}`);
  await mkdir(root);
  await makeTree(root, Object.fromEntries(paths.filter((path) => !path.endsWith("/")).map((path) => [path, path])));
  for (const path of paths) if (path.endsWith("/")) await mkdir(join(root, path), { recursive: true });
  return root;
}

/** One short text an item: `folder/`, `file`, `excluded -`, `SOURCE_SYMLINK !`. */
function brief(item: FileSystemItem): string {
  const path = item.path.join("/");
  if (item.kind === "folder") return `${path}/`;
  return item.kind === "file" ? path : `${path} ${item.code ?? item.outcome}`;
}

async function scan(root: string | readonly SourceRoot[], options?: FileSystemOptions): Promise<string[]> {
  return (await collect(fileSystemSource(root, options))).map(brief);
}

function compareBytes(one: readonly string[], other: readonly string[]): number {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const order = Buffer.compare(bytesOfName(one[index] ?? ""), bytesOfName(other[index] ?? ""));
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

describe("fileSystemSource", () => {
  it("yields folders before what is in them, sorted by bytes, with hidden and empty entries", async () => {
    const root = await treeOf("b/2.txt", "b/10.txt", "b.txt", "B.txt", ".hidden/.file", "empty/", "a/c/d.txt", "ä.txt");
    expect(await scan(root)).toEqual([
      ".hidden/",
      ".hidden/.file",
      "B.txt",
      "a/",
      "a/c/",
      "a/c/d.txt",
      "b/",
      "b/10.txt",
      "b/2.txt",
      "b.txt",
      "empty/",
      "ä.txt",
    ]);
  });

  it("gives size, dates and a path that opens the file", async () => {
    const root = await treeOf("a/file.txt");
    const [folder, file] = await collect(fileSystemSource(relative(process.cwd(), root)));
    const modified = new Date("2024-03-12T10:45:00Z");
    expect(folder).toEqual({ kind: "folder", path: ["a"], modified, created: expect.any(Date) });
    expect(file).toEqual({
      kind: "file",
      path: ["a", "file.txt"],
      size: 10,
      modified,
      created: modified,
      content: { path: join(root, "a", "file.txt") },
    });
  });

  it("yields nothing for an empty folder", async () => {
    expect(await scan(await treeOf())).toEqual([]);
  });

  it("scans again when it is iterated again", async () => {
    const root = await treeOf("a");
    const source = fileSystemSource(root);
    expect((await collect(source)).map(brief)).toEqual(["a"]);
    await writeFile(join(root, "b"), "");
    expect((await collect(source)).map(brief)).toEqual(["a", "b"]);
  });

  it("keeps order and names over the batches of a large folder", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `file ${index}`);
    const root = await treeOf(...names, "file 50x/inside");
    const expected = [...names, "file 50x/", "file 50x/inside"].sort((a, b) => (a < b ? -1 : 1));
    expect(await scan(root)).toEqual(expected);
  });

  it.skipIf(process.platform !== "linux")("yields any names once each, in the order of their bytes", async () => {
    const name = fc
      .oneof(
        fc.uint8Array({ minLength: 1, maxLength: 12 }),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).map((text) => new TextEncoder().encode(text)),
      )
      .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x5f : byte))))
      .filter((bytes) => bytes.length <= 255 && ![".", ".."].includes(bytes.toString("latin1")));
    const key = (bytes: Buffer) => bytes.toString("hex");
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 12, selector: key }),
        fc.uniqueArray(name, { maxLength: 4, selector: key }),
        async (folders, files) => {
          const root = await mkdtemp(join(tmpdir(), "primepack-walk-"));
          try {
            const expected: string[] = [];
            for (const folder of folders) {
              const path = Buffer.concat([Buffer.from(`${root}/`), folder]);
              await mkdir(path);
              expected.push(key(folder));
              for (const file of files) {
                await writeFile(Buffer.concat([path, Buffer.from("/"), file]), "");
                expected.push(`${key(folder)}/${key(file)}`);
              }
            }
            const items = await collect(fileSystemSource(root));
            const found = items.map((item) => item.path.map((part) => key(bytesOfName(part))).join("/"));
            expect(found.toSorted()).toEqual(expected.toSorted());
            const ordered = items.map((item) => item.path).toSorted(compareBytes);
            expect(items.map((item) => item.path)).toEqual(ordered);
          } finally {
            await rm(root, { recursive: true });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  describe("roots", () => {
    it("stand as folders at the top when there are several, in the order of their names", async () => {
      const one = await treeOf("z/a");
      const two = await treeOf("b");
      const roots = [join(one, "z"), two];
      expect(await scan(roots)).toEqual([`tree-${count}/`, `tree-${count}/b`, "z/", "z/a"]);
      expect(await scan(roots.toReversed())).toEqual(await scan(roots));
    });

    it("are not entries when there is one, unless it has a name", async () => {
      const root = await treeOf("a");
      expect(await scan([root])).toEqual(["a"]);
      expect(await scan([{ path: root }])).toEqual(["a"]);
      expect(await scan([{ path: root, name: "top" }])).toEqual(["top/", "top/a"]);
    });

    it("may be files", async () => {
      const root = await treeOf("a/file.txt", "b");
      expect(await scan(join(root, "a/file.txt"))).toEqual(["file.txt"]);
      expect(await scan([join(root, "b"), join(root, "a")])).toEqual(["a/", "a/file.txt", "b"]);
    });

    it.skipIf(!isPosix)("may be links, which are followed", async () => {
      const root = await treeOf("a/file.txt");
      await symlink("a", join(root, "folder link"));
      await symlink("a/file.txt", join(root, "file link"));
      expect(await scan(join(root, "folder link"))).toEqual(["file.txt"]);
      const [item] = await collect(fileSystemSource(join(root, "file link")));
      expect(item).toMatchObject({ path: ["file link"], content: { path: join(root, "a", "file.txt") } });
    });

    it("throw INVALID_OPTION for two of one name, and take names that tell them apart", async () => {
      const root = await treeOf("a/same/1", "b/same/2");
      const [one, two] = [join(root, "a/same"), join(root, "b/same")];
      expect(() => fileSystemSource([one, two])).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(one) }),
      );
      expect(await scan([one, { path: two, name: "other" }])).toEqual(["other/", "other/2", "same/", "same/1"]);
    });

    it.each([[[]], [""], [[""]], [[{ path: "a", name: "b/c" }]], [[{ path: "a", name: ".." }]], [["/", "a"]]])(
      "throw INVALID_OPTION for %j",
      (roots) => {
        expect(() => fileSystemSource(roots)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      },
    );

    it("throw INVALID_OPTION from the iteration when they are missing or below a file", async () => {
      const root = await treeOf("file");
      for (const path of [join(root, "missing"), join(root, "file", "below")]) {
        await expect(scan(path)).rejects.toMatchObject({
          code: "INVALID_OPTION",
          message: expect.stringContaining(path),
        });
        await expect(scan([path, root])).rejects.toMatchObject({ code: "INVALID_OPTION" });
      }
    });

    it.skipIf(!isPosix)("throw INVALID_OPTION from the iteration when they are devices", async () => {
      await expect(scan("/dev/null")).rejects.toMatchObject({ code: "INVALID_OPTION" });
    });
  });

  describe("globs", () => {
    it("leave an excluded folder out as one entry", async () => {
      const root = await treeOf("a/node_modules/x/y", "a/b.tmp", "a/c", "node_modules/z");
      expect(await scan(root, { exclude: ["**/node_modules", "**/*.tmp"] })).toEqual([
        "a/",
        "a/b.tmp excluded",
        "a/c",
        "a/node_modules excluded",
        "node_modules excluded",
      ]);
    });

    it("say which pattern left an entry out", async () => {
      const root = await treeOf("a.tmp");
      expect(await collect(fileSystemSource(root, { exclude: ["*.x", "*.tmp"] }))).toEqual([
        { kind: "problem", path: ["a.tmp"], outcome: "excluded", message: 'Left out by the exclude pattern "*.tmp"' },
      ]);
    });

    it("include files with the folders that lead to them, each folder before what is in it", async () => {
      const root = await treeOf(
        "a/1.md",
        "a/b/2.txt",
        "a/c/3.md",
        "d/e/4.md",
        "f.txt",
        "g/h/i/5.txt",
        "g/j/",
        "k/6.txt",
      );
      expect(await scan(root, { include: ["**/*.txt"] })).toEqual([
        "a/",
        "a/1.md excluded",
        "a/b/",
        "a/b/2.txt",
        "a/c excluded",
        "d excluded",
        "f.txt",
        "g/",
        "g/h/",
        "g/h/i/",
        "g/h/i/5.txt",
        "g/j excluded",
        "k/",
        "k/6.txt",
      ]);
    });

    it("give each entry one outcome whatever is included: an item, or one record for it or a folder above it", async () => {
      const root = await treeOf(
        "a/a.x",
        "a/b/a.y",
        "a/b/c/a.x",
        "b/a.y",
        "b/b/b.y",
        "c/c.x",
        "c/d/e/a.y",
        "c/d/f/a.x",
        "x.x",
        "y.y",
      );
      const all = await collect(fileSystemSource(root));
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.constantFrom("**/*.x", "**/*.y", "a/**", "c/d/e/*", "b/*", "*", "c/**/a.?"), {
            minLength: 1,
          }),
          fc.uniqueArray(fc.constantFrom("a", "a/b", "**/c", "c/d/f", "**/a.y"), { maxLength: 2 }),
          async (include, exclude) => {
            const items = await collect(fileSystemSource(root, { include, exclude }));
            expect(items.map((item) => item.path)).toEqual(items.map((item) => item.path).toSorted(compareBytes));
            const outcomes = new Map(items.map((item) => [item.path.join("/"), item]));
            expect(outcomes.size).toBe(items.length);
            for (const { path } of all) {
              const above = path.map((_, index) => outcomes.get(path.slice(0, index + 1).join("/")));
              const closed = above.findIndex((item) => item?.kind === "problem");
              expect(closed === -1 ? above.every(Boolean) : above.slice(closed + 1).every((item) => !item)).toBe(true);
            }
            const files = items.filter((item) => item.kind === "file").map((item) => item.path.join("/"));
            for (const item of items) {
              if (item.kind !== "folder") continue;
              expect(files.some((file) => file.startsWith(`${item.path.join("/")}/`))).toBe(true);
            }
          },
        ),
      );
    });

    it("take an empty list of includes for everything, and throw INVALID_OPTION for an empty pattern", async () => {
      const root = await treeOf("a/b");
      expect(await scan(root, { include: [] })).toEqual(["a/", "a/b"]);
      expect(() => fileSystemSource(root, { include: [""] })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    });

    it.skipIf(!isPosix)(
      "do not report links that nothing includes, and go into folders with links that something does",
      async () => {
        const root = await treeOf("a/");
        await symlink("nowhere", join(root, "a", "link.txt"));
        expect(await scan(root, { include: ["**/*.txt"] })).toEqual(["a/", "a/link.txt SOURCE_SYMLINK"]);
        expect(await scan(root, { include: ["**/*.md"] })).toEqual(["a excluded"]);
      },
    );
  });

  describe("a tree that changes while it is scanned", () => {
    it("gives SOURCE_GONE for what vanished between listing and looking", async () => {
      const names = Array.from({ length: 100 }, (_, index) => `file ${String(index).padStart(3, "0")}`);
      const root = await treeOf(...names);
      const items: string[] = [];
      for await (const item of fileSystemSource(root)) {
        if (items.length === 0) await unlink(join(root, "file 099"));
        items.push(brief(item));
      }
      expect(items).toEqual([...names.slice(0, 99), "file 099 SOURCE_GONE"]);
    });

    it("gives SOURCE_GONE for a folder that vanished or became a file before it was listed", async () => {
      const root = await treeOf("a", "b/1", "c/2");
      const items: string[] = [];
      for await (const item of fileSystemSource(root)) {
        items.push(brief(item));
        if (items.length > 1) continue;
        await rm(join(root, "b"), { recursive: true });
        await rename(join(root, "a"), join(root, "moved"));
        await rm(join(root, "c"), { recursive: true });
        await writeFile(join(root, "c"), "");
      }
      expect(items).toEqual(["a", "b SOURCE_GONE", "c SOURCE_GONE"]);
    });

    it("follows no link that took a folder's place before it was listed, and lists no other folder", async () => {
      const outside = await treeOf("secret");
      const root = await treeOf("a", "b/own", "c/own", "d/own");
      const items: string[] = [];
      for await (const item of fileSystemSource(root)) {
        items.push(brief(item));
        if (items.length > 1) continue;
        await rm(join(root, "b"), { recursive: true });
        await symlink(outside, join(root, "b"), "junction");
        await rename(join(root, "c"), join(root, "moved"));
        await mkdir(join(root, "c"));
      }
      expect(items).toEqual(["a", "b SOURCE_SYMLINK", "c SOURCE_CHANGED", "d/", "d/own"]);
    });

    it("forgets what it saw ahead when that is gone", async () => {
      const root = await treeOf("a/b/1.txt", "a/c/2.txt", "d/3.txt");
      const items: string[] = [];
      for await (const item of fileSystemSource(root, { include: ["**/*.txt"] })) {
        items.push(brief(item));
        if (items.length === 1) await unlink(join(root, "a/b/1.txt"));
      }
      expect(items).toEqual(["a/", "a/b/", "a/c/", "a/c/2.txt", "d/", "d/3.txt"]);
    });
  });

  it("throws ABORTED before it starts and between entries", async () => {
    const root = await treeOf("a", "b", "c");
    const controller = new AbortController();
    const items: string[] = [];
    const scanning = async () => {
      for await (const item of fileSystemSource(root, { signal: controller.signal })) {
        items.push(brief(item));
        controller.abort();
      }
    };
    await expect(scanning()).rejects.toMatchObject({ code: "ABORTED" });
    expect(items).toEqual(["a"]);
    await expect(scan(root, { signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("looks no further than a batch ahead of its consumer", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `file ${String(index).padStart(3, "0")}`);
    const root = await treeOf(...names);
    let seen = 0;
    let gone = 0;
    for await (const item of fileSystemSource(root)) {
      // All that wasn't looked at yet will be gone.
      if (seen === 0) for (const name of names.slice(64)) await unlink(join(root, name));
      seen += 1;
      if (item.kind === "problem") gone += 1;
    }
    expect([seen, gone]).toEqual([300, 236]);
  });
});

describe("countFileSystem", () => {
  it("counts files and bytes as the source would yield them", async () => {
    const root = await treeOf("a/12345", "b/1234567", "c/");
    await utimes(join(root, "a"), 0, 0);
    expect(await countFileSystem(root)).toEqual({ files: 2, bytes: 16 });
    expect(await countFileSystem(root, { include: ["a/*"] })).toEqual({ files: 1, bytes: 7 });
    expect(await countFileSystem([{ path: root, name: "top" }], { exclude: ["top/a"] })).toEqual({
      files: 1,
      bytes: 9,
    });
    await expect(countFileSystem(join(root, "missing"))).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});

describe.skipIf(!isPosix)("unlistable roots", () => {
  it("throw INVALID_OPTION as one and among several", async () => {
    const root = await treeOf("closed/a", "open/b");
    await chmod(place(), 0o755);
    await chmod(join(root, "closed"), 0o100);
    for (const roots of [join(root, "closed"), [join(root, "closed"), join(root, "open")]]) {
      await asUnprivileged(async () => {
        await expect(scan(roots)).rejects.toMatchObject({ code: "INVALID_OPTION" });
      });
    }
    await chmod(join(root, "closed"), 0o700);
  });
});
