import type { ItemEnd, MigrationProgress, PackageStatus } from "@primepack/runner";
import { collectingStream, manualClock } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { JsonMigrationView } from "./json-migration-view.ts";
import type { MigrationEnd } from "./migration-view.ts";
import { OutputStream } from "./output-stream.ts";
import { TextMigrationView } from "./text-migration-view.ts";

function rims(isTTY: boolean) {
  const stdout = collectingStream({ isTTY, columns: 200 });
  const stderr = collectingStream({ isTTY, columns: 200 });
  const outputs = { stdout: new OutputStream(stdout.stream), stderr: new OutputStream(stderr.stream) };
  return { clock: manualClock(), outputs, stdout: stdout.text, stderr: stderr.text };
}

function viewOn({ terminal = false, quiet = false } = {}) {
  const { clock, outputs, ...texts } = rims(terminal);
  return { ...texts, clock, view: new TextMigrationView({ ...outputs, clock, quiet }) };
}

const stages = {
  planned: 0,
  building: 3,
  built: 1,
  submitting: 1,
  submitted: 4,
  ended: 1,
  settled: 20,
  unknown: 0,
};
const progress: MigrationProgress = {
  build: { scannedItems: 0, scannedBytes: 0, files: 0, sealedBytes: 0, packages: 0 },
  stages,
  imported: 1234,
  failed: 2,
  unknown: 0,
  importedBytes: 5_000_000,
};

const status = (fields: Partial<PackageStatus>): PackageStatus => ({
  name: "000001",
  stage: "ended",
  attempt: 1,
  dependsOn: [],
  ...fields,
});

const failed = (name: string): ItemEnd => ({
  source: name,
  sourcePath: ["folder", name],
  kind: "file",
  outcome: "failed",
  code: "-2147024816",
  message: "exists",
});

const end: MigrationEnd = {
  summary: {
    status: "complete",
    counts: {
      imported: 1234,
      deleted: 0,
      unchanged: 7,
      existing: 0,
      excluded: 0,
      skipped: 0,
      failed: 2,
      unknown: 0,
      pending: 0,
    },
    packages: 30,
    jobs: 29,
    importedBytes: 5_000_000,
    startedAt: "2026-01-05T10:00:00.000Z",
    endedAt: "2026-01-05T10:00:50.000Z",
  },
  exitCode: 1,
  directory: "/data/run\u001b[31m",
  report: "/data/run/report/report.html",
};

describe("TextMigrationView", () => {
  it("paints one line over and over on a terminal, and clears it away", () => {
    const { view, clock, stdout } = viewOn({ terminal: true });
    view.started(() => progress);
    expect(stdout()).toContain(
      "1,234 imported, 2 failed, 5.0 MB, 0 B/s; packages: 3 uploading, 2 waiting, 5 at the service, 20 done",
    );
    const painted = stdout().length;
    clock.advance(1000);
    expect(stdout().length).toBeGreaterThan(painted);
    view.ended();
    expect(clock.timers).toBe(0);
    expect(stdout().endsWith("\r\u001b[K")).toBe(true);
  });

  it("writes a line every ten seconds elsewhere, with the rate", () => {
    const { view, clock, stdout } = viewOn();
    let importedBytes = 0;
    view.started(() => ({ ...progress, importedBytes }));
    clock.advance(9000);
    expect(stdout()).toBe("");
    importedBytes = 20_000_000;
    clock.advance(1000);
    expect(stdout()).toMatch(/^1,234 imported, 2 failed, 20 MB, 2\.0 MB\/s; packages: .*\n$/);
    view.ended();
  });

  it("tells of jobs that went wrong as a whole, and of packages that nobody knows of", async () => {
    const { view, stderr } = viewOn();
    await view.event({ type: "package", package: status({ result: "ended", jobId: "j" }) });
    expect(stderr()).toBe("");
    await view.event({ type: "package", package: status({ result: "fatal", jobId: "j", message: "no\nroom" }) });
    await view.event({ type: "package", package: status({ stage: "unknown" }) });
    expect(stderr()).toBe(
      "package 000001: job j fatal: no\\u{a}room\npackage 000001: nobody can tell whether it became a job\n",
    );
  });

  it("names the first items that are lost, and the first warnings of each code", async () => {
    const { view, stderr } = viewOn();
    view.item({ ...failed("ok"), outcome: "imported" });
    for (let index = 0; index < 30; index += 1) view.item(failed(`${index}\u202e.txt`));
    const lines = stderr().trimEnd().split("\n");
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe("failed: folder/0\\u{202e}.txt: exists (-2147024816)");
    expect(lines.at(-1)).toBe("further ones are in the report");
    for (let index = 0; index < 30; index += 1) await view.event({ type: "warning", code: "W", message: "odd" });
    expect(stderr().trimEnd().split("\n")).toHaveLength(32);
  });

  it("says only the summary when it is quiet", async () => {
    const { view, clock, stdout, stderr } = viewOn({ quiet: true });
    view.started(() => progress);
    clock.advance(60_000);
    await view.event({ type: "warning", code: "W", message: "odd" });
    view.item(failed("a"));
    await view.summary(end);
    expect(stderr()).toBe("");
    expect(stdout().split("\n")).toEqual([
      "Migrated 1,234 items, 5.0 MB in 0:50, 100 kB/s",
      "Packages: 30, jobs: 29",
      "Items: 1,234 imported, 7 unchanged, 0 skipped, 2 failed, 0 unknown",
      "Run: /data/run\\u{1b}[31m",
      "Report: /data/run/report/report.html",
      "Exit status 1: some items failed, were skipped or are unknown",
      "",
    ]);
  });
});

describe("JsonMigrationView", () => {
  it("writes events as they are, progress every second, and the summary with what surrounds it", async () => {
    const { clock, outputs, stdout } = rims(false);
    const view = new JsonMigrationView({ stdout: outputs.stdout, clock, quiet: false });
    view.started(() => progress);
    await view.event({ type: "scanned", items: 3, bytes: 4 });
    clock.advance(1000);
    view.draining();
    view.ended();
    clock.advance(10_000);
    await view.summary({ ...end, resume: "primepack resume run" });
    const lines = stdout()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { type: "scanned", items: 3, bytes: 4 },
      { type: "progress", elapsedMs: 1000, ...progress },
      { type: "draining" },
      {
        ...{ type: "summary", ...end.summary, exitCode: 1, directory: end.directory, report: end.report },
        resume: "primepack resume run",
      },
    ]);
  });

  it("writes the summary alone when it is quiet", async () => {
    const { clock, outputs, stdout } = rims(false);
    const view = new JsonMigrationView({ stdout: outputs.stdout, clock, quiet: true });
    view.started(() => progress);
    clock.advance(5000);
    await view.event({ type: "scanned", items: 3, bytes: 4 });
    view.draining();
    await view.summary(end);
    expect(stdout().trimEnd().split("\n")).toHaveLength(1);
  });
});
