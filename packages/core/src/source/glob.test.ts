import { describe, expect, it } from "vitest";
import { globFilter } from "./glob.ts";

describe("globFilter", () => {
  it.each([
    ["*", ["a", ".hidden", "line\nbreak"], ["a/b"]],
    ["**", ["a", "a/b", ".a/.b", "a\nb/c\nd"], []],
    ["**/*.txt", ["a.txt", "a/b.txt", ".h/.b.txt", "a\nb/c\nd.txt", "\udcff/b.txt"], ["a.txt/c", "a.TXT"]],
    ["a/**", ["a/b", "a/b/c"], ["a", "ab"]],
    ["**/node_modules/", ["node_modules", "x/node_modules"], ["node_modules/x"]],
    ["./a", ["a"], ["b/a"]],
    ["/a/b/", ["a/b"], ["a"]],
    ["{a,b}?.txt", ["ax.txt", "b\n.txt"], ["a.txt", "c1.txt"]],
    ["a\\*", ["a*"], ["ab"]],
    ["!a", ["!a"], ["a", "b"]],
    ["a#b %&.txt", ["a#b %&.txt"], []],
  ])("matches %j as a shell would, hidden names included", (pattern, matching, others) => {
    const filter = globFilter([pattern], "include");
    expect(matching.filter((path) => filter(path) !== pattern)).toEqual([]);
    expect(others.filter((path) => filter(path) !== undefined)).toEqual([]);
  });

  it("names the first pattern that matches", () => {
    const filter = globFilter(["*.a", "b.*", "*.b"], "exclude");
    expect(filter("b.b")).toBe("b.*");
    expect(filter("c.c")).toBeUndefined();
    expect(globFilter([], "exclude")("a")).toBeUndefined();
  });

  it.each(["", "/", "./", "x".repeat(70_000)])("throws INVALID_OPTION for a pattern that is none", (pattern) => {
    expect(() => globFilter([pattern], "exclude")).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("exclude") }),
    );
  });
});
