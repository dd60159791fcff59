import { EventEmitter } from "node:events";
import { access, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { exampleTarget, makeTree, manyFiles, runCliProcess, temporaryFolder } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { runCli } from "./run-cli.ts";

const path = temporaryFolder();
const key = Buffer.alloc(32, 7).toString("base64");
const signature = "c2VjcmV0c2lnbmF0dXJl";

beforeAll(async () => {
  await makeTree(path("source"), { "a.txt": "a", "folder/b?.txt": "b", "folder/c.bin": 70_000 });
  await makeTree(path("links"), { "a.txt": "a" });
  await symlink("a.txt", path("links", "link"));
  await writeFile(path("target.json"), `\uFEFF${JSON.stringify(exampleTarget)}`);
  await writeFile(path("key"), `${key}\n`);
});

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string, interrupt: () => void) => void;
}

interface Result {
  readonly exit: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

async function runHere(argv: readonly string[], { env = {}, onLine }: Options = {}): Promise<Result> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const signals = new EventEmitter();
  // A second Ctrl+C counts after a moment only: each of these comes an hour after the last.
  let hours = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + hours * 3_600_000 };
  const interrupt = () => {
    hours += 1;
    signals.emit("SIGINT");
  };
  let out = "";
  let err = "";
  stdout.on("data", (chunk: Buffer) => {
    out += chunk;
    for (const line of chunk.toString().trimEnd().split("\n")) onLine?.(line, interrupt);
  });
  stderr.on("data", (chunk: Buffer) => {
    err += chunk;
  });
  const exit = await runCli({ argv, env, stdout, stderr, signals, cwd: path(), clock });
  expect(signals.listenerCount("SIGINT")).toBe(0);
  return { exit, stdout: out.trimEnd(), stderr: err };
}

function runProgram(argv: readonly string[], { env = {}, onLine }: Options = {}): Promise<Result> {
  return runCliProcess(argv, {
    cwd: path(),
    env,
    ...(onLine && { onLine: (line, child) => onLine(line, () => child.kill("SIGINT")) }),
  });
}

const build = (out: string, ...more: string[]): string[] => [
  ...["build", "source", "--target", "target.json", "--out", out],
  ...more,
];

async function exists(...names: string[]): Promise<boolean> {
  return access(path(...names)).then(
    () => true,
    () => false,
  );
}

const parse = (stdout: string): { readonly type: string; readonly [field: string]: unknown }[] =>
  stdout.split("\n").map((line) => JSON.parse(line));

describe.each([
  ["here", runHere],
  ["program", runProgram],
])("primepack (%s)", (way, run) => {
  it("builds, verifies, and says where everything is", async () => {
    const out = `${way}-built`;
    const built = await run(build(out));
    expect(built, built.stderr).toMatchObject({ exit: 0, stderr: "" });
    expect(built.stdout).toContain(`Packages: ${path(out)}`);
    expect(built.stdout).toContain("4 packaged, 1 renamed");
    expect(built.stdout).toContain("Next free item id: 5");
    expect(built.stdout).toContain("Exit status 0");
    expect((await readdir(path(out))).sort()).toEqual(["000001", "items.ndjson", "key", "packages.ndjson", "run.json"]);

    const verified = await run(["verify", out, "--source", "source", "--target", "target.json"]);
    expect(verified, verified.stdout).toMatchObject({ exit: 0, stderr: "" });
    expect(verified.stdout).toContain("3 files compared with the source");
    expect(verified.stdout).toContain("Findings: 0 errors, 0 warnings");
  });

  it("gives exit status 1 and names what it left out", async () => {
    const result = await run(["build", "links", "--target", "target.json", "--out", `${way}-links`]);
    expect(result.exit).toBe(1);
    expect(result.stderr).toMatch(/^skipped: link: .*\(SOURCE_SYMLINK\)$/m);
    expect(result.stdout).toContain("1 skipped");
  });

  it("finds a blob that was changed, and says what to do", async () => {
    const out = `${way}-changed`;
    expect((await run(build(out, "--key-file", "key"))).exit).toBe(0);
    await writeFile(path(out, "000001", "content", "00000001.dat"), Buffer.alloc(16));
    const verified = await run(["verify", out, "--key-file", "key"]);
    expect(verified.exit).toBe(1);
    expect(verified.stdout).toMatch(/^error: 000001\/.*\(BLOB_MD5_MISMATCH\)\n {2}\S/m);
  });

  it("writes events as lines of JSON, and a summary last", async () => {
    const out = `${way}-json`;
    const built = await run(build(out, "--json", "--no-encryption"));
    expect(built.exit, built.stderr).toBe(0);
    const lines = parse(built.stdout).filter(({ type }) => type !== "progress");
    expect(lines.filter(({ type }) => type === "item")).toHaveLength(4);
    expect(lines.map(({ type }) => type)).toEqual(expect.arrayContaining(["packageStarted", "scanned"]));
    expect(lines.at(-1)).toEqual({
      type: "summary",
      status: "complete",
      packages: 1,
      reusedPackages: 0,
      counts: {
        packaged: 4,
        renamed: 1,
        deletion: 0,
        unchanged: 0,
        existing: 0,
        excluded: 0,
        skipped: 0,
        failed: 0,
      },
      kinds: { folders: 1, files: 3, items: 0, lists: 0 },
      versions: 0,
      attachments: 0,
      warnings: {},
      bytes: 70_002,
      storedBytes: expect.any(Number),
      nextItemId: 5,
      exitCode: 0,
      directory: path(out),
      inContainers: false,
      dryRun: false,
    });
    const verified = await run(["verify", out, "--json"]);
    expect(parse(verified.stdout).at(-1)).toMatchObject({ type: "summary", ok: true, packages: 1, exitCode: 0 });
  });

  it("keeps to one line for a run that is to be quiet", async () => {
    const built = await run(build(`${way}-quiet`, "--json", "--quiet"));
    expect(parse(built.stdout).map(({ type }) => type)).toEqual(["summary"]);
  });

  it("tells with --dry-run what would become of every item, and builds nothing", async () => {
    const out = `${way}-dry`;
    const result = await run(build(out, "--dry-run"));
    expect(result, result.stderr).toMatchObject({ exit: 0, stderr: "" });
    expect(result.stdout).toContain("nothing was built");
    expect(await readdir(path(out))).toEqual(["dry-run-items.ndjson"]);
    expect((await readFile(path(out, "dry-run-items.ndjson"), "utf8")).trimEnd().split("\n")).toHaveLength(4);
    // It leaves the way free for the run itself.
    expect((await run(build(out))).exit).toBe(0);
  });

  it("gives its version, and help without and with a command", async () => {
    expect(await run(["--version"])).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(await run(["build", "--help"])).toMatchObject({ exit: 0, stdout: expect.stringContaining("--target FILE") });
    expect(await run([])).toMatchObject({ exit: 2, stderr: expect.stringContaining("primepack build") });
  });

  it("refuses to build over a run, and to continue it with another key", async () => {
    const out = `${way}-again`;
    expect((await run(build(out))).exit).toBe(0);
    expect(await run(build(out))).toMatchObject({ exit: 2, stderr: expect.stringContaining("OUTPUT_NOT_EMPTY") });
    const other = await run(build(out, "--continue", "--key-file", "key"));
    expect(other).toMatchObject({ exit: 2, stderr: expect.stringContaining("INVALID_KEY") });
    expect(other.stderr).not.toContain("Go on with");
  });

  describe("refuses bad input with one message, exit status 2 and nothing written:", () => {
    const without = (field: keyof typeof exampleTarget): string => {
      const { [field]: _, ...rest } = exampleTarget;
      return JSON.stringify(rest);
    };
    const bad = (name: string): string => `${way}-bad-${name}`;
    const secrets = `AccountName=a;AccountKey=${signature}`;

    // Starting a program takes most of its test's time; one case for each place that refuses is enough there.
    const sampled = /no command|source that is missing|without a field|wrong length|an unknown flag|as an argument/;
    const cases: readonly [string, string, (out: string) => string[], Options?][] = [
      ["no command", "one of build, cancel, convert, emulator", () => ["pack"]],
      ["no source", "a SOURCE, --inventory or", (out) => ["build", "--target", "target.json", "--out", out]],
      ["a source that is missing", "SOURCE missing", (out) => ["build", "missing", ...build(out).slice(2)]],
      ["no target", "--target is needed", (out) => ["build", "source", "--out", out]],
      ["a target that is missing", "ENOENT", (out) => build(out, "--target", "missing.json")],
      ["a target that is no JSON", "is not JSON", (out) => build(out, "--target", "key")],
      ["a target without a field", "webId is missing", (out) => build(out, "--target", bad("field.json"))],
      ["a target with a field too many", 'no field "colour"', (out) => build(out, "--target", bad("unknown.json"))],
      ["a target with a wrong GUID", "listId takes a GUID", (out) => build(out, "--target", bad("guid.json"))],
      ["a key of a wrong length", "5 bytes", (out) => build(out, "--key-file", bad("short-key"))],
      ["a key that can't be read", "KEY_UNREADABLE", (out) => build(out, "--key-file", "missing")],
      ["a bad number", "--workers as it takes a whole number", (out) => build(out, "--workers", "many")],
      ["a pattern that is none", "INVALID_OPTION", (out) => build(out, "--include", "")],
      ["an unknown flag", "Unknown option '--colour'", (out) => build(out, "--colour")],
      ["a storage that is none", "connection string", (out) => build(out), { env: { PRIMEPACK_STORAGE: "nonsense" } }],
      ["a storage file that is missing", "--storage-file", (out) => build(out, "--storage-file", "missing")],
      ["a connection string as an argument", "[redacted]", (out) => build(out, "--storage-file", secrets)],
      ["a key as an argument", "[redacted]", (out) => build(out, "--key-file", key)],
    ];
    it.each(cases.filter(([name]) => way === "here" || sampled.test(name)))("%s", async (_, message, argv, options) => {
      await writeFile(path(bad("field.json")), without("webId"));
      await writeFile(path(bad("unknown.json")), JSON.stringify({ ...exampleTarget, colour: "red" }));
      await writeFile(path(bad("guid.json")), JSON.stringify({ ...exampleTarget, listId: "{x}" }));
      await writeFile(path(bad("short-key")), `${Buffer.from("short").toString("base64")}\n`);
      const out = `${way}-refused`;
      const result = await run(argv(out), options);
      expect(result.stderr).toContain(message);
      expect(result.stderr).toMatch(/^primepack: [^\n]+\n {2}[^\n]+\([A-Z_]+\)\n$/);
      expect(result).toMatchObject({ exit: 2, stdout: "" });
      for (const secret of [key, signature, "nonsense"]) expect(result.stderr).not.toContain(secret);
      expect(await exists(out, "items.ndjson")).toBe(false);
    });

    it.each([
      ["an output inside the source", "source/out"],
      ["a source inside the output", "."],
    ])("%s", async (_, out) => {
      const result = await run(build(out, "--json"));
      expect(result).toMatchObject({ exit: 2, stderr: expect.stringContaining("OUTPUT_CONTAINS_SOURCE") });
      expect(parse(result.stdout)).toEqual([
        expect.objectContaining({ type: "error", code: "OUTPUT_CONTAINS_SOURCE", exitCode: 2 }),
      ]);
    });

    it.each(["links", "target.json"])("a folder without packages, or none: %s", async (name) => {
      const result = await run(["verify", name]);
      expect(result).toMatchObject({ exit: 2, stderr: expect.stringContaining("OUTPUT_UNREADABLE") });
    });
  });
});

describe("primepack as a program", () => {
  it("finishes a run whose output nobody reads any more", async () => {
    const args = ["build", "source", "--target", "target.json", "--out", "unread", "--max-items", "1", "--json"];
    const result = await runCliProcess(args, { cwd: path(), onLine: (_, child) => child.stdout?.destroy() });
    expect(result.exit, result.stderr).toBe(0);
    expect((await runHere(["verify", "unread", "--quiet"])).exit).toBe(0);
  });
});

describe("primepack and a source of which nothing is packaged", () => {
  it("builds and verifies a run without packages", async () => {
    const args = ["build", "source", "--target", "target.json", "--out", "nothing", "--exclude", "*"];
    expect(await runHere(args)).toMatchObject({ exit: 0 });
    const verified = await runHere(["verify", "nothing", "--source", "source", "--exclude", "*"]);
    expect(verified, verified.stderr).toMatchObject({ exit: 0 });
  });
});

describe("primepack with an impatient user", () => {
  it("drops what is in flight at a second SIGINT, and goes on afterwards", async () => {
    await makeTree(path("many"), manyFiles(20, 12));
    const out = "aborted";
    const args = ["build", "many", "--target", "target.json", "--out", out, "--max-items", "5", "--json"];
    const aborted = await runHere(args, {
      onLine: (line, interrupt) => {
        if (JSON.parse(line).type === "packageFinished" || JSON.parse(line).type === "draining") interrupt();
      },
    });
    expect(aborted.exit).toBe(130);
    expect(aborted.stderr).toContain(`primepack ${args.join(" ")} --continue`);
    const continued = await runHere([...args, "--continue"]);
    expect(continued.exit, continued.stderr).toBe(0);
    expect((await runHere(["verify", out, "--source", "many"])).exit).toBe(0);
  });
});
