import { ServiceError } from "@primepack/core/http";

/** What concerns the caller, or the moment, and not what was asked for. */
const notOfEntries: ReadonlySet<number | undefined> = new Set([401, 403, 405, 407, 408, 429]);

/**
 * Whether the service refused a request for what it holds: then another one, of other entries, may be taken. All else
 * (access, throttling, a relationship that is missing) would be told of any request.
 */
export function refusesEntries(error: unknown): error is ServiceError {
  if (!(error instanceof ServiceError) || error.status === undefined) return false;
  if (error.code === "SERVICE_ANSWER_LOST" || error.code === "CROSS_TENANT_RELATIONSHIP_MISSING") return false;
  return error.status >= 400 && error.status < 500 && !notOfEntries.has(error.status);
}

/** Whether the service may have acted on a request that brought no answer. */
export function isAnswerLost(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.code === "SERVICE_ANSWER_LOST";
}

/** What the service said, or else what the error says. */
export function saidIn(error: ServiceError): string {
  return error.serviceMessage ?? error.message;
}
