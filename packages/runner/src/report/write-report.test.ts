import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { ItemEnd, MigrationSummary, PackageStatus } from "../types.ts";
import { writeReport } from "./write-report.ts";

const path = temporaryFolder();

const summary: MigrationSummary = {
  status: "complete",
  counts: {
    imported: 2,
    deleted: 0,
    unchanged: 0,
    existing: 0,
    excluded: 0,
    skipped: 0,
    failed: 1,
    unknown: 0,
    pending: 0,
  },
  packages: 1,
  jobs: 1,
  importedBytes: 3000,
  startedAt: "2026-01-05T10:00:00.000Z",
  endedAt: "2026-01-05T10:01:00.000Z",
};

const status: PackageStatus = {
  name: "000001",
  stage: "settled",
  attempt: 1,
  dependsOn: [],
  jobId: "11111111-0000-4000-8000-000000000001",
  plannedAt: "2026-01-05T10:00:00.000Z",
  submittedAt: "2026-01-05T10:00:05.000Z",
  startedAt: "2026-01-05T10:00:10.000Z",
  endedAt: "2026-01-05T10:00:30.000Z",
  record: {
    name: "000001",
    kind: "content",
    dependsOn: [],
    folders: 1,
    files: 2,
    items: 0,
    lists: 0,
    deletions: 0,
    versions: 0,
    attachments: 0,
    scopes: 0,
    failed: 0,
    renamed: 0,
    bytes: 4000,
    storedBytes: 5000,
    blobs: 10,
    encrypted: true,
    plan: "",
    settings: "",
  },
  counts: { totalErrors: 1, totalWarnings: 0 },
  result: "ended",
  items: { imported: 2, failed: 1, unknown: 0 },
};

const imported: ItemEnd = {
  source: "tree/a.txt",
  sourcePath: ["a.txt"],
  kind: "file",
  outcome: "imported",
  url: "/sites/x/Shared Documents/a.txt",
  size: 3000,
};
const failed: ItemEnd = {
  source: "tree/sub/=cmd|' /C calc'!A0",
  sourcePath: ["sub", "=cmd|' /C calc'!A0"],
  kind: "file",
  outcome: "failed",
  code: "-2147024809",
  message: "Access denied to https://x.blob.core.windows.net/c/b?sv=1&sig=abcdef%3D",
  package: "000001",
  attempts: 3,
};

async function* each(...items: readonly ItemEnd[]): AsyncGenerator<ItemEnd> {
  yield* items;
}

const csvOf = async (file: string): Promise<readonly string[]> =>
  (await readFile(file, "utf8")).replace(/^\ufeff/, "").split("\r\n");

describe("writeReport()", () => {
  it("writes every item into CSV and NDJSON, every job with spans and rates, and totals", async () => {
    const { files } = await writeReport({
      directory: path("a/report"),
      ends: each(imported, failed),
      packages: [status],
      summary,
    });
    expect((await readdir(path("a/report"))).sort()).toEqual([
      "items.csv",
      "items.ndjson",
      "jobs.csv",
      "report.html",
      "summary.json",
    ]);
    const [head, first, second, end] = await csvOf(files.itemsCsv);
    expect(head).toBe("outcome,kind,path,code,message,warnings,url,id,package,jobId,attempts,size,source");
    expect(first).toBe("imported,file,a.txt,,,,/sites/x/Shared Documents/a.txt,,,,,3000,tree/a.txt");
    expect(second).toBe(
      "failed,file,sub/=cmd|' /C calc'!A0,-2147024809,Access denied to https://x.blob.core.windows.net/c/b?sv=1&sig=[redacted],,,,000001,,3,,tree/sub/=cmd|' /C calc'!A0",
    );
    expect(end).toBe("");
    const lines = (await readFile(files.itemsNdjson, "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      imported,
      { ...failed, message: "Access denied to https://x.blob.core.windows.net/c/b?sv=1&sig=[redacted]" },
    ]);
    const [names = "", values = ""] = await csvOf(files.jobs);
    const cells = values.split(",");
    const job = Object.fromEntries(names.split(",").map((name, index) => [name, cells[index]]));
    expect(job).toMatchObject({
      package: "000001",
      jobId: "11111111-0000-4000-8000-000000000001",
      waitedSeconds: "5",
      ranSeconds: "20",
      items: "3",
      bytes: "4000",
      imported: "2",
      failed: "1",
      bytesPerSecond: "200",
      itemsPerSecond: "0.1",
      errors: "1",
    });
    expect(JSON.parse(await readFile(files.summary, "utf8"))).toEqual({
      ...summary,
      problems: { failed: 1, unknown: 0, skipped: 0, pending: 0, warned: 0 },
      codes: { "-2147024809": 1 },
    });
  });

  it("replaces an earlier report, and keeps it if the items can't be read to their end", async () => {
    await mkdir(path("again"));
    await writeFile(path("again/items.csv"), "old");
    async function* broken(): AsyncGenerator<ItemEnd> {
      yield imported;
      throw new Error("gone");
    }
    const options = { directory: path("again"), packages: [status], summary };
    await expect(writeReport({ ...options, ends: broken() })).rejects.toThrow("gone");
    expect(await readdir(path("again"))).toEqual(["items.csv"]);
    expect(await readFile(path("again/items.csv"), "utf8")).toBe("old");
    await writeReport({ ...options, ends: each(imported) });
    expect(await csvOf(path("again/items.csv"))).toHaveLength(3);
  });

  it("says what keeps it from being written", async () => {
    await writeFile(path("a-file"), "");
    const writing = writeReport({ directory: path("a-file/report"), ends: each(), packages: [], summary });
    await expect(writing).rejects.toMatchObject({ code: "REPORT_FAILED" });
  });

  it("shows a bounded number of problems and jobs, and counts all", async () => {
    const count = 12_000;
    async function* many(): AsyncGenerator<ItemEnd> {
      for (let index = 0; index < count; index += 1) {
        yield { ...failed, sourcePath: ["folder", `file ${index}.txt`], message: "x".repeat(5000) };
      }
    }
    function* jobs(): Generator<PackageStatus> {
      for (let index = 0; index < 2000; index += 1) yield { ...status, name: `job ${index}` };
    }
    const { files } = await writeReport({ directory: path("many"), ends: many(), packages: jobs(), summary });
    const page = await readFile(files.page, "utf8");
    expect(page).toContain("11,000 more are in");
    expect(page).toContain("1,500 others are in");
    expect(page.length).toBeLessThan(4_000_000);
    expect(page.match(/data-kind="failed"/g)).toHaveLength(1000);
  });
});
