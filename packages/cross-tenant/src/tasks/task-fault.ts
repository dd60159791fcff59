import type { Code } from "@primepack/core/errors";
import { ServiceError } from "@primepack/core/http";
import { recoded } from "../recoded.ts";

export type TaskOperation = "create" | "get" | "cancel";

/** The least privileged permission of each operation (pages of the operations), delegated and application alike. */
const PERMISSIONS: Readonly<Record<TaskOperation, string>> = {
  create: "SharePointCrossTenantMigration.Manage.All",
  get: "SharePointCrossTenantMigration.Read.All",
  cancel: "SharePointCrossTenantMigration.Manage.All",
};

/**
 * What a failed call of an operation is by the drafts' tables of errors; anything that they don't have (throttling,
 * tokens, lost connections, other statuses) stays as it is. The cancel table has no 403, which means the same there.
 */
export function taskFault(error: unknown, operation: TaskOperation): unknown {
  if (!(error instanceof ServiceError) || error.throttled || error.code === "SERVICE_ANSWER_LOST") return error;
  const code = codeOf(error, operation);
  if (code === undefined) return error;
  return recoded(error, code, code === "CROSS_TENANT_ACCESS_DENIED" ? permissionHint(operation) : undefined);
}

function codeOf({ status, serviceMessage }: ServiceError, operation: TaskOperation): Code | undefined {
  switch (status) {
    case 400:
      return "CROSS_TENANT_REQUEST_INVALID";
    case 403:
      return "CROSS_TENANT_ACCESS_DENIED";
    case 404:
      // A route that the service doesn't have is answered so too; creating a task looks for none.
      return operation === "create" ? undefined : "MIGRATION_TASK_NOT_FOUND";
    case 409:
      return operation === "cancel" ? "MIGRATION_TASK_IN_PROGRESS" : undefined;
    case 422:
      return preconditionOf(serviceMessage ?? "", operation);
    case 501:
      return operation === "create" ? "ORGANIZATIONS_ON_ONE_FARM" : undefined;
    default:
      return undefined;
  }
}

/** By words that both revisions of the drafts have; none can stand in a UPN or a URL, which have no spaces. */
function preconditionOf(message: string, operation: TaskOperation): Code {
  if (/\bcross[\s-]?tenant\s+relationship\b/i.test(message)) return "CROSS_TENANT_RELATIONSHIP_MISSING";
  if (operation !== "create") return "CROSS_TENANT_PRECONDITION";
  if (/\bidentity\s+map(?:ping)?\s+entry\b/i.test(message)) return "IDENTITY_MAP_MISSING";
  return /\bOneDrive\s+URL\b/i.test(message) ? "SOURCE_ONEDRIVE_MISSING" : "CROSS_TENANT_PRECONDITION";
}

function permissionHint(operation: TaskOperation): string {
  return `Grant the application ${PERMISSIONS[operation]} in the source organization, with an administrator's consent.`;
}
