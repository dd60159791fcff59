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
const onSmallDisk = (folder: string, command: readonly string[], size = "5m"): [string, ...string[]] => [
  "unshare",
  "--user",
  "--map-root-user",
  "--mount",
  "sh",
  "-c",
  `mount -t tmpfs -o size=${size} tmpfs "$0" && "$@"; code=$?; ls -A "$0/out"; exit $code`,
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

  it.runIf(possible)("does not lose the outcomes that no longer fit, and say that all is well", async () => {
    await makeTree(path("many"), Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}`, 1])));
    const args = ["build", path("many"), "--target", path("target.json"), "--out", path("small", "out"), "--dry-run"];
    const result = await runCliProcess(args, {
      // All outcomes together have some 50 kB, which are written at the end, at once.
      through: (command) => onSmallDisk(path("small"), command, "32k"),
    });
    expect(result.exit, result.stdout).toBe(3);
    expect(result.stderr).toContain("DISK_FULL");
  });
});
