import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import {
  type CliOptions,
  type CliResult,
  type EmulatorProcess,
  folderDigest,
  makeTree,
  manyFiles,
  runCliProcess,
  startEmulatorProcess,
  temporaryFolder,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();
const LIBRARIES = 13;
const quick = ["--poll-running", "0.2", "--poll-queued", "0.2"];

let emulator: EmulatorProcess;
let taken = 0;

beforeAll(async () => {
  const libraries = Array.from({ length: LIBRARIES }, (_, index) => ["--library", `L${index}=lib${index}`]).flat();
  emulator = await startEmulatorProcess(path("emulator"), [...libraries, "--concurrent-jobs", "4"]);
  await makeTree(path("source"), { "a.txt": "a", "Plans/b.txt": "b", "Plans/c.bin": 70_000, "Plans/deep/d.txt": "" });
  await makeTree(path("many"), manyFiles(3, 12));
});
afterAll(() => emulator?.stop());

interface Line {
  readonly type: string;
  readonly [field: string]: unknown;
}

const linesOf = ({ stdout }: CliResult): readonly Line[] => stdout.split("\n").map((line) => JSON.parse(line) as Line);
const lastOf = (result: CliResult): Line => linesOf(result).at(-1) ?? { type: "none" };

/** A library that no test has used: its title, and the folder of what is imported into it. */
function library() {
  const number = taken;
  taken += 1;
  return {
    title: `L${number}`,
    imported: () => folderDigest(`${emulator.directory}/sites/emulated/lib${number}`),
  };
}

const cli = (args: readonly string[], options: CliOptions = {}) => runCliProcess(args, { cwd: path(), ...options });

const migrate = (title: string, out: string, more: readonly string[] = [], source = "source") => [
  ...["migrate", source, "--site", emulator.siteUrl, "--library", title, "--out", out, ...quick],
  ...more,
];

/** Kills the process when it tells of packages for the so-manieth time. */
function killAtPackage(count: number): NonNullable<CliOptions["onLine"]> {
  let seen = 0;
  return (line, child) => {
    if ((JSON.parse(line) as Line).type !== "package") return;
    seen += 1;
    if (seen === count) child.kill("SIGKILL");
  };
}

describe("primepack migrate", () => {
  it("migrates a folder, byte for byte, shows how far it is, and reports it", async () => {
    const { title, imported } = library();
    const result = await cli(migrate(title, "run", ["--json"]));
    expect(result.exit, result.stderr).toBe(0);
    const types = new Set(linesOf(result).map(({ type }) => type));
    expect([...types]).toEqual(expect.arrayContaining(["scanned", "package", "summary"]));
    expect(lastOf(result)).toMatchObject({
      type: "summary",
      status: "complete",
      counts: { imported: 6, failed: 0, unknown: 0 },
      jobs: 1,
      importedBytes: 70_002,
      directory: path("run"),
      report: path("run/report/report.html"),
      exitCode: 0,
    });
    expect(await imported()).toEqual(await folderDigest(path("source")));

    expect((await stat(path("run"))).mode & 0o777).toBe(0o700);
    expect((await readdir(path("run/report"))).sort()).toEqual([
      "items.csv",
      "items.ndjson",
      "jobs.csv",
      "report.html",
      "summary.json",
    ]);
    const items = (await readFile(path("run/report/items.ndjson"), "utf8")).trimEnd().split("\n");
    expect(items.map((line) => JSON.parse(line).outcome)).toEqual(items.map(() => "imported"));

    const status = await cli(["status", "run"]);
    expect(status.exit).toBe(0);
    expect(status.stdout).toContain(`Migration to ${emulator.siteUrl}: complete`);
    expect(status.stdout).toContain("Items settled: 6 imported, 0 failed, 0 unknown");
    const again = await cli(["resume", "run", "--json"]);
    expect(lastOf(again)).toMatchObject({ counts: { imported: 6 }, jobs: 1, exitCode: 0 });
    const report = await cli(["report", "run", "--out", "elsewhere", "--json"]);
    expect(lastOf(report)).toMatchObject({ report: path("elsewhere/report.html"), counts: { imported: 6 } });
  });

  it("goes into a folder of the library, and tells what it does on standard output", async () => {
    const { title, imported } = library();
    const result = await cli(migrate(title, "folder-run", ["--folder", "Archive/2024"]));
    expect(result.exit, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/^Migrated 8 items, 70 kB in /);
    expect(result.stdout).toContain("Exit status 0: complete");
    expect(Object.keys(await imported())).toContain("Archive/2024/Plans/b.txt");
  });

  it("sends only what changed, with a ledger", async () => {
    const { title, imported } = library();
    await makeTree(path("delta"), { "a.txt": "1", "b.txt": "2" });
    const args = (out: string) => migrate(title, out, ["--ledger", "ledger", "--delete-missing", "--json"], "delta");
    expect(lastOf(await cli(args("delta-1")))).toMatchObject({ counts: { imported: 2 }, exitCode: 0 });
    await writeFile(path("delta/a.txt"), "changed");
    await rm(path("delta/b.txt"));
    const second = await cli(args("delta-2"));
    expect(lastOf(second), second.stderr).toMatchObject({ counts: { imported: 1, deleted: 1 }, exitCode: 0 });
    expect(await imported()).toEqual(await folderDigest(path("delta")));
    expect(lastOf(await cli(args("delta-3")))).toMatchObject({ counts: { unchanged: 1, imported: 0 }, jobs: 0 });
  });

  it("uploads into containers of one's own", async () => {
    const { title, imported } = library();
    const result = await cli(migrate(title, "own", ["--storage-file", emulator.storageFile]));
    expect(result.exit, result.stderr).toBe(0);
    expect(await imported()).toEqual(await folderDigest(path("source")));
    const secret = (await readFile(emulator.storageFile, "utf8")).match(/AccountKey=([^;]+)/)?.[1] ?? "none";
    expect(await readFile(path("own/migration.json"), "utf8")).not.toContain(secret);
    expect(result.stdout + result.stderr).not.toContain(secret);
  });

  it("goes on in containers of one's own only when the variable that names their account is there", async () => {
    const { title } = library();
    const env = { PRIMEPACK_STORAGE: (await readFile(emulator.storageFile, "utf8")).trim() };
    const args = migrate(title, "own-by-variable", ["--json"]);
    const killed = await cli(args, { env, onLine: killAtPackage(1) });
    expect(killed.exit).toBe("SIGKILL");
    const without = await cli(["resume", "own-by-variable"]);
    expect(without.exit).toBe(2);
    expect(without.stderr).toContain("RUN_MISMATCH");
    expect(without.stderr).toContain("PRIMEPACK_STORAGE");
    const rest = await cli(["resume", "own-by-variable", "--json"], { env });
    expect(lastOf(rest), rest.stderr).toMatchObject({ counts: { imported: 6 }, exitCode: 0 });
  });

  it("migrates into a container of SharePoint Embedded", async () => {
    const target = ["--graph-container", "b!emulated", "--graph-url", emulator.graphUrl];
    const result = await cli(["migrate", "source", ...target, "--out", "graph-run", "--json", ...quick]);
    expect(result.exit, result.stderr).toBe(0);
    expect(lastOf(result)).toMatchObject({ counts: { imported: 6 }, jobs: 1 });
  });

  it("goes on after it was killed at any moment, and repeats no job", async () => {
    const { title, imported } = library();
    const args = migrate(title, "killed", ["--max-items", "5", "--json"], "many");
    const first = await cli(args, { onLine: killAtPackage(9) });
    expect(first.exit).toBe("SIGKILL");
    const between = await cli(["status", "killed", "--json"]);
    expect(lastOf(between)).toMatchObject({ type: "summary", status: "running" });
    const second = await cli(["resume", "killed", "--json"], { onLine: killAtPackage(12) });
    expect(second.exit).toBe("SIGKILL");
    const last = await cli(["resume", "killed", "--json", ...quick]);
    expect(last.exit, last.stderr).toBe(0);
    const { packages, jobs, counts } = lastOf(last) as unknown as {
      packages: number;
      jobs: number;
      counts: { imported: number };
    };
    expect(counts).toMatchObject({ failed: 0, unknown: 0, pending: 0 });
    expect(jobs).toBe(packages);
    expect(await imported()).toEqual(await folderDigest(path("many")));
  });

  it("submits nothing more after Ctrl+C, says how to go on, and does", async () => {
    const { title, imported } = library();
    const args = migrate(title, "interrupted", ["--max-items", "5", "--json"], "many");
    let isAsked = false;
    const result = await cli(args, {
      onLine: (line, child) => {
        const { type, package: status } = JSON.parse(line);
        if (isAsked || type !== "package" || status.stage !== "submitted") return;
        isAsked = true;
        child.kill("SIGINT");
      },
    });
    expect(result.exit, result.stderr).toBe(130);
    expect(lastOf(result)).toMatchObject({
      status: "interrupted",
      exitCode: 130,
      resume: `primepack resume ${path("interrupted")}`,
    });
    expect(linesOf(result).map(({ type }) => type)).toContain("draining");
    const rest = await cli(["resume", "interrupted"]);
    expect(rest.exit, rest.stderr).toBe(0);
    expect(await imported()).toEqual(await folderDigest(path("many")));
  });

  it("shows how far a run is while another process works on it, which keeps others from it", async () => {
    const { title } = library();
    const args = migrate(title, "shared", ["--max-items", "5", "--json"], "many");
    const looks: Promise<CliResult>[] = [];
    const result = await cli(args, {
      onLine: (line, child) => {
        const { type, package: status } = JSON.parse(line);
        if (looks.length > 0 || type !== "package" || status.stage !== "submitted") return;
        child.kill("SIGSTOP");
        looks.push(cli(["status", "shared"]), cli(["report", "shared"]), cli(["resume", "shared"]));
        void Promise.all(looks).finally(() => child.kill("SIGCONT"));
      },
    });
    expect(result.exit, result.stderr).toBe(0);
    const [status, report, resume] = await Promise.all(looks);
    expect(status?.stdout).toContain(": running");
    expect(status?.exit).toBe(0);
    expect(report?.exit, report?.stderr).toBe(0);
    expect(resume?.exit).toBe(2);
    expect(resume?.stderr).toMatch(/IN_USE/);
  });

  it("refuses a folder that holds a run, and tells how to go on with it", async () => {
    const result = await cli(migrate("L0", "run"));
    expect(result.exit).toBe(2);
    expect(result.stderr).toContain("primepack resume");
  });

  it("tells of a library that isn't there, and leaves no run behind", async () => {
    const result = await cli(migrate("Nowhere", "no-library"));
    expect(result.exit).toBe(2);
    expect(result.stderr).toContain("TARGET_NOT_FOUND");
    await expect(stat(path("no-library"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("primepack cancel", () => {
  it("ends a run for good, and keeps what was imported", async () => {
    const { title } = library();
    const args = migrate(title, "cancelled", ["--max-items", "5", "--jobs-per-site", "1", "--json"], "many");
    let isKilled = false;
    await cli(args, {
      onLine: (line, child) => {
        const { type, package: status } = JSON.parse(line);
        if (isKilled || type !== "package" || status.stage !== "settled") return;
        isKilled = true;
        child.kill("SIGKILL");
      },
    });
    const result = await cli(["cancel", "cancelled", "--json", ...quick]);
    expect(result.exit, result.stderr).toBe(0);
    expect(lastOf(result)).toMatchObject({ status: "cancelled", exitCode: 0 });
    const { counts } = lastOf(result) as unknown as { counts: Readonly<Record<string, number>> };
    expect(counts.imported).toBeGreaterThan(0);
    const resumed = await cli(["resume", "cancelled", "--json"]);
    expect(resumed.exit).toBe(3);
    expect(lastOf(resumed)).toMatchObject({ status: "cancelled" });
  });
});

describe("primepack watch", () => {
  it("shows the events of a job to its end", async () => {
    const status = await cli(["status", "run", "--json"]);
    const [{ package: found }] = linesOf(status) as unknown as [{ package: { jobId: string } }];
    const result = await cli(["watch", found.jobId, "--site", emulator.siteUrl, "--json", ...quick]);
    expect(result.exit, result.stderr).toBe(0);
    const events = linesOf(result);
    expect(events.map(({ event }) => event).filter(Boolean)).toEqual(
      expect.arrayContaining(["JobQueued", "JobStart", "JobEnd"]),
    );
    expect(events.at(-2)).toEqual({ type: "over", jobId: found.jobId, how: "ended" });
    const gone = await cli(["watch", "11111111-0000-4000-8000-000000000001", "--site", emulator.siteUrl, ...quick]);
    expect(gone.exit).toBe(1);
  });
});

describe("primepack emulator", () => {
  it("takes only the token that it is told, and migrate tells of a refused one", async () => {
    await writeFile(path("token"), "right-token\n");
    await writeFile(path("wrong"), "wrong-token\n");
    const strict = await startEmulatorProcess(path("strict"), ["--token-file", path("token")]);
    try {
      const args = (token: string, out: string) => [
        ...["migrate", "source", "--site", strict.siteUrl, "--library", "Documents", "--out", out, ...quick],
        ...["--token-file", token],
      ];
      const wrong = await cli(args("wrong", "refused"));
      expect(wrong.exit).not.toBe(0);
      expect(wrong.stderr).not.toContain("wrong-token");
      const right = await cli(args("token", "taken"));
      expect(right.exit, right.stderr).toBe(0);
      expect(await readFile(path("taken/migration.json"), "utf8")).not.toContain("right-token");
    } finally {
      await strict.stop();
    }
  });

  it("fails items on demand, which the exit status and the report tell", async () => {
    const faulty = await startEmulatorProcess(path("faulty"), ["--fault", "fatalAfter.objects=3"]);
    try {
      const result = await cli([
        ...["migrate", "source", "--site", faulty.siteUrl, "--library", "Documents", "--out", "fatal", ...quick],
        ...["--attempts", "1", "--json"],
      ]);
      expect(result.exit, result.stderr).toBe(1);
      const { counts } = lastOf(result) as unknown as { counts: Readonly<Record<string, number>> };
      expect((counts.failed ?? 0) + (counts.unknown ?? 0)).toBeGreaterThan(0);
      expect(await readFile(path("fatal/report/report.html"), "utf8")).toContain("not migrated");
    } finally {
      await faulty.stop();
    }
  });
});
