import { GRAPH_MIGRATION_EVENT_TYPES } from "@primepack/core/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGraphEvent } from "./parse-graph-event.ts";

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";
const OBJECT = "0d4f1d60-6a6e-4df3-8a39-6f5f3e1f2a11";

const base = { id: "1", jobId: JOB, correlationId: "c0ffee", eventDateTime: "2025-11-03T19:11:33.903Z" };
const read = { jobId: JOB, time: new Date("2025-11-03T19:11:33.903Z"), correlationId: "c0ffee" };
const typed = (name: string, more: object = {}) => ({ "@odata.type": `#microsoft.graph.${name}`, ...base, ...more });

/** The events of graph-spe-migration.md, sections 5.3 and 7. */
const examples: readonly [name: string, event: Record<string, unknown>, expected: Record<string, unknown>][] = [
  ["a queued job", typed("sharePointMigrationJobQueuedEvent"), { ...read, type: "JobQueued" }],
  [
    "a first start",
    typed("sharePointMigrationJobStartEvent", { isRestarted: false, totalRetryCount: 0 }),
    { ...read, type: "JobStart", isRestarted: false, totalRetryCount: 0 },
  ],
  [
    "a postponed job",
    typed("sharePointMigrationJobPostponedEvent", {
      jobsInQueue: 4,
      nextPickupDateTime: "2025-11-03T19:21:33Z",
      reason: "busy",
      totalRetryCount: 1,
    }),
    {
      ...read,
      type: "JobPostponed",
      jobsInQueue: 4,
      nextPickupTime: new Date("2025-11-03T19:21:33Z"),
      reason: "busy",
      totalRetryCount: 1,
    },
  ],
  [
    "a job that a user cancelled",
    typed("sharePointMigrationJobCancelledEvent", { isCancelledByUser: true, totalRetryCount: 0 }),
    { ...read, type: "JobCancelled", cancelledByUser: true, totalRetryCount: 0 },
  ],
  ["a deleted job", typed("sharePointMigrationJobDeletedEvent"), { ...read, type: "JobDeleted" }],
  [
    "a manifest of an export",
    typed("sharePointMigrationFinishManifestFileUploadEvent", { manifestFileName: "ExportSettings.xml" }),
    { ...read, type: "FinishManifestFileUpload", manifestFileName: "ExportSettings.xml" },
  ],
  [
    "progress, of which more is done than was expected",
    typed("sharePointMigrationJobProgressEvent", {
      isCompleted: false,
      objectsProcessed: 23,
      totalExpectedObjects: 15,
      waitTimeOnSqlThrottlingMs: 2,
    }),
    {
      ...read,
      type: "JobProgress",
      counts: { objectsProcessed: 23, totalExpectedSPObjects: 15, waitTimeOnSqlThrottlingMilliseconds: 2 },
    },
  ],
  [
    "the end",
    typed("sharePointMigrationJobProgressEvent", {
      isCompleted: true,
      filesProcessed: 9,
      filesProcessedOnlyCurrentVersion: 3,
      totalErrors: 2,
      totalDurationMs: 9000,
    }),
    {
      ...read,
      type: "JobEnd",
      counts: { filesCreated: 9, filesCreatedIrrespectiveOfVersions: 3, totalErrors: 2, totalDurationInMs: 9000 },
    },
  ],
  [
    "a fatal error in the capitals of the published sample, without an object",
    typed("sharePointMigrationJobErrorEvent", {
      errorLevel: "FatalError",
      objectType: "UnknownFutureValue",
      error: { code: "-2147213196", message: "Operation canceled.", errorType: "Microsoft.SharePoint.SPException" },
    }),
    {
      ...read,
      type: "JobFatalError",
      problem: {
        objectType: "",
        url: "",
        id: "",
        errorCode: "-2147213196",
        errorType: "Microsoft.SharePoint.SPException",
        message: "Operation canceled.",
      },
    },
  ],
  [
    "an error of an object, in the case of the type pages",
    typed("sharePointMigrationJobErrorEvent", {
      errorLevel: "error",
      objectType: "listItem",
      objectId: OBJECT.toUpperCase(),
      objectUrl: "Documents/a.txt",
      error: { code: "-2147024816", message: "exists" },
    }),
    {
      ...read,
      type: "JobError",
      problem: {
        objectType: "ListItem",
        url: "Documents/a.txt",
        id: OBJECT,
        errorCode: "-2147024816",
        errorType: "",
        message: "exists",
      },
    },
  ],
];

describe("parseGraphEvent()", () => {
  it.each(examples)("reads %s", (_name, event, expected) => {
    expect(parseGraphEvent(event)).toEqual({ ...expected, raw: event });
  });

  it.each([
    ["important", "JobWarning"],
    ["Warning", "JobWarning"],
    ["error", "JobError"],
    ["fatalError", "JobFatalError"],
    ["unknownFutureValue", "JobError"],
    ["", "JobError"],
  ])("tells an error of level %j as %s", (errorLevel, type) => {
    expect(parseGraphEvent(typed("sharePointMigrationJobErrorEvent", { errorLevel }))).toMatchObject({ type });
  });

  it("has a type for every event that the wire names", () => {
    const types = GRAPH_MIGRATION_EVENT_TYPES.map((name) => parseGraphEvent(typed(name)).type);
    expect(types).not.toContain("unknown");
    expect(parseGraphEvent(typed("sharePointMigrationJobSplitEvent"))).toMatchObject({
      type: "unknown",
      name: "#microsoft.graph.sharePointMigrationJobSplitEvent",
      jobId: JOB,
    });
  });

  it("never throws, whatever it is given", () => {
    const names = fc.constantFrom(...GRAPH_MIGRATION_EVENT_TYPES);
    const keys = fc.constantFrom(
      "eventDateTime",
      "jobId",
      "error",
      "errorLevel",
      "objectId",
      "totalErrors",
      "isCompleted",
    );
    const hostile = fc.tuple(names, fc.dictionary(keys, fc.anything())).map(([name, more]) => typed(name, more));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), hostile), (event) => {
        expect(parseGraphEvent(event).type).toBeTypeOf("string");
      }),
      { numRuns: 500 },
    );
  });
});
