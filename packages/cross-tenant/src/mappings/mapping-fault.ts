import type { Code } from "@primepack/core/errors";
import { ServiceError } from "@primepack/core/http";
import { recoded } from "../recoded.ts";

/** The least privileged permission of each call (pages of the mappings), delegated and application alike. */
const PERMISSIONS = {
  find: "SharePointCrossTenantMigration.Read.All",
  update: "SharePointCrossTenantMigration.Manage.All",
} as const;

/**
 * What a failed call is. No page has a table of errors of mappings; the codes are those that the drafts' tables of tasks
 * give to the same statuses, and all else stays as it is.
 */
export function mappingFault(error: unknown, call: keyof typeof PERMISSIONS): unknown {
  if (!(error instanceof ServiceError) || error.throttled || error.code === "SERVICE_ANSWER_LOST") return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const hint = `Grant the application ${PERMISSIONS[call]} in the target organization, with an administrator's consent.`;
  return recoded(error, code, code === "CROSS_TENANT_ACCESS_DENIED" ? hint : undefined);
}

function codeOf({ status, serviceMessage = "" }: ServiceError): Code | undefined {
  if (status === 400) return "CROSS_TENANT_REQUEST_INVALID";
  if (status === 403) return "CROSS_TENANT_ACCESS_DENIED";
  if (status !== 422) return undefined;
  return /\bcross[\s-]?tenant\s+relationship\b/i.test(serviceMessage)
    ? "CROSS_TENANT_RELATIONSHIP_MISSING"
    : "CROSS_TENANT_PRECONDITION";
}
