import { exampleTarget } from "@primepack/test-support";
import { describe, expect, test } from "vitest";
import { existingFolderTree } from "./existing-folders.ts";

const A = "aaaaaaaa-0000-4000-8000-000000000001";
const B = "bbbbbbbb-0000-4000-8000-000000000002";

function treeOf(existingFolders: Record<string, string>) {
  return existingFolderTree({ ...exampleTarget, existingFolders });
}

describe("existingFolderTree()", () => {
  test("holds folders below their parents, by folded name, whatever their order", () => {
    const root = treeOf({ "Été/Straße": B.toUpperCase(), "E\u0301te\u0301": A });
    expect(root.id).toBe(exampleTarget.rootFolderId);
    const above = root.folders.get("été");
    expect(above).toMatchObject({ id: A });
    expect(above?.folders.get("strasse")).toMatchObject({ name: "Straße", id: B });
    expect([...root.keys]).toEqual(["été"]);
  });

  test("is empty for a target without such folders", () => {
    expect(existingFolderTree(exampleTarget).folders.size).toBe(0);
  });

  test.each<[string, Record<string, string>]>([
    ["a folder whose parent is missing", { "a/b": A }],
    ["an empty path", { "": A }],
    ["an empty name", { a: A, "a//b": B }],
    ["a trailing slash", { "a/": A }],
    ["one folder in two writings", { a: A, A: B }],
    ["an id that is no GUID", { a: "1" }],
  ])("refuses %s", (_, existingFolders) => {
    expect(() => treeOf(existingFolders)).toThrow(expect.objectContaining({ code: "INVALID_TARGET" }));
  });
});
