import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, test } from "vitest";
import { isWithin } from "./is-within.ts";

describe("isWithin()", () => {
  const folder = temporaryFolder();

  test("holds for the folder itself and what is below it, there or not", async () => {
    expect(await isWithin(folder(), folder())).toBe(true);
    expect(await isWithin(folder("not", "there"), folder())).toBe(true);
    expect(await isWithin(folder("..x"), folder())).toBe(true);
  });

  test("does not hold for a folder above, nor for one whose name begins alike", async () => {
    expect(await isWithin(folder(), folder("a"))).toBe(false);
    expect(await isWithin(folder("ab"), folder("a"))).toBe(false);
  });

  test("follows links on the way", async () => {
    await mkdir(folder("real"));
    await symlink(folder("real"), folder("link"));
    expect(await isWithin(join(folder("link"), "new"), folder("real"))).toBe(true);
  });
});
