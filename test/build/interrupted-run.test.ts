import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { exampleTarget, makeTree, manyFiles, runCliProcess, temporaryFolder } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();

beforeAll(async () => {
  await makeTree(path("source"), { ...manyFiles(30, 12), "z/large.bin": 9_000_000 });
  await writeFile(path("target.json"), JSON.stringify(exampleTarget));
  await writeFile(path("key"), `${Buffer.alloc(32, 7).toString("base64")}\n`);
});

function args(out: string, ...more: string[]): string[] {
  const target = ["--target", path("target.json"), "--key-file", path("key")];
  return ["build", path("source"), "--out", path(out), ...target, "--max-items", "10", "--json", ...more];
}

interface Line {
  readonly type: string;
}

const parse = (line: string): Line => JSON.parse(line) as Line;

/** What became of each entry; without what is random (ciphertexts). */
async function outcomes(out: string): Promise<string[]> {
  const lines = (await readFile(path(out, "items.ndjson"), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.stringify({ ...JSON.parse(line), md5: undefined })).sort();
}

/** Names of finished packages, by the folders that look like one. */
async function packageFolders(out: string): Promise<string[]> {
  const entries = await readdir(path(out), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
}

describe("primepack build", () => {
  it("is continued after SIGKILL with the same outcome as an undisturbed run", async () => {
    const undisturbed = await runCliProcess(args("undisturbed"));
    expect(undisturbed.exit, undisturbed.stderr).toBe(0);

    let finished = 0;
    for (const packagesUntilKill of [1, 4]) {
      const killed = await runCliProcess(args("killed", "--continue"), {
        onLine: (line, child) => {
          if (parse(line).type === "packageFinished") finished += 1;
          if (finished >= packagesUntilKill) child.kill("SIGKILL");
        },
      });
      expect(killed.exit).toBe("SIGKILL");
      // What looks like a package is whole.
      for (const name of await packageFolders("killed")) await access(path("killed", name, "blobs.ndjson"));
    }

    const continued = await runCliProcess(args("killed", "--continue"));
    expect(continued.exit, continued.stderr).toBe(0);
    expect(continued.stdout.split("\n").some((line) => parse(line).type === "packageReused")).toBe(true);
    expect(await outcomes("killed")).toEqual(await outcomes("undisturbed"));
    expect((await packageFolders("killed")).sort()).toEqual((await packageFolders("undisturbed")).sort());

    const verified = await runCliProcess([
      "verify",
      path("killed"),
      "--key-file",
      path("key"),
      "--source",
      path("source"),
    ]);
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
  });

  it("drains on SIGINT, says how to go on, and goes on", async () => {
    let sent = false;
    const interrupted = await runCliProcess(args("interrupted"), {
      onLine: (line, child) => {
        // Packages in flight finish afterwards too; only one signal drains.
        if (!sent && parse(line).type === "packageFinished") sent = child.kill("SIGINT");
      },
    });
    expect(interrupted.exit).toBe(130);
    expect(interrupted.stderr).toContain("--continue");
    const finished = await packageFolders("interrupted");
    const recorded = (await readFile(path("interrupted", "packages.ndjson"), "utf8")).trimEnd().split("\n");
    expect(recorded.map((line) => JSON.parse(line).name).sort()).toEqual(finished.sort());

    const continued = await runCliProcess(args("interrupted", "--continue"));
    expect(continued.exit, continued.stderr).toBe(0);
    const verified = await runCliProcess([
      "verify",
      path("interrupted"),
      "--key-file",
      path("key"),
      "--source",
      path("source"),
    ]);
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
  });

  it("refuses to continue when the source of finished packages has changed", async () => {
    await makeTree(path("changing"), manyFiles(4, 12));
    const build = (...more: string[]) =>
      runCliProcess([
        "build",
        path("changing"),
        "--target",
        path("target.json"),
        "--out",
        path("changed"),
        "--max-items",
        "10",
        ...more,
      ]);
    expect((await build()).exit).toBe(0);
    expect((await build()).stderr).toContain("OUTPUT_NOT_EMPTY");
    await makeTree(path("changing"), { "folder 0/a new file.txt": "new" });
    const continued = await build("--continue");
    expect(continued.exit).toBe(2);
    expect(continued.stderr).toContain("fresh folder");
  });
});
