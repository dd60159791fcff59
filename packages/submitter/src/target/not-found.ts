import { ServiceError } from "@primepack/core/http";

/** HRESULTs by which SharePoint says that a list or file does not exist, whatever the status. */
const NOT_FOUND_CODES = new Set(["-2130575322", "-2147024894", "-2147024893", "-2130247139"]);

/** Whether the service says that what was asked for does not exist. */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false;
  if (error.serviceCode !== undefined && NOT_FOUND_CODES.has(error.serviceCode)) return true;
  return error.code === "SERVICE_REFUSED" && error.status === 404;
}
