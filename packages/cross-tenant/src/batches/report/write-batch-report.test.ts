import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryJournal } from "@primepack/core/model";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MoveEntry } from "../batch-entries.ts";
import { BatchJournal } from "../batch-journal.ts";
import { writeBatchReport } from "./write-batch-report.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "batch-report-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function journalOf(moves: readonly MoveEntry[]) {
  const journal = memoryJournal();
  const entries = new BatchJournal(journal);
  await entries.writeBatch({
    ...{ schemaVersion: 1, place: "https://south-my.sharepoint.com", status: "running" },
    ...{ startedAt: "2027-01-01T00:00:00.000Z", moves: moves.length, findings: 1 },
  });
  await entries.write(moves.map((entry) => ({ entry, before: undefined })));
  return journal;
}

const user = (line: number, more: Partial<MoveEntry>): MoveEntry => ({
  line,
  move: {
    ...{ kind: "user", targetOrganizationHost: "https://north-my.sharepoint.com" },
    ...{
      source: { userPrincipalName: `u${line}@south.example` },
      target: { userPrincipalName: `u${line}@north.example` },
    },
  },
  stage: "ended",
  ...more,
});

const now = () => new Date("2027-01-01T01:00:00Z");

describe("writeBatchReport()", () => {
  it("writes every move as CSV and NDJSON, the totals, and a page", async () => {
    const journal = await journalOf([
      user(2, { outcome: "completed", taskId: "t2", taskStatus: "completed", endedAt: "2027-01-01T00:30:00.000Z" }),
      user(3, { outcome: "failed", code: "MIGRATION_TASK_FAILED", message: "The task failed: =1+1" }),
      user(4, { stage: "created", taskId: "t4", taskStatus: "inProgress" }),
      { line: 5, names: { source: "", target: "" }, stage: "ended", outcome: "invalid", code: "MOVE_INVALID" },
    ]);
    const { files, summary } = await writeBatchReport({ journal, directory: join(directory, "report"), now });
    expect(summary).toMatchObject({
      ...{ status: "interrupted", moves: 4, findings: 1, endedAt: "2027-01-01T01:00:00.000Z" },
      counts: { completed: 1, failed: 1, invalid: 1, pending: 1, unknown: 0 },
    });
    const csv = (await readFile(files.movesCsv, "utf8")).split("\r\n");
    expect(csv).toHaveLength(6);
    expect(csv[0]).toBe(
      "\ufeffline,kind,source,target,outcome,stage,code,message,taskId,taskStatus,preferredStartDateTime,createdAt,startedAt,endedAt",
    );
    expect(csv[1]).toBe(
      "2,user,u2@south.example,u2@north.example,completed,ended,,,t2,completed,,,,2027-01-01T00:30:00.000Z",
    );
    const lines = (await readFile(files.movesNdjson, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[2]).toEqual({
      ...{ line: 4, kind: "user", source: "u4@south.example", target: "u4@north.example" },
      ...{ stage: "created", taskId: "t4", taskStatus: "inProgress" },
    });
    expect(JSON.parse(await readFile(files.summary, "utf8"))).toEqual({
      ...summary,
      ...{ place: "https://south-my.sharepoint.com", codes: { MIGRATION_TASK_FAILED: 1, MOVE_INVALID: 1 } },
    });
    const page = await readFile(files.page, "utf8");
    expect(page).toContain('<a href="moves.csv">');
    expect(page.indexOf("Problems")).toBeLessThan(page.indexOf("Outcomes</h2>"));
    expect(await readdir(join(directory, "report"))).toHaveLength(4);
  });

  it("lets no text of the file or the service become markup, and shows no secret", async () => {
    const evil = '"><script>alert(1)</script>';
    const journal = await journalOf([
      user(2, { outcome: "failed", code: evil, message: evil, taskId: evil, taskStatus: evil }),
      { line: 3, names: { source: `${evil}?sig=abcdefgh`, target: evil }, stage: "ended", outcome: "invalid" },
    ]);
    const { files } = await writeBatchReport({ journal, directory, title: evil, now });
    const page = await readFile(files.page, "utf8");
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;");
    for (const path of Object.values(files)) expect(await readFile(path, "utf8")).not.toContain("abcdefgh");
  });

  it("shows the first problems of each kind, the gravest first, and counts all", async () => {
    const outcome = (line: number) => (line % 2 === 0 ? "unknown" : "cancelled") as "unknown" | "cancelled";
    const journal = await journalOf(
      Array.from({ length: 1400 }, (_, at) => user(at + 1, { outcome: outcome(at + 1) })),
    );
    const { files, summary } = await writeBatchReport({ journal, directory, now });
    expect(summary.counts).toMatchObject({ unknown: 700, cancelled: 700 });
    const page = await readFile(files.page, "utf8");
    expect(page).toContain("The first 1,000 of 1,400 are shown");
    expect(page.match(/<span class="badge/g)).toHaveLength(1000);
    expect(page.indexOf(">unknown</span>")).toBeLessThan(page.indexOf(">cancelled</span>"));
    expect(page).toContain("The first 500 are shown; 900 others are in");
  });

  it("refuses journals without a batch, and folders that are none", async () => {
    await expect(writeBatchReport({ journal: memoryJournal(), directory })).rejects.toMatchObject({
      code: "JOURNAL_MISSING",
    });
    await writeFile(join(directory, "file"), "");
    const options = { journal: await journalOf([]), directory: join(directory, "file") };
    await expect(writeBatchReport(options)).rejects.toMatchObject({ code: "REPORT_FAILED" });
  });
});
