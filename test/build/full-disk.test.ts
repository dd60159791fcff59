import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { exampleTarget, makeTree, runCliProcess, temporaryFolder } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();

beforeAll(async () => {
  await makeTree(path("source"), { "a.bin": 3_000_000, "b.bin": 3_000_000, "c.bin": 3_000_000 });
  await writeFile(path("target.json"), JSON.stringify(exampleTarget));
  await mkdir(path("small"));
});

/** Runs a command with a file system of a few megabytes in place of the folder, in a name space of its own. */
const onSmallDisk = (folder: string, command: readonly string[]): [string, ...string[]] => [
  "unshare",
  "--user",
  "--map-root-user",
  "--mount",
  "sh",
  "-c",
  'mount -t tmpfs -o size=5m tmpfs "$0" && "$@"; code=$?; ls -A "$0/out"; exit $code',
  folder,
  ...command,
];

describe("primepack build on a full disk", () => {
  const possible = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"]).status === 0;

  it.runIf(possible)("ends with one clear error, and no package that looks whole", async () => {
    const args = ["build", path("source"), "--target", path("target.json"), "--out", path("small", "out")];
    const result = await runCliProcess([...args, "--json"], {
      through: (command) => onSmallDisk(path("small"), command),
    });
    expect(result.exit, result.stderr).toBe(3);
    expect(`${result.stdout}\n${result.stderr}`).toContain("DISK_FULL");
    const left = result.stdout.split("\n").filter((line) => !line.startsWith("{"));
    expect(left).toContain("run.json");
    expect(left.filter((name) => /^\d+$/.test(name))).toEqual([]);
  });
});
