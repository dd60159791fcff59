import type { CrossTenantErrorRow, CrossTenantSwitches } from "../types.ts";

/** What the table of errors tells apart. */
export type TaskOperation = "create" | "get" | "getBy" | "cancel";

/** What stands in for the placeholders of the table's messages. */
export interface RowValues {
  readonly paramName?: string;
  readonly siteUrl?: string;
  readonly sourceUserUpn?: string;
  readonly id?: string;
}

interface Row {
  readonly status: number;
  readonly operations: readonly TaskOperation[];
  readonly text: string;
  /** Of the other revision, where that is known to differ. */
  readonly laterText?: string;
}

/** Status, operations and messages as the draft pages have them. Of the 409 only the later wording is known. */
const rows: Readonly<Record<CrossTenantErrorRow, Row>> = {
  missingParameter: {
    status: 400,
    operations: ["create", "get", "getBy", "cancel"],
    text: "Cannot process the request because the required parameter {paramName} is missing.",
    laterText: "Can't process the request because the required parameter {paramName} is missing.",
  },
  accessDenied: { status: 403, operations: ["create", "get", "getBy"], text: "Access denied" },
  noRelationship: {
    status: 422,
    operations: ["create", "get", "getBy", "cancel"],
    text: "There is no Cross-Tenant relationship established for partner {siteUrl} and role target.",
    laterText: "There's no Cross-Tenant relationship established for partner {siteUrl} and role target.",
  },
  noOneDrive: {
    status: 422,
    operations: ["create"],
    text: "Unable to get a OneDrive URL for source user UPN {sourceUserUpn}.",
  },
  noIdentityMap: {
    status: 422,
    operations: ["create"],
    text: "Identity map entry for source UPN {sourceUserUpn} does not exist on the target tenant.",
  },
  sameFarm: {
    status: 501,
    operations: ["create"],
    text:
      "It has been detected that partners reside in the same SPO location that prevents them from migrating. Please " +
      "contact MS to resolve this issue. Once the issue has been resolved, please try running the migration again.",
  },
  taskNotFound: {
    status: 404,
    operations: ["get", "getBy", "cancel"],
    text: "The migration task {id} could not be found.",
    laterText: "The migration task {id} couldn't be found.",
  },
  taskInProgress: {
    status: 409,
    operations: ["cancel"],
    text: "Can't process the canceled request because the task is in progress",
  },
};

/** Codes of errors are unknown: these are the emulator's own, in the manner of Graph. */
const codes: Readonly<Record<number, string>> = {
  400: "invalidRequest",
  403: "accessDenied",
  404: "itemNotFound",
  409: "conflict",
  422: "unprocessableEntity",
  501: "notSupported",
};

/** The service says no to a cross-tenant request. */
export class TenantRefusal extends Error {
  readonly status: number;
  readonly code: string;
  /** Undefined: no row of the table, but a rule of OData's, or a choice of the emulator. */
  readonly row: CrossTenantErrorRow | undefined;

  constructor(status: number, message: string, row?: CrossTenantErrorRow) {
    super(message);
    this.name = "TenantRefusal";
    this.status = status;
    this.code = codes[status] ?? "generalException";
    this.row = row;
  }
}

/** Whether the table has the row for the operation. */
export function standsFor(row: CrossTenantErrorRow, operation: TaskOperation): boolean {
  return rows[row].operations.includes(operation);
}

export function rowRefusal(
  row: CrossTenantErrorRow,
  wording: Required<CrossTenantSwitches>["crossTenantWording"],
  values: RowValues,
): TenantRefusal {
  const { status, text, laterText = text } = rows[row];
  const template = wording === "cannot" ? text : laterText;
  const message = template.replace(/\{(\w+)\}/g, (_, name: keyof RowValues) => values[name] ?? "");
  return new TenantRefusal(status, message, row);
}
