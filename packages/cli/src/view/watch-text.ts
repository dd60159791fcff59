import type { JobEvent, JobUpdate } from "@primepack/event-reader";
import { formatBytes, formatCount } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

/** One event on one line. */
export function eventText(jobId: string, event: JobEvent): string {
  const time = event.time?.toISOString().slice(0, 19).replace("T", " ") ?? "";
  const name = event.type === "unknown" ? event.name : event.type;
  return safeText([jobId, time, name, detailsOf(event)].filter(Boolean).join("  "));
}

/** How a job ended, on one line. */
export function overText(update: Extract<JobUpdate, { type: "over" }>): string {
  const why = update.how === "failed" ? `its events can't be read: ${update.error.message}` : meanings[update.how];
  return safeText(`${update.jobId}  ${why}`);
}

const meanings = {
  ended: "ended",
  gone: "the service doesn't know it, or has forgotten its events",
  deleted: "deleted before it ran",
} as const;

function detailsOf(event: JobEvent): string {
  switch (event.type) {
    case "JobProgress":
    case "JobEnd": {
      const { objectsProcessed, totalExpectedSPObjects, bytesProcessed, totalErrors, totalWarnings } = event.counts;
      return [
        objectsProcessed !== undefined &&
          `${formatCount(objectsProcessed)}${totalExpectedSPObjects === undefined ? "" : ` of ${formatCount(totalExpectedSPObjects)}`} objects`,
        bytesProcessed !== undefined && formatBytes(bytesProcessed),
        totalErrors !== undefined && `${formatCount(totalErrors)} errors`,
        totalWarnings !== undefined && `${formatCount(totalWarnings)} warnings`,
      ]
        .filter(Boolean)
        .join(", ");
    }
    case "JobWarning":
    case "JobError":
    case "JobFatalError": {
      const { objectType, url, errorCode, message } = event.problem;
      return [[objectType, url].filter(Boolean).join(" "), message, errorCode && `(${errorCode})`]
        .filter(Boolean)
        .join(" ");
    }
    case "JobPostponed":
      return [event.reason, event.nextPickupTime && `next try ${event.nextPickupTime.toISOString()}`]
        .filter(Boolean)
        .join(", ");
    case "JobCancelled":
      return event.cancelledByUser ? "by a user" : "";
    case "JobLogFileCreate":
      return event.fileName;
    default:
      return "";
  }
}
