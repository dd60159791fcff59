import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { belowWeb, isAtOrBelow, keyNames, pathKey, trimUrl, urlFault } from "./object-path.ts";

describe("trimUrl()", () => {
  it.each([
    ["https://contoso.sharepoint.com/sites/a/Docs/", "sites/a/Docs"],
    ["/sites/a", "sites/a"],
    ["///", ""],
    ["", ""],
  ])("makes of %s the path %s", (url, path) => {
    expect(trimUrl(url)).toBe(path);
  });
});

describe("belowWeb()", () => {
  it.each([
    ["/sites/a", "Docs/b.txt", "sites/a/Docs/b.txt"],
    ["/sites/a", "/sites/a/Docs", "sites/a/Docs"],
    ["/sites/a", "https://contoso.sharepoint.com/other/Docs", "other/Docs"],
    ["/", "Docs", "Docs"],
  ])("in the web %s makes of %s the path %s", (web, url, path) => {
    expect(belowWeb(web, url)).toBe(path);
  });
});

describe("urlFault()", () => {
  it.each(["a/../b", "..", "a/./b", "a//b", "", "a\\b", "a\0b", "a/".repeat(4097)])("refuses %j", (url) => {
    expect(urlFault(url)).toMatch(/^its URL /);
  });

  it("takes names with periods that lead nowhere", () => {
    expect(urlFault("a/..b/c...d/.e")).toBeUndefined();
  });
});

describe("pathKey()", () => {
  it("is that of names which differ in case only, without regard to it", () => {
    expect(pathKey("Sites/A/Docs")).toBe(pathKey("sites/a/docs"));
  });

  it("sorts what is in a folder directly behind it, also beside names that begin alike", () => {
    const urls = ["a/b", "a", "a-b", "a/b/c", "a b", "a/b-c", "a\u0001b", "a\u0001b/c"];
    const sorted = urls.toSorted((one, other) => (pathKey(one) < pathKey(other) ? -1 : 1));
    for (const folder of urls) {
      const below = sorted.map((url, index) => (url.startsWith(`${folder}/`) ? index : -1)).filter((at) => at >= 0);
      const first = sorted.indexOf(folder) + 1;
      expect(below, folder).toEqual(below.map((_, index) => first + index));
    }
  });

  it("takes no name for a path, whatever characters it has", () => {
    expect(pathKey("a\u0001b")).not.toBe(pathKey("a/b"));
    expect(isAtOrBelow(pathKey("a\u0001b"), pathKey("a"))).toBe(false);
    expect(isAtOrBelow(pathKey("a/b"), pathKey("a"))).toBe(true);
    expect(isAtOrBelow(pathKey("ab"), pathKey("a"))).toBe(false);
  });

  it("has as many names as its URL, for any names", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !text.includes("/"));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        expect(keyNames(pathKey(names.join("/")))).toHaveLength(names.length);
      }),
    );
  });
});
