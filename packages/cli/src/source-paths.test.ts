import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourcePaths } from "./source-paths.ts";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "primepack-sources-"));
  for (const folder of ["share/a", "share/b", "[odd] *"]) await mkdir(join(root, folder), { recursive: true });
  for (const file of ["share/a/1.txt", "share/b/2.txt", "share/.hidden"]) await writeFile(join(root, file), "");
  await symlink("nowhere", join(root, "link"));
});

afterAll(() => rm(root, { recursive: true }));

const expand = async (...sources: string[]) =>
  (await sourcePaths(sources, root)).map((path) => path.slice(root.length + 1));

describe("sourcePaths()", () => {
  it("takes what exists as it is, even if its name looks like a pattern or it is a broken link", async () => {
    expect(await expand("[odd] *", join(root, "share"), "link")).toEqual(["[odd] *", "share", "link"]);
  });

  it("expands patterns, sorted, hidden ones included", async () => {
    expect(await expand("share/*")).toEqual(["share/.hidden", "share/a", "share/b"]);
    expect(await expand("share/*/*.txt")).toEqual(["share/a/1.txt", "share/b/2.txt"]);
  });

  it("leaves matches within a match to that one, and names each path once", async () => {
    expect(await expand("share/**", "share/a")).toEqual(["share/.hidden", "share/a", "share/b"]);
  });

  it.each(["missing", "missing/*"])("refuses %s, which names nothing", async (source) => {
    await expect(expand(source)).rejects.toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(source) }),
    );
  });
});
