import { createHash } from "node:crypto";
import type { Site } from "../ports.ts";
import type { JobEvent, JobProblem } from "./job-event.ts";
import { serviceTime } from "./service-time.ts";
import type { JobCounts } from "./tally.ts";

/**
 * One event as GetMigrationJobProgress and the queue give it: flat JSON whose values are all strings (wire-protocol 6),
 * in the order of names of the samples of 2025.
 */
export function sharePointEvent(event: JobEvent, jobId: string, site: Pick<Site, "siteId" | "webId">): string {
  const migration = event.type === "JobDeleted" ? {} : { MigrationType: "None", MigrationDirection: "Import" };
  return JSON.stringify({
    ...migration,
    ...ownFields(event, site),
    JobId: jobId,
    Time: serviceTime(event.time),
    CorrelationId: event.correlationId,
    Event: event.type,
  } satisfies Record<string, string>);
}

function ownFields(event: JobEvent, site: Pick<Site, "siteId" | "webId">): Record<string, string> {
  const TotalRetryCount = String(event.totalRetryCount);
  const place = { SiteId: site.siteId, DbId: idOf("database", site.siteId) };
  switch (event.type) {
    case "JobQueued":
      return { ...place, TotalRetryCount };
    case "JobPostponed":
      return {
        NextPickupTime: serviceTime(event.nextPickupTime),
        ...place,
        JobsInQueue: String(event.jobsInQueue),
        TotalRetryCount,
      };
    case "JobStart":
      return {
        SiteId: site.siteId,
        WebId: site.webId,
        DbId: place.DbId,
        FarmId: idOf("farm", ""),
        ServerId: idOf("server", ""),
        SubscriptionId: idOf("subscription", ""),
        TotalRetryCount,
      };
    case "JobProgress":
      return { TotalRetryCount, ...progress(event.counts) };
    case "JobEnd":
      return {
        TotalRetryCount,
        ...progress(event.counts),
        IsShallowCopy: "False",
        FilesCreatedIrrespectiveOfVersions: String(event.counts.filesCreatedIrrespectiveOfVersions),
        BytesProcessedOnlyCurrentVersion: String(event.counts.bytesProcessedOnlyCurrentVersion),
      };
    case "JobWarning":
    case "JobError":
    case "JobFatalError":
      return { TotalRetryCount, ...problem(event.problem) };
    case "JobCancelled":
      return { TotalRetryCount, CancelledByUser: event.cancelledByUser ? "True" : "False" };
    case "JobDeleted":
      return {};
  }
}

function progress(counts: JobCounts): Record<string, string> {
  return {
    FilesCreated: String(counts.filesCreated),
    BytesProcessed: String(counts.bytesProcessed),
    ObjectsProcessed: String(counts.objectsProcessed),
    TotalExpectedSPObjects: String(counts.totalExpectedSPObjects),
    TotalErrors: String(counts.totalErrors),
    TotalWarnings: String(counts.totalWarnings),
    WaitTimeOnSqlThrottlingMilliseconds: "0",
    TotalDurationInMs: String(counts.totalDurationInMs),
    CpuDurationInMs: "0",
    SqlDurationInMs: "0",
    SqlQueryCount: "0",
    CreatedOrUpdatedFileStatsBySize: JSON.stringify(counts.fileStatsBySize),
    ObjectsStatsByType: JSON.stringify(counts.objectStatsByType),
    TotalExpectedBytes: String(counts.totalExpectedBytes),
  };
}

function problem(of: JobProblem): Record<string, string> {
  const itemId = of.sourceListItemIntId === undefined ? "" : String(of.sourceListItemIntId);
  return {
    ObjectType: of.objectType,
    Url: of.url,
    Id: of.id,
    SourceListItemIntId: itemId,
    TargetListItemIntId: itemId,
    ErrorCode: of.errorCode,
    ErrorType: of.errorType,
    Message: of.message,
  };
}

/** Ids of a farm that isn't there: made up, and the same at every start. */
function idOf(what: string, name: string): string {
  const hex = createHash("sha256").update(`primepack emulator ${what} ${name}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
