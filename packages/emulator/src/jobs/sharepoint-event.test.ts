import { readFileSync } from "node:fs";
import { join } from "node:path";
import { specFolder, specIsMissing } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { JobEvent, JobEventData } from "./job-event.ts";
import { CANCELED } from "./problems.ts";
import { sharePointEvent } from "./sharepoint-event.ts";
import { NO_COUNTS } from "./tally.ts";

const site = { siteId: "48f1898f-77d9-4a1b-bddc-1f49bb6dc134", webId: "7206fc09-e4af-48b3-8730-ed7321396d7a" };
const jobId = "3e280efa-78a3-4ba1-bac6-e447aa538ca5";
const counts = {
  ...NO_COUNTS,
  filesCreated: 3,
  filesCreatedIrrespectiveOfVersions: 1,
  fileStatsBySize: { "0-1K": { Count: 3, TotalSize: 45, TotalDownloadTime: 0, TotalCreationTime: 7 } },
  objectStatsByType: { SPFile: { Count: 1, TotalTime: 7, AccumulatedVersions: 3, ObjectsWithVersions: 1 } },
};

const each: Readonly<Record<JobEventData["type"], JobEventData>> = {
  JobQueued: { type: "JobQueued" },
  JobPostponed: {
    type: "JobPostponed",
    nextPickupTime: "2026-01-02T03:24:05.006Z",
    jobsInQueue: 3,
    reason: "JobInQueue:Resource",
  },
  JobStart: { type: "JobStart", isRestarted: false },
  JobProgress: { type: "JobProgress", counts },
  JobWarning: { type: "JobWarning", problem: CANCELED },
  JobError: { type: "JobError", problem: { ...CANCELED, sourceListItemIntId: 3 } },
  JobFatalError: { type: "JobFatalError", problem: CANCELED },
  JobEnd: { type: "JobEnd", counts },
  JobCancelled: { type: "JobCancelled", cancelledByUser: true },
  JobDeleted: { type: "JobDeleted" },
};

function render(data: JobEventData): Record<string, unknown> {
  const event: JobEvent = {
    ...data,
    number: 9,
    id: "ef788cc0-ff2c-02a7-5150-7aeb53a89445",
    time: "2026-01-02T03:04:05.006Z",
    correlationId: "91884a0c-5ee8-4e1f-a23f-e4f7ec170182",
    totalRetryCount: 1,
  };
  return JSON.parse(sharePointEvent(event, jobId, site));
}

/** Names in the cells of the table of wire-protocol 6, by event; `JobEnd` is "as JobProgress, plus". */
function documentedFields(): Map<string, string[]> {
  const text = readFileSync(join(specFolder, "wire-protocol.md"), "utf8");
  const table = text.slice(text.indexOf("| Event | Further fields |"), text.indexOf("Meanings:"));
  const fields = new Map<string, string[]>();
  for (const row of table.split("\n")) {
    const [, events = "", cell = ""] = row.split(" | ").length === 2 ? (/^\| (.*?) \| (.*) \|$/.exec(row) ?? []) : [];
    // What follows a sentence's end is prose, and `DBId` and `isRestarted` are other pages' names.
    const names = (cell.split(". ")[0] ?? "").match(/`\w+`/g) ?? [];
    for (const [, event = ""] of events.matchAll(/`(\w+)`/g)) {
      fields.set(
        event,
        names.map((name) => name.slice(1, -1)).filter((name) => /^(?!Job[A-Z])[A-Z]/.test(name)),
      );
    }
  }
  const progress = fields.get("JobProgress") ?? [];
  fields.set("JobEnd", [...progress, ...(fields.get("JobEnd") ?? [])]);
  return fields;
}

describe("sharePointEvent()", () => {
  it.each(Object.values(each))("gives $type strings only, and when and whose it is", (data) => {
    const event = render(data);
    expect(Object.values(event).every((value) => typeof value === "string")).toBe(true);
    expect(event).toMatchObject({
      Event: data.type,
      JobId: jobId,
      Time: "01/02/2026 03:04:05.006",
      CorrelationId: "91884a0c-5ee8-4e1f-a23f-e4f7ec170182",
    });
  });

  it("gives a queued job the fields of the sample of 2025, in its order", () => {
    expect(Object.keys(render(each.JobQueued)).join()).toBe(
      "MigrationType,MigrationDirection,SiteId,DbId,TotalRetryCount,JobId,Time,CorrelationId,Event",
    );
  });

  it("writes statistics as JSON inside a string", () => {
    const event = render(each.JobEnd);
    expect(JSON.parse(String(event.CreatedOrUpdatedFileStatsBySize))).toEqual(counts.fileStatsBySize);
    expect(JSON.parse(String(event.ObjectsStatsByType))).toEqual(counts.objectStatsByType);
    expect(render({ type: "JobEnd", counts: NO_COUNTS }).CreatedOrUpdatedFileStatsBySize).toBe("{}");
  });

  it("writes booleans as True and False, and numbers as text", () => {
    expect(render(each.JobCancelled).CancelledByUser).toBe("True");
    expect(render({ type: "JobCancelled", cancelledByUser: false }).CancelledByUser).toBe("False");
    expect(render(each.JobEnd)).toMatchObject({
      IsShallowCopy: "False",
      FilesCreated: "3",
      FilesCreatedIrrespectiveOfVersions: "1",
      TotalRetryCount: "1",
    });
  });

  it("leaves the item's ids of a problem without an item empty, and has both of one with an item", () => {
    expect(render(each.JobFatalError)).toMatchObject({ SourceListItemIntId: "", TargetListItemIntId: "", Id: "" });
    expect(render(each.JobError)).toMatchObject({ SourceListItemIntId: "3", TargetListItemIntId: "3" });
  });

  it("names the same farm at every start", () => {
    const { FarmId, ServerId, SubscriptionId, DbId } = render(each.JobStart);
    expect(new Set([FarmId, ServerId, SubscriptionId, DbId]).size).toBe(4);
    expect(render(each.JobStart)).toMatchObject({ FarmId, ServerId, SubscriptionId, DbId, ...{ WebId: site.webId } });
    for (const id of [FarmId, ServerId, SubscriptionId, DbId]) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });
});

describe.skipIf(specIsMissing)("sharePointEvent() and the spec's table (skipped where ../shared is missing)", () => {
  const common = ["Event", "JobId", "Time", "CorrelationId"];
  const most = ["TotalRetryCount", "MigrationType", "MigrationDirection"];

  it.each(Object.values(each))("has the fields of $type, and no others", (data) => {
    const own = documentedFields().get(data.type);
    if (own === undefined) throw new Error(`No row for ${data.type}`);
    // One page calls it DBId, the newer one DbId: one of them is written.
    const documented = [...common, ...own.filter((name) => name !== "DBId")];
    const expected = data.type === "JobDeleted" ? documented : [...documented, ...most];
    expect(Object.keys(render(data)).sort()).toEqual([...new Set(expected)].sort());
  });
});
