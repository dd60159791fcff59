import type { SourceItem } from "@primepack/core/model";
import { collect } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { withTargetFolder } from "./with-target-folder.ts";

async function* source(...items: SourceItem[]): AsyncGenerator<SourceItem, void, undefined> {
  yield* items;
}

const file: SourceItem = { kind: "file", path: ["a", "b.txt"], size: 1, content: new Uint8Array(1) };

describe("withTargetFolder()", () => {
  it("puts the names of the folder before every path, and changes nothing else", async () => {
    const items: SourceItem[] = [
      { kind: "user", login: "ann@contoso.com" },
      { kind: "folder", path: ["a"], id: "c3333333-0000-4000-8000-000000000003" },
      file,
      { kind: "problem", path: [], outcome: "failed", message: "Cannot" },
      { kind: "deletion", of: "file", path: ["a", "c.txt"] },
    ];
    const moved = await collect(withTargetFolder(source(...items), "/Projects/2024/"));
    expect(moved).toEqual([
      items[0],
      { ...items[1], path: ["Projects", "2024", "a"] },
      { ...file, path: ["Projects", "2024", "a", "b.txt"] },
      { kind: "problem", path: ["Projects", "2024"], outcome: "failed", message: "Cannot" },
      { kind: "deletion", of: "file", path: ["Projects", "2024", "a", "c.txt"] },
    ]);
    expect(await collect(withTargetFolder(source(...items), ["Projects", "2024"]))).toEqual(moved);
  });

  it("gives the library's own permissions to the folder", async () => {
    const permissions = [{ principal: "ann@contoso.com", role: "Read" }] as const;
    const moved = await collect(withTargetFolder(source({ kind: "list", path: [], permissions }), "A"));
    expect(moved).toEqual([{ kind: "folder", path: ["A"], permissions }]);
  });

  it("is the source itself for the root", () => {
    const given = source(file);
    for (const root of ["", "/", []]) expect(withTargetFolder(given, root)).toBe(given);
  });

  it("ends the source when its reader leaves", async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<SourceItem, void, undefined> {
      try {
        for (;;) yield file;
      } finally {
        ended = true;
      }
    }
    for await (const _ of withTargetFolder(endless(), "A")) break;
    expect(ended).toBe(true);
  });

  it.each(["a//b", "../a", "a/./b", "a\\b", "a\u0000"])("refuses %j", (folder) => {
    expect(() => withTargetFolder(source(), folder)).toThrow("Cannot use the target folder");
  });
});
