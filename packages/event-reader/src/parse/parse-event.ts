import { isMembers } from "@primepack/core/http";
import type { JobCounts, JobEvent, JobProblem, JobStatistics } from "../types.ts";
import { noEvent, objectTypeOf } from "./event-base.ts";
import { Fields, known, parsedJson } from "./fields.ts";
import { booleanOf, countOf, guidOf, jobIdOf, numberOf, textOf, timeOf } from "./values.ts";

type EventType = JobEvent["type"];

/** By lower case. `JobFinishedObjectInfo` (copy jobs) and events that come with time pass through as unknown. */
const eventTypes: ReadonlyMap<string, EventType> = new Map(
  (
    [
      "JobQueued",
      "JobPostponed",
      "JobLogFileCreate",
      "JobStart",
      "JobProgress",
      "JobEnd",
      "JobWarning",
      "JobError",
      "JobFatalError",
      "JobCancelled",
      "JobDeleted",
      "FinishManifestFileUpload",
    ] as const
  ).map((name) => [name.toLowerCase(), name]),
);

/**
 * An event in SharePoint's form, as a queue message or an entry of `Logs` has it: JSON text, or that text parsed.
 *
 * Never throws: numbers and booleans are read from text or as they are, times in all forms that the documents print,
 * names and enumerations in any case; what isn't known is `unknown`, with everything in `raw`.
 */
export function parseEvent(event: unknown): JobEvent {
  const raw = typeof event === "string" ? parsedJson(event) : event;
  if (!isMembers(raw)) return noEvent(event);
  const fields = new Fields(raw);
  const name = textOf(fields.get("Event"));
  const correlationId = textOf(fields.get("CorrelationId"));
  const base = {
    jobId: jobIdOf(fields.get("JobId")),
    time: timeOf(fields.get("Time")),
    ...(correlationId === "" ? {} : { correlationId }),
    ...known({ totalRetryCount: countOf(fields.get("TotalRetryCount")) }),
    raw,
  };
  const type = eventTypes.get(name.toLowerCase());
  switch (type) {
    case "JobQueued":
    case "JobDeleted":
      return { ...base, type };
    case "JobPostponed":
      return {
        ...base,
        type,
        ...known({
          nextPickupTime: timeOf(fields.get("NextPickupTime")),
          jobsInQueue: countOf(fields.get("JobsInQueue")),
          reason: reasonOf(fields),
        }),
      };
    case "JobLogFileCreate":
      return { ...base, type, fileName: textOf(fields.get("FileName")) };
    case "JobStart":
      return { ...base, type, ...known({ isRestarted: booleanOf(fields.get("IsRestarted")) }) };
    case "JobProgress":
    case "JobEnd":
      return { ...base, type, counts: countsOf(fields) };
    case "JobWarning":
    case "JobError":
    case "JobFatalError":
      return { ...base, type, problem: problemOf(fields) };
    case "JobCancelled":
      return {
        ...base,
        type,
        ...known({
          cancelledByUser: booleanOf(fields.get("CancelledByUser", "IsCancelledByUser")),
          reason: reasonOf(fields),
        }),
      };
    case "FinishManifestFileUpload":
      return { ...base, type, manifestFileName: textOf(fields.get("ManifestFileName")) };
    default:
      return { ...base, type: "unknown", name };
  }
}

/** Which field has the reason code is not documented; its values are (API page, reason codes). */
const REASON = /^Job(?:InQueue|Failure|Cancelled):\S/i;

function reasonOf(fields: Fields): string | undefined {
  const named = textOf(fields.get("Reason"));
  if (named !== "") return named;
  for (const value of fields.values()) if (typeof value === "string" && REASON.test(value.trim())) return value.trim();
  return undefined;
}

function countsOf(fields: Fields): JobCounts {
  const count = (name: string) => countOf(fields.get(name));
  return known({
    filesCreated: count("FilesCreated"),
    filesCreatedIrrespectiveOfVersions: count("FilesCreatedIrrespectiveOfVersions"),
    bytesProcessed: count("BytesProcessed"),
    bytesProcessedOnlyCurrentVersion: count("BytesProcessedOnlyCurrentVersion"),
    objectsProcessed: count("ObjectsProcessed"),
    totalExpectedSPObjects: count("TotalExpectedSPObjects"),
    totalExpectedBytes: count("TotalExpectedBytes"),
    totalErrors: count("TotalErrors"),
    totalWarnings: count("TotalWarnings"),
    totalDurationInMs: count("TotalDurationInMs"),
    cpuDurationInMs: count("CpuDurationInMs"),
    sqlDurationInMs: count("SqlDurationInMs"),
    sqlQueryCount: count("SqlQueryCount"),
    waitTimeOnSqlThrottlingMilliseconds: count("WaitTimeOnSqlThrottlingMilliseconds"),
    createdOrUpdatedFileStatsBySize: statisticsOf(fields.get("CreatedOrUpdatedFileStatsBySize")),
    objectsStatsByType: statisticsOf(fields.get("ObjectsStatsByType")),
  });
}

/** JSON text inside of a string, or the object itself. */
function statisticsOf(value: unknown): JobStatistics | undefined {
  const table = typeof value === "string" ? parsedJson(value) : value;
  if (!isMembers(table)) return undefined;
  return Object.fromEntries(
    Object.entries(table)
      .filter(([, figures]) => isMembers(figures))
      .map(([name, figures]) => [name, figuresOf(figures)]),
  );
}

function figuresOf(figures: unknown): Readonly<Record<string, number>> {
  const pairs = Object.entries(isMembers(figures) ? figures : {}).map(
    ([name, value]) => [name, countOf(value)] as const,
  );
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, number] => pair[1] !== undefined));
}

function problemOf(fields: Fields): JobProblem {
  return {
    objectType: objectTypeOf(textOf(fields.get("ObjectType"))),
    url: textOf(fields.get("Url")),
    id: guidOf(fields.get("Id")) ?? "",
    ...known({
      sourceListItemIntId: numberOf(fields.get("SourceListItemIntId")),
      targetListItemIntId: numberOf(fields.get("TargetListItemIntId")),
    }),
    errorCode: textOf(fields.get("ErrorCode")),
    errorType: textOf(fields.get("ErrorType")),
    message: textOf(fields.get("Message")),
  };
}
