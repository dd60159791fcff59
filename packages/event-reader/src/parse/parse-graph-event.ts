import { isMembers } from "@primepack/core/http";
import type { JobCounts, JobEvent, JobProblem } from "../types.ts";
import { noEvent, objectTypeOf } from "./event-base.ts";
import { Fields, known } from "./fields.ts";
import { booleanOf, countOf, guidOf, jobIdOf, textOf, timeOf } from "./values.ts";

/**
 * An event in Graph's form: an element of `value` of `progressEvents`. Never throws, see {@link parseEvent}.
 *
 * A progress event with `isCompleted` is `JobEnd`. An error event is of the type that its `errorLevel` says: `important` is
 * told as a warning; a level that isn't known as an error, so that nothing that failed passes for done.
 */
export function parseGraphEvent(value: unknown): JobEvent {
  if (!isMembers(value)) return noEvent(value);
  const fields = new Fields(value);
  const correlationId = textOf(fields.get("correlationId"));
  const base = {
    jobId: jobIdOf(fields.get("jobId")),
    time: timeOf(fields.get("eventDateTime")),
    ...(correlationId === "" ? {} : { correlationId }),
    ...known({ totalRetryCount: countOf(fields.get("totalRetryCount")) }),
    raw: value,
  };
  const odataType = textOf(fields.get("@odata.type"));
  switch (odataType.toLowerCase().replace(/^#?microsoft\.graph\./, "")) {
    case "sharepointmigrationjobqueuedevent":
      return { ...base, type: "JobQueued" };
    case "sharepointmigrationjobdeletedevent":
      return { ...base, type: "JobDeleted" };
    case "sharepointmigrationjobstartevent":
      return { ...base, type: "JobStart", ...known({ isRestarted: booleanOf(fields.get("isRestarted")) }) };
    case "sharepointmigrationjobpostponedevent":
      return {
        ...base,
        type: "JobPostponed",
        ...known({
          nextPickupTime: timeOf(fields.get("nextPickupDateTime")),
          jobsInQueue: countOf(fields.get("jobsInQueue")),
          reason: textOf(fields.get("reason")) || undefined,
        }),
      };
    case "sharepointmigrationjobcancelledevent":
      return {
        ...base,
        type: "JobCancelled",
        ...known({
          cancelledByUser: booleanOf(fields.get("isCancelledByUser")),
          reason: textOf(fields.get("reason")) || undefined,
        }),
      };
    case "sharepointmigrationfinishmanifestfileuploadevent":
      return { ...base, type: "FinishManifestFileUpload", manifestFileName: textOf(fields.get("manifestFileName")) };
    case "sharepointmigrationjobprogressevent": {
      const isCompleted = booleanOf(fields.get("isCompleted")) === true;
      return { ...base, type: isCompleted ? "JobEnd" : "JobProgress", counts: countsOf(fields) };
    }
    case "sharepointmigrationjoberrorevent":
      return { ...base, type: problemTypeOf(textOf(fields.get("errorLevel"))), problem: problemOf(fields) };
    default:
      return { ...base, type: "unknown", name: odataType };
  }
}

function problemTypeOf(errorLevel: string): "JobWarning" | "JobError" | "JobFatalError" {
  switch (errorLevel.toLowerCase()) {
    case "warning":
    case "important":
      return "JobWarning";
    case "fatalerror":
      return "JobFatalError";
    default:
      return "JobError";
  }
}

function countsOf(fields: Fields): JobCounts {
  const count = (name: string) => countOf(fields.get(name));
  return known({
    filesCreated: count("filesProcessed"),
    filesCreatedIrrespectiveOfVersions: count("filesProcessedOnlyCurrentVersion"),
    bytesProcessed: count("bytesProcessed"),
    bytesProcessedOnlyCurrentVersion: count("bytesProcessedOnlyCurrentVersion"),
    objectsProcessed: count("objectsProcessed"),
    totalExpectedSPObjects: count("totalExpectedObjects"),
    totalExpectedBytes: count("totalExpectedBytes"),
    totalErrors: count("totalErrors"),
    totalWarnings: count("totalWarnings"),
    totalDurationInMs: count("totalDurationMs"),
    cpuDurationInMs: count("cpuDurationMs"),
    sqlDurationInMs: count("sqlDurationMs"),
    sqlQueryCount: count("sqlQueryCount"),
    waitTimeOnSqlThrottlingMilliseconds: count("waitTimeOnSqlThrottlingMs"),
  });
}

function problemOf(fields: Fields): JobProblem {
  const reported = fields.get("error");
  const error = new Fields(isMembers(reported) ? reported : {});
  return {
    objectType: objectTypeOf(textOf(fields.get("objectType"))),
    url: textOf(fields.get("objectUrl")),
    id: guidOf(fields.get("objectId")) ?? "",
    errorCode: textOf(error.get("code")),
    errorType: textOf(error.get("errorType")),
    message: textOf(error.get("message")),
  };
}
