import { EventEmitter } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { openLmdbJournal } from "@primepack/store-lmdb";
import { makeTree, temporaryFolder } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { runCli } from "./run-cli.ts";

const path = temporaryFolder();
const users = "sourceUserPrincipalName,targetUserPrincipalName\na@b.example,a@c.example\n";
const moves = "kind,source,target\ngroup,ops,ops-new\n";

beforeAll(() => makeTree(path(), { "users.csv": users, "moves.csv": moves, "other/file.txt": "x" }));

/** Nobody answers there. */
const nowhere = ["--graph-url", "http://127.0.0.1:1"];
const north = ["--target-host", "https://north-my.sharepoint.com"];

interface Result {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** In this process: each start of one would cost more than the command. */
async function tenant(args: readonly string[]): Promise<Result> {
  const stderr = new PassThrough();
  const stdout = new PassThrough();
  const argv = ["tenant", ...args];
  const exit = await runCli({
    argv,
    env: {},
    stdout,
    stderr,
    signals: new EventEmitter(),
    cwd: path(),
    clock: systemClock,
  });
  const textOf = async (stream: PassThrough) => Buffer.concat(await stream.end().toArray()).toString();
  return { exit, stdout: await textOf(stdout), stderr: await textOf(stderr) };
}

describe("primepack tenant, called wrongly", () => {
  it.each([
    ["nothing", [], "map or move"],
    ["another area", ["maps"], "map or move"],
    ["no kind of mappings", ["map"], "users, groups, show"],
    ["a file in place of the kind", ["map", "users.csv"], "users, groups, show"],
    ["another kind of move", ["move", "team"], "--batch FILE"],
    ["an inherited name", ["move", "constructor"], "--batch FILE"],
    ["a batch without a folder", ["move", "--batch", "users.csv"], "--out"],
    ["a folder that is no run", ["move", "status", "other"], "RUN_INVALID"],
    ["a run that isn't there", ["move", "resume", "nowhere"], "RUN_INVALID"],
    ["a state that is something else", ["map", "users", "users.csv", "--dry-run", "--state", "other"], "RUN_INVALID"],
    [
      "nobody who asks",
      ["map", "show", "user", "a@b.example", "--graph-url", "https://graph.microsoft.com"],
      "--certificate",
    ],
    ["a token as an argument", ["map", "users", "eyJabcdefgh.eyJabcdefgh.x"], "--token-file"],
    ["a flag that nothing knows", ["move", "--batch", "users.csv", "--out", "x", "--wait"], "--wait"],
  ])("ends with 2 for %s", async (_, args, said) => {
    const result = await tenant(args);
    expect(result.exit).toBe(2);
    expect(result.stderr).toContain(said);
    expect(result.stderr).not.toContain("eyJ");
  });

  it("ends with 2 for a file that isn't there or is no table, and makes nothing for one that isn't there", async () => {
    const args = [...nowhere, "--json"];
    for (const missing of [
      ["map", "users", "none.csv"],
      ["move", "--batch", "none.csv", "--out", "none", ...north],
    ]) {
      const result = await tenant([...missing, ...args]);
      expect(result.exit).toBe(2);
      const error = { type: "error", code: "INVALID_OPTION", exitCode: 2 };
      expect(JSON.parse(result.stdout)).toMatchObject(error);
    }
    const made = await readdir(path());
    expect(made.filter((name) => name.startsWith("none"))).toEqual([]);
    await writeFile(path("table.csv"), "name,email\nAna,a@b.example\n");
    const other = await tenant(["map", "users", "table.csv", ...nowhere]);
    expect(other.exit).toBe(2);
    expect(other.stderr).toContain("(TABLE_INVALID)");
  });

  it("says of a folder in place of a file that it is one, and makes nothing", async () => {
    for (const args of [
      ["map", "users", "other"],
      ["move", "--batch", "other", "--out", "run-of-a-folder", ...north],
    ]) {
      const result = await tenant([...args, ...nowhere]);
      expect(result.exit).toBe(2);
      expect(result.stderr).toContain("it is a folder");
    }
    const made = await readdir(path());
    expect(made.filter((name) => name === "other.state" || name === "run-of-a-folder")).toEqual([]);
  });

  it("keeps no password of a URL in the run's folder", async () => {
    const args = ["--batch", "moves.csv", "--out", "hunted", ...north, "--graph-url", "http://:hunter2@127.0.0.1:1"];
    const result = await tenant(["move", ...args]);
    expect(result.exit).toBe(2);
    expect(result.stderr).not.toContain("hunter2");
    expect(await readdir(path())).not.toEqual(expect.arrayContaining(["hunted"]));
  });
});

describe("primepack tenant move --batch, called rightly after it was called wrongly", () => {
  it("takes the same folder where nobody had been named who asks", async () => {
    const args = ["move", "--batch", "moves.csv", "--out", "unasked", ...north];
    for (const _ of ["first", "again"]) {
      const result = await tenant(args);
      expect(result.exit).toBe(2);
      expect(result.stderr).toContain("--certificate");
    }
  });

  it("takes the same folder where the file was no table by the arguments", async () => {
    await writeFile(path("semicolons.csv"), moves.replaceAll(",", ";"));
    const args = ["move", "--batch", "semicolons.csv", "--out", "semicolons", ...north, ...nowhere];
    expect((await tenant(args)).stderr).toContain("(TABLE_INVALID)");
    const result = await tenant([...args, "--delimiter", "tab"]);
    expect(result.stderr).toContain("(TABLE_INVALID)");
  });

  it("takes no folder that a process works on, and leaves what that began with", async () => {
    await writeFile(path("used.csv"), moves.replaceAll(",", ";"));
    const args = ["move", "--batch", "used.csv", "--out", "used", ...north, ...nowhere];
    expect((await tenant(args)).stderr).toContain("(TABLE_INVALID)");
    const began = await readFile(path("used/batch.json"), "utf8");
    const journal = await openLmdbJournal({ path: path("used/journal") });
    try {
      const result = await tenant([...args, "--delimiter", "semicolon"]);
      expect(result.stderr).toContain("(JOURNAL_IN_USE)");
    } finally {
      await journal.close();
    }
    expect(await readFile(path("used/batch.json"), "utf8")).toBe(began);
  });
});
