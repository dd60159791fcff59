import { link, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { collect, makeTree, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { entryIdentity } from "./entry-identity.ts";
import { countFileSystem, type FileSystemOptions, fileSystemSource } from "./file-system.ts";
import { localOwners, ownersOf } from "./owners.ts";
import type { FileSystemItem } from "./walk.ts";

const place = temporaryFolder();

async function scan(root: string, options: FileSystemOptions): Promise<Map<string, FileSystemItem>> {
  const items = await collect(fileSystemSource(root, options));
  return new Map(items.map((item) => [item.path.join("/"), item]));
}

describe("fileSystemSource with owners", () => {
  it.skipIf(process.platform === "win32")("names the owner of each entry as its author", async () => {
    await makeTree(place("owned"), { "a/b": "b" });
    const items = await scan(place("owned"), { owners: true });
    const { username, uid } = userInfo();
    const owner = (await localOwners())?.({ uid });
    expect([username, `uid:${uid}`]).toContain(owner);
    expect(items.get("a")).toMatchObject({ kind: "folder", author: owner });
    expect(items.get("a/b")).toMatchObject({ kind: "file", author: owner });
    expect((await scan(place("owned"), {})).get("a")).not.toHaveProperty("author");
  });

  it("names accounts by passwd(5), of several the first, and others by their number", async () => {
    const ownerOf = ownersOf(
      "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n\nbroken\nada:x:7:7\n:x:8:8\nbad:x:-9:9\n",
    );
    expect([0, 7, 8, 9].map((uid) => ownerOf({ uid }))).toEqual(["root", "ada", "uid:8", "uid:9"]);
    expect(await localOwners("win32")).toBeUndefined();
  });
});

describe("fileSystemSource with identity", () => {
  it("gives it of entries that are left out too, so that none of them is taken for gone", async () => {
    await makeTree(place("left-out"), { "f/a": "a", b: "b" });
    const whole = await scan(place("left-out"), { identity: true });
    const part = await scan(place("left-out"), { identity: true, exclude: ["f", "b"] });
    for (const path of ["f", "b"]) {
      expect(part.get(path)).toMatchObject({ kind: "problem", outcome: "excluded" });
      expect(part.get(path)).toHaveProperty("identity", (whole.get(path) as { identity: string }).identity);
    }
    expect((await scan(place("left-out"), { exclude: ["f"] })).get("f")).not.toHaveProperty("identity");
  });

  it("keeps the identity of what is moved or renamed, and gives each entry its own", async () => {
    await makeTree(place("moved"), { "a/b": "b", "a/c": "c", d: "d" });
    const before = await scan(place("moved"), { identity: true });
    await mkdir(place("moved", "e"));
    await rename(place("moved", "a"), place("moved", "e", "x"));
    await rename(place("moved", "d"), place("moved", "e", "y"));
    const after = await scan(place("moved"), { identity: true });
    const identityOf = (item: FileSystemItem | undefined) =>
      item !== undefined && "identity" in item ? item.identity : undefined;
    expect(identityOf(before.get("a"))).toMatch(/^\d+:\d+:[\d.]+$/);
    expect(identityOf(after.get("e/x"))).toBe(identityOf(before.get("a")));
    expect(identityOf(after.get("e/x/b"))).toBe(identityOf(before.get("a/b")));
    expect(identityOf(after.get("e/y"))).toBe(identityOf(before.get("d")));
    const all = [...after.values()].map(identityOf);
    expect(new Set(all).size).toBe(all.length);
    expect((await scan(place("moved"), {})).get("e")).not.toHaveProperty("identity");
  });

  it("gives none to a file with several names", async () => {
    await makeTree(place("linked"), { a: "a", c: "c" });
    await link(place("linked", "a"), place("linked", "b"));
    const items = await scan(place("linked"), { identity: true });
    expect([...items].map(([path, item]) => [path, "identity" in item])).toEqual([
      ["a", false],
      ["b", false],
      ["c", true],
    ]);
  });

  it("gives none where the file system knows no inode or no birth", () => {
    const stats = { dev: 1, ino: 2, nlink: 1, birthtimeMs: 3.5, isDirectory: () => false };
    const of = (changes: Partial<typeof stats>) => entryIdentity("x", { ...stats, ...changes } as never);
    expect(of({})).toBe("1:2:3.5");
    expect(of({ ino: 0 })).toBeUndefined();
    expect(of({ birthtimeMs: 0 })).toBeUndefined();
    expect(of({ nlink: 2, isDirectory: () => true })).toBe("1:2:3.5");
  });

  it("asks again for numbers that a double can't hold", async () => {
    await writeFile(place("large"), "");
    const stats = { dev: 1, ino: 2 ** 60, nlink: 1, birthtimeMs: 3.5, isDirectory: () => false } as never;
    expect(await entryIdentity(place("large"), stats)).toMatch(/^\d+:\d+:\d+$/);
    expect(await entryIdentity(place("missing"), stats)).toBeUndefined();
  });
});

describe("fileSystemSource with sidecars", () => {
  const sidecar = ".meta.json";

  it("merges what a sidecar says into the entry beside it, and packages no sidecar", async () => {
    await makeTree(place("sidecars"), {
      "a.txt": "a",
      "a.txt.meta.json": JSON.stringify({
        author: "ada",
        modified: "2001-02-03T04:05:06Z",
        fields: [{ name: "Title", type: "Text", value: "A" }],
        permissions: [{ principal: { group: "Owners" }, role: "Full Control" }],
      }),
      "b/c.txt": "c",
      "b.meta.json": '\ufeff{"created":"2001-02-03T04:05:06Z"}',
      "d.txt": "d",
    });
    const items = await scan(place("sidecars"), { sidecar });
    expect([...items.keys()]).toEqual(["a.txt", "b", "b/c.txt", "d.txt"]);
    expect(items.get("a.txt")).toMatchObject({
      kind: "file",
      size: 1,
      content: { path: place("sidecars", "a.txt"), keepsDates: true },
      author: "ada",
      modified: new Date("2001-02-03T04:05:06Z"),
      fields: [{ name: "Title", type: "Text", value: "A" }],
      permissions: [{ principal: { group: "Owners" }, role: "Full Control" }],
    });
    expect(items.get("b")).toMatchObject({ kind: "folder", created: new Date("2001-02-03T04:05:06Z") });
    expect(items.get("d.txt")).toMatchObject({ content: { path: place("sidecars", "d.txt") } });
    expect((items.get("d.txt") as { content: object }).content).not.toHaveProperty("keepsDates");
    expect(await countFileSystem(place("sidecars"), { sidecar })).toEqual({ files: 3, bytes: 3 });
    expect((await scan(place("sidecars"), {})).size).toBe(6);
  });

  it("fails the entry of each sidecar that can't be used, as it could be more open without it", async () => {
    const bad: Record<string, string> = {
      "a.meta.json": "{",
      "b.meta.json": '{"kind":"file"}',
      "c.meta.json": '{"created":"yesterday"}',
      "d.meta.json": `{"contentTypeId":"${"0".repeat(1024 * 1024)}"}`,
      "e.meta.json": '{"__proto__":{"author":"x"}}',
      "f.meta.json": `${'{"links":['.repeat(100)}`,
    };
    await makeTree(place("bad"), { a: "", b: "", c: "", d: "", e: "", f: "", g: "", "h.meta.json": "{}", ...bad });
    await writeFile(place("bad", "g.meta.json"), Buffer.from([0xff]));
    const items = await scan(place("bad"), { sidecar });
    expect([...items.keys()]).toEqual([..."abcdefg", "h.meta.json"]);
    const messageOf = (name: string) => {
      const item = items.get(name);
      return item?.kind === "problem" ? `${item.outcome} ${item.code} ${item.message}` : undefined;
    };
    expect([...items.keys()].map(messageOf)).toEqual([
      expect.stringMatching(/^failed SOURCE_INVALID_ITEM Cannot use the sidecar as it is no JSON/),
      'failed SOURCE_INVALID_ITEM Cannot use the sidecar as it has a property that is unknown: current value is "kind"',
      'failed SOURCE_INVALID_ITEM Cannot use the sidecar as created must be a date like 2024-12-31T23:59:59Z: current value is "yesterday"',
      "failed SOURCE_INVALID_ITEM Cannot use the sidecar as it has more than 1048576 bytes",
      'failed SOURCE_INVALID_ITEM Cannot use the sidecar as it has a property that is unknown: current value is "__proto__"',
      "failed SOURCE_INVALID_ITEM Cannot use the sidecar as it nests arrays and objects deeper than 64",
      "failed SOURCE_INVALID_ITEM Cannot use the sidecar as it is no UTF-8",
      "skipped SOURCE_INVALID_ITEM Cannot package the entry as it is a sidecar, and the entry that it tells of isn't there",
    ]);
  });

  it.skipIf(process.platform === "win32")(
    "follows no link that has a sidecar's name, and lists no folder that has",
    async () => {
      await makeTree(place("links"), { a: "", b: "", "b.meta.json/c": "c", secret: "{}" });
      await symlink(place("links", "secret"), place("links", "a.meta.json"));
      const items = await scan(place("links"), { sidecar });
      expect(items.get("a")).toMatchObject({ kind: "problem", code: "SOURCE_SYMLINK" });
      expect(items.get("b")).toMatchObject({ kind: "problem", outcome: "failed" });
      expect([...items.keys()]).toEqual(["a", "b", "secret"]);
    },
  );

  it("hands over nothing of a folder whose sidecar can't be used", async () => {
    await makeTree(place("closed"), { "x/a": "", "x/y/b": "", "x.meta.json": "{", "z/c.txt": "" });
    for (const include of [[], ["**/*"]]) {
      const items = await scan(place("closed"), { sidecar, include });
      expect([...items].map(([path, { kind }]) => `${kind} ${path}`)).toEqual([
        "problem x",
        "folder z",
        "file z/c.txt",
      ]);
    }
  });

  it("reads those beside roots that stand by themselves", async () => {
    await makeTree(place("roots"), {
      "a.txt": "",
      "a.txt.meta.json": '{"author":"ada"}',
      "b/c": "",
      "b.meta.json": "{",
    });
    const roots = ["a.txt", "a.txt.meta.json", "b"].map((name) => ({ path: place("roots", name) }));
    const all = await collect(fileSystemSource(roots, { sidecar }));
    expect(all.map(({ path }) => path)).toEqual([["a.txt"], ["b"]]);
    expect(all).toMatchObject([
      { kind: "file", author: "ada" },
      { kind: "problem", outcome: "failed" },
    ]);
    expect((await scan(place("roots", "a.txt"), { sidecar })).get("a.txt")).toMatchObject({ author: "ada" });
  });

  it("takes a sidecar of a sidecar for one whose entry is missing", async () => {
    await makeTree(place("twice"), { a: "", "a.meta.json": "{}", "a.meta.json.meta.json": "{}" });
    const items = await scan(place("twice"), { sidecar });
    expect([...items].map(([path, { kind }]) => [path, kind])).toEqual([
      ["a", "file"],
      ["a.meta.json.meta.json", "problem"],
    ]);
  });

  it("works with globs, which are not held against sidecars", async () => {
    await makeTree(place("globs"), { "x/a.txt": "", "x/a.txt.meta.json": '{"author":"ada"}', "x/b.tmp": "" });
    const items = await scan(place("globs"), { sidecar, include: ["**/*.txt"], exclude: ["**/*.json"] });
    expect(items.get("x/a.txt")).toMatchObject({ author: "ada" });
    expect([...items.keys()]).toEqual(["x", "x/a.txt", "x/b.tmp"]);
  });

  it.each(["", "a/b", "\0"])("refuses %j as the end of a name", (end) => {
    expect(() => fileSystemSource(place(), { sidecar: end })).toThrow(
      /Cannot use sidecar as it must be the end of a name/,
    );
  });
});
