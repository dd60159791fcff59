import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SharePointMigrationEvent } from "@primepack/core/wire";
import { GRAPH_MIGRATION_EVENT_TYPES } from "@primepack/core/wire";
import { specFolder, specIsMissing } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { graphEvent } from "./graph-event.ts";
import type { JobEventData } from "./job-event.ts";
import { CANCELED } from "./problems.ts";
import { NO_COUNTS } from "./tally.ts";

const jobId = "7b04bfdd-5f8c-4bd9-97fa-a166a7922c61";
const counts = { ...NO_COUNTS, filesCreated: 12, filesCreatedIrrespectiveOfVersions: 11, objectsProcessed: 23 };

function render(data: JobEventData): SharePointMigrationEvent {
  const id = "ef788cc0-ff2c-02a7-5150-7aeb53a89445";
  const correlationId = "3f24ae21-8e47-4147-aa3d-31ce6b675337";
  return graphEvent(
    { ...data, number: 1, id, time: "2025-05-08T09:08:04.451Z", correlationId, totalRetryCount: 0 },
    jobId,
  );
}

describe("graphEvent()", () => {
  it("gives a start as the published example does", () => {
    expect(render({ type: "JobStart", isRestarted: false })).toEqual({
      "@odata.type": "#microsoft.graph.sharePointMigrationJobStartEvent",
      id: "ef788cc0-ff2c-02a7-5150-7aeb53a89445",
      jobId,
      eventDateTime: "2025-05-08T09:08:04.451Z",
      correlationId: "3f24ae21-8e47-4147-aa3d-31ce6b675337",
      isRestarted: false,
      totalRetryCount: 0,
    });
  });

  it("gives progress and end as one type, with numbers and isCompleted", () => {
    for (const type of ["JobProgress", "JobEnd"] as const) {
      expect(render({ type, counts })).toMatchObject({
        "@odata.type": "#microsoft.graph.sharePointMigrationJobProgressEvent",
        isCompleted: type === "JobEnd",
        filesProcessed: 12,
        filesProcessedOnlyCurrentVersion: 11,
        objectsProcessed: 23,
        totalExpectedBytes: 0,
      });
    }
  });

  it("gives a fatal error of the whole job without object id and URL", () => {
    const { error, ...event } = render({ type: "JobFatalError", problem: CANCELED });
    expect(event).toMatchObject({ errorLevel: "FatalError", objectType: "UnknownFutureValue", totalRetryCount: 0 });
    expect(event).not.toHaveProperty("objectId");
    expect(event).not.toHaveProperty("objectUrl");
    expect(error).toEqual({
      code: "-2147213196",
      errorType: "Microsoft.SharePoint.SPException",
      message: "Operation canceled.",
    });
  });

  it.each([
    ["JobWarning", "Warning"],
    ["JobError", "Error"],
  ] as const)("gives %s as an error event of level %s, with its object", (type, errorLevel) => {
    const problem = { ...CANCELED, objectType: "File", id: "an-id", url: "/a" };
    expect(render({ type, problem })).toMatchObject({
      errorLevel,
      objectType: "File",
      objectId: "an-id",
      objectUrl: "/a",
    });
  });

  it("names types that clients know only", () => {
    const data: JobEventData[] = [
      { type: "JobQueued" },
      {
        type: "JobPostponed",
        nextPickupTime: "2025-05-08T09:08:04.451Z",
        jobsInQueue: 1,
        reason: "JobInQueue:Resource",
      },
      { type: "JobCancelled", cancelledByUser: true },
      { type: "JobDeleted" },
    ];
    const known = GRAPH_MIGRATION_EVENT_TYPES.map((name) => `#microsoft.graph.${name}`);
    for (const event of data) expect(known).toContain(render(event)["@odata.type"]);
  });
});

describe.skipIf(specIsMissing)("graphEvent() and the spec's table (skipped where ../shared is missing)", () => {
  it("has every property of a progress event", () => {
    const text = readFileSync(join(specFolder, "graph-spe-migration.md"), "utf8");
    const section = text.slice(text.indexOf("### 7.6"), text.indexOf("### 7.7"));
    const properties = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(properties.length).toBe(17);
    const {
      id,
      jobId: _,
      eventDateTime,
      correlationId,
      "@odata.type": type,
      ...own
    } = render({
      type: "JobEnd",
      counts: { ...counts, lastProcessedObjectId: "a" },
    });
    expect([id, eventDateTime, correlationId, type].every((value) => typeof value === "string")).toBe(true);
    expect(Object.keys(own).sort()).toEqual(properties.sort());
  });
});
