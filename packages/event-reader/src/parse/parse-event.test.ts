import { MIGRATION_EVENT_NAMES } from "@primepack/core/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEvent } from "./parse-event.ts";

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";

const base = { JobId: JOB, Time: "02/28/2025 19:56:29.100", CorrelationId: "c0ffee", TotalRetryCount: "0" };
const read = { jobId: JOB, time: new Date("2025-02-28T19:56:29.100Z"), correlationId: "c0ffee", totalRetryCount: 0 };

/** The fields of wire-protocol.md, section 6, in the forms that it tells of. */
const examples: readonly [name: string, event: Record<string, unknown>, expected: Record<string, unknown>][] = [
  ["a queued job", { ...base, Event: "JobQueued", SiteId: JOB, DbId: JOB }, { ...read, type: "JobQueued" }],
  [
    "a postponed job without a count of jobs",
    { ...base, Event: "JobPostponed", NextPickupTime: " 02/28/2025 20:01:29:053", JobsInQueue: "" },
    { ...read, type: "JobPostponed", nextPickupTime: new Date("2025-02-28T20:01:29.053Z") },
  ],
  [
    "a postponed job with the reason in a field that is not documented",
    { ...base, Event: "JobPostponed", JobsInQueue: "17", PostponeReason: "JobInQueue:Resource 3" },
    { ...read, type: "JobPostponed", jobsInQueue: 17, reason: "JobInQueue:Resource 3" },
  ],
  [
    "a log file",
    { ...base, Event: "JobLogFileCreate", FileName: `Import-${JOB}-1.log` },
    { ...read, type: "JobLogFileCreate", fileName: `Import-${JOB}-1.log` },
  ],
  [
    "a start with DBId, and its name first",
    { Event: "JobStart", ...base, DBId: JOB, IsRestarted: "True" },
    { ...read, type: "JobStart", isRestarted: true },
  ],
  [
    "progress with fractions, empty numbers and statistics as text",
    {
      ...base,
      Event: "JobProgress",
      FilesCreated: "12",
      BytesProcessed: 4096,
      ObjectsProcessed: "24",
      TotalExpectedSPObjects: "15",
      TotalErrors: "0",
      TotalWarnings: "",
      TotalDurationInMs: "372294.0861",
      CreatedOrUpdatedFileStatsBySize:
        '{"0-1K":{"Count":12,"TotalSize":"900","TotalDownloadTime":3,"TotalCreationTime":4.5}}',
      ObjectsStatsByType: '{"SPFile":{"Count":12,"TotalTime":7,"AccumulatedVersions":0,"ObjectsWithVersions":0}}',
    },
    {
      ...read,
      type: "JobProgress",
      counts: {
        filesCreated: 12,
        bytesProcessed: 4096,
        objectsProcessed: 24,
        totalExpectedSPObjects: 15,
        totalErrors: 0,
        totalDurationInMs: 372_294.0861,
        createdOrUpdatedFileStatsBySize: {
          "0-1K": { Count: 12, TotalSize: 900, TotalDownloadTime: 3, TotalCreationTime: 4.5 },
        },
        objectsStatsByType: { SPFile: { Count: 12, TotalTime: 7, AccumulatedVersions: 0, ObjectsWithVersions: 0 } },
      },
    },
  ],
  [
    "an end of the short form, with empty statistics",
    { ...base, Event: "JobEnd", FilesCreated: "3", BytesProcessed: "10", CreatedOrUpdatedFileStatsBySize: "{}" },
    {
      ...read,
      type: "JobEnd",
      counts: { filesCreated: 3, bytesProcessed: 10, createdOrUpdatedFileStatsBySize: {} },
    },
  ],
  [
    "an error with the object's GUID in braces and capitals",
    {
      ...base,
      Event: "JobError",
      ObjectType: "listitem",
      Url: "Shared Documents/a.txt",
      Id: `{${JOB.toUpperCase()}}`,
      SourceListItemIntId: "5",
      TargetListItemIntId: "5",
      ErrorCode: "-2147024816",
      ErrorType: "Microsoft.SharePoint.SPException",
      Message: "A file or folder with the name a.txt already exists.",
    },
    {
      ...read,
      type: "JobError",
      problem: {
        objectType: "ListItem",
        url: "Shared Documents/a.txt",
        id: JOB,
        sourceListItemIntId: 5,
        targetListItemIntId: 5,
        errorCode: "-2147024816",
        errorType: "Microsoft.SharePoint.SPException",
        message: "A file or folder with the name a.txt already exists.",
      },
    },
  ],
  [
    "a fatal error without an object",
    {
      ...base,
      Event: "JobFatalError",
      ObjectType: "",
      Url: "",
      ErrorCode: "-2147213196",
      Message: "Operation canceled",
    },
    {
      ...read,
      type: "JobFatalError",
      problem: {
        objectType: "",
        url: "",
        id: "",
        errorCode: "-2147213196",
        errorType: "",
        message: "Operation canceled",
      },
    },
  ],
  [
    "a warning",
    { ...base, Event: "JobWarning", Message: "Failed to ensure user 'a'" },
    {
      ...read,
      type: "JobWarning",
      problem: { objectType: "", url: "", id: "", errorCode: "", errorType: "", message: "Failed to ensure user 'a'" },
    },
  ],
  [
    "a cancelled job, as the older text writes booleans",
    { ...base, Event: "JobCancelled", CancelledByUser: "false" },
    { ...read, type: "JobCancelled", cancelledByUser: false },
  ],
  ["a deleted job", { ...base, Event: "JobDeleted" }, { ...read, type: "JobDeleted" }],
  [
    "a manifest of an export, with its time in ISO form",
    {
      ...base,
      Time: "2019-09-03T19:11:33.903",
      Event: "FinishManifestFileUpload",
      ManifestFileName: `${JOB}/ExportSettings.xml`,
    },
    {
      ...read,
      time: new Date("2019-09-03T19:11:33.903Z"),
      type: "FinishManifestFileUpload",
      manifestFileName: `${JOB}/ExportSettings.xml`,
    },
  ],
  [
    "an event of copy jobs",
    { ...base, Event: "JobFinishedObjectInfo", SourceObjectFullUrl: "https://a/b" },
    { ...read, type: "unknown", name: "JobFinishedObjectInfo" },
  ],
];

describe("parseEvent()", () => {
  it.each(examples)("reads %s", (_name, event, expected) => {
    expect(parseEvent(JSON.stringify(event))).toEqual({ ...expected, raw: event });
    expect(parseEvent(event)).toEqual({ ...expected, raw: event });
  });

  it("reads every event alike in any order of keys, in any casing, and with real numbers and booleans", () => {
    const example = fc.constantFrom(...examples);
    const respell = (text: string, upper: boolean) => (upper ? text.toUpperCase() : text.toLowerCase());
    fc.assert(
      fc.property(example, fc.infiniteStream(fc.boolean()), fc.infiniteStream(fc.nat()), (one, choices, order) => {
        const [, event, expected] = one;
        const choose = () => choices.next().value === true;
        const entries = Object.entries(event).map(([name, value]): [string, unknown] => {
          const key = respell(name, choose());
          if (name === "Event" && expected.type !== "unknown") return [key, respell(String(value), choose())];
          if (value === "True" || value === "False") return [key, choose() ? value === "True" : value];
          const isNumber = /^(Total|Files|Bytes|Objects)[A-Za-z]+$/.test(name) && /^\d+(\.\d+)?$/.test(String(value));
          return [key, isNumber && choose() ? Number(value) : value];
        });
        const sorted = entries
          .map((entry) => [Number(order.next().value), entry] as const)
          .sort(([a], [b]) => a - b)
          .map(([, entry]) => entry);
        const { raw: _, ...parsed } = parseEvent(JSON.stringify(Object.fromEntries(sorted)));
        expect(parsed).toEqual(expected);
      }),
    );
  });

  it("has a type for every event that the wire names but that of copy jobs", () => {
    const unknown = MIGRATION_EVENT_NAMES.filter((Event) => parseEvent({ Event }).type === "unknown");
    expect(unknown).toEqual(["JobFinishedObjectInfo"]);
  });

  it("passes events through that come with time", () => {
    expect(parseEvent({ ...base, Event: "JobArchived", Where: "there" })).toMatchObject({
      type: "unknown",
      name: "JobArchived",
      jobId: JOB,
      raw: { Where: "there" },
    });
  });

  it("takes the spelling that has a value where an event has two", () => {
    expect(parseEvent({ Event: "JobError", ID: "", Id: JOB })).toMatchObject({ problem: { id: JOB } });
  });

  it.each([
    ["no text at all", ""],
    ["no JSON", "Event: JobEnd"],
    ["a list", '[{"Event":"JobEnd"}]'],
    ["a number", "12"],
    ["null", "null"],
    ["text that was cut off", '{"Event":"JobEnd","JobId":"5a3b'],
    ["deep nesting", `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`],
    ["a prototype", '{"__proto__":{"Event":"JobEnd"}}'],
    ["an event whose name is an object", '{"Event":{"Event":"JobEnd"}}'],
  ])("makes an unknown event of %s", (_name, text) => {
    expect(parseEvent(text)).toMatchObject({ type: "unknown", name: "", jobId: "", time: undefined });
  });

  it("keeps the beginning of what is no event", () => {
    expect(parseEvent("x".repeat(5000)).raw).toEqual({ text: "x".repeat(1000) });
  });

  it("never throws, whatever it is given", () => {
    const names = fc.constantFrom(...MIGRATION_EVENT_NAMES);
    const keys = fc.constantFrom(
      "Time",
      "JobId",
      "Id",
      "Url",
      "TotalErrors",
      "ObjectsStatsByType",
      "Message",
      "Reason",
    );
    const hostile = fc.tuple(names, fc.dictionary(keys, fc.anything())).map(([Event, rest]) => ({ ...rest, Event }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.json(), hostile), (event) => {
        expect(parseEvent(event).type).toBeTypeOf("string");
      }),
      { numRuns: 500 },
    );
  });
});
