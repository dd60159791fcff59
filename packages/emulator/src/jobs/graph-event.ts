import type { SharePointMigrationEvent } from "@primepack/core/wire";
import type { JobEvent, JobProblem } from "./job-event.ts";
import type { JobCounts } from "./tally.ts";

/**
 * One event as Graph's progressEvents gives it (graph-spe-migration 5.3 and 7): real numbers and booleans, ISO times, enum
 * names in PascalCase as in the published example, and members without a value left out.
 */
export function graphEvent(event: JobEvent, jobId: string): SharePointMigrationEvent {
  const { name, ...own } = ownMembers(event);
  return {
    "@odata.type": `#microsoft.graph.${name}`,
    id: event.id,
    jobId,
    eventDateTime: event.time,
    correlationId: event.correlationId,
    ...own,
  };
}

function ownMembers(event: JobEvent): { readonly name: string; readonly [member: string]: unknown } {
  const { totalRetryCount } = event;
  switch (event.type) {
    case "JobQueued":
      return { name: "sharePointMigrationJobQueuedEvent" };
    case "JobPostponed":
      return {
        name: "sharePointMigrationJobPostponedEvent",
        jobsInQueue: event.jobsInQueue,
        nextPickupDateTime: event.nextPickupTime,
        reason: event.reason,
        totalRetryCount,
      };
    case "JobStart":
      return { name: "sharePointMigrationJobStartEvent", isRestarted: event.isRestarted, totalRetryCount };
    case "JobProgress":
    case "JobEnd":
      return {
        name: "sharePointMigrationJobProgressEvent",
        isCompleted: event.type === "JobEnd",
        ...progress(event.counts, totalRetryCount),
      };
    case "JobWarning":
      return error("Warning", event.problem, totalRetryCount);
    case "JobError":
      return error("Error", event.problem, totalRetryCount);
    case "JobFatalError":
      return error("FatalError", event.problem, totalRetryCount);
    case "JobCancelled":
      return {
        name: "sharePointMigrationJobCancelledEvent",
        totalRetryCount,
        isCancelledByUser: event.cancelledByUser,
      };
    case "JobDeleted":
      return { name: "sharePointMigrationJobDeletedEvent" };
  }
}

function progress(counts: JobCounts, totalRetryCount: number): Record<string, unknown> {
  return {
    filesProcessed: counts.filesCreated,
    bytesProcessed: counts.bytesProcessed,
    objectsProcessed: counts.objectsProcessed,
    totalExpectedObjects: counts.totalExpectedSPObjects,
    totalErrors: counts.totalErrors,
    totalWarnings: counts.totalWarnings,
    totalRetryCount,
    waitTimeOnSqlThrottlingMs: 0,
    totalDurationMs: counts.totalDurationInMs,
    cpuDurationMs: 0,
    sqlDurationMs: 0,
    sqlQueryCount: 0,
    totalExpectedBytes: counts.totalExpectedBytes,
    filesProcessedOnlyCurrentVersion: counts.filesCreatedIrrespectiveOfVersions,
    bytesProcessedOnlyCurrentVersion: counts.bytesProcessedOnlyCurrentVersion,
    ...(counts.lastProcessedObjectId === "" ? {} : { lastProcessedObjectId: counts.lastProcessedObjectId }),
  };
}

function error(errorLevel: string, problem: JobProblem, totalRetryCount: number) {
  return {
    name: "sharePointMigrationJobErrorEvent",
    errorLevel,
    totalRetryCount,
    ...(problem.id === "" ? {} : { objectId: problem.id }),
    objectType: problem.objectType === "" ? "UnknownFutureValue" : problem.objectType,
    ...(problem.url === "" ? {} : { objectUrl: problem.url }),
    error: { code: problem.errorCode, errorType: problem.errorType, message: problem.message },
  };
}
