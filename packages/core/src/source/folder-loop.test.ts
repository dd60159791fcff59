import { lstat, mkdir, symlink } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { type FolderChain, isAbove } from "./folder-loop.ts";

const place = temporaryFolder();

async function chain(...paths: readonly string[]): Promise<FolderChain> {
  let parent: FolderChain | undefined;
  for (const absolute of paths) parent = { absolute, stats: await lstat(absolute), parent };
  if (parent === undefined) throw new Error("A chain has at least one folder");
  return parent;
}

describe("isAbove", () => {
  // A link in the middle of a path shows a folder in a second place, as a mount would, which takes rights to make.
  it.skipIf(process.platform === "win32")("finds a folder that is shown inside itself", async () => {
    await mkdir(place("a/b/c"), { recursive: true });
    await symlink("../..", place("a/b/back"));
    const above = await chain(place("a"), place("a/b"), place("a/b/c"));
    const again = place("a/b/back/a/b");
    expect(await isAbove(above, again, await lstat(again))).toBe(true);
    expect(await isAbove(await chain(place("a")), again, await lstat(again))).toBe(false);
  });

  it("does not take a folder for another whose number is rounded to the same", async () => {
    await mkdir(place("x/y"), { recursive: true });
    const stats = { ino: 2 ** 60, dev: 1 };
    expect(await isAbove({ absolute: place("x"), stats, parent: undefined }, place("x/y"), stats)).toBe(false);
  });

  it("compares nothing where the file system has no such numbers, nor above several roots", async () => {
    await mkdir(place("z"), { recursive: true });
    const none = { ino: 0, dev: 0 };
    expect(await isAbove({ absolute: place("z"), stats: none, parent: undefined }, place("z"), none)).toBe(false);
    const top = { absolute: "", stats: undefined, parent: undefined };
    expect(await isAbove(top, place("z"), await lstat(place("z")))).toBe(false);
  });
});
