import type { MappingKind } from "@primepack/cross-tenant";
import { present, readFlags, required, usageError, wholeNumber } from "./flags.ts";
import {
  readGuid,
  readTable,
  readTenantService,
  type TableArguments,
  type TenantServiceArguments,
  tableFlags,
  tenantServiceFlags,
} from "./tenant-arguments.ts";

const applyingFlags = {
  "dry-run": { type: "boolean" },
  state: { type: "string" },
  report: { type: "string" },
  "source-organization": { type: "string" },
  "remove-missing": { type: "boolean" },
  resend: { type: "boolean" },
  "skip-invalid": { type: "boolean" },
  requests: { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
} as const;

export const mapFlags: typeof applyingFlags & typeof tableFlags & typeof tenantServiceFlags = {
  ...applyingFlags,
  ...tableFlags,
  ...tenantServiceFlags,
};

/** `primepack tenant map users|groups`. */
export interface MapArguments {
  readonly kind: MappingKind;
  readonly table: TableArguments;
  readonly dryRun: boolean;
  /** Folder of what was applied last. */
  readonly state: string;
  /** Folder of the report; undefined: `report` in the state's folder, none in a dry run. */
  readonly report?: string;
  /** GUID, of rows that name none. */
  readonly sourceOrganizationId?: string;
  readonly removeMissing: boolean;
  readonly resend: boolean;
  readonly skipInvalid: boolean;
  readonly requests?: number;
  readonly service: TenantServiceArguments;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What follows `primepack tenant map users|groups`. Throws INVALID_OPTION at the first fault. */
export function readMapArguments(kind: MappingKind, argv: readonly string[]): MapArguments {
  const { values, positionals } = readFlags(argv, mapFlags);
  const [file, ...others] = positionals;
  if (file === undefined || file === "" || others.length > 0) {
    throw usageError(`Cannot map ${kind} as one FILE is needed: current value is ${positionals.length} arguments`);
  }
  const { state, report, "source-organization": organization } = values;
  return {
    kind,
    table: readTable(file, values),
    dryRun: values["dry-run"] ?? false,
    state: state === undefined ? `${file}.state` : required("--state", state),
    ...(report === undefined ? {} : { report: required("--report", report) }),
    ...(organization === undefined ? {} : { sourceOrganizationId: readGuid("--source-organization", organization) }),
    removeMissing: values["remove-missing"] ?? false,
    resend: values.resend ?? false,
    skipInvalid: values["skip-invalid"] ?? false,
    ...present({ requests: wholeNumber("--requests", values.requests, 1, 64) }),
    service: readTenantService(values),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  };
}

const showing = { json: { type: "boolean" } } as const;

export const showMappingFlags: typeof showing & typeof tenantServiceFlags = { ...showing, ...tenantServiceFlags };

/** `primepack tenant map show`. */
export interface ShowMappingArguments {
  readonly kind: MappingKind;
  /** UPN, or object id of the group. */
  readonly source: string;
  readonly service: TenantServiceArguments;
  readonly json: boolean;
}

/** What follows `primepack tenant map show`. Throws INVALID_OPTION at the first fault. */
export function readShowMappingArguments(argv: readonly string[]): ShowMappingArguments {
  const { values, positionals } = readFlags(argv, showMappingFlags);
  const [what, source, ...others] = positionals;
  if ((what !== "user" && what !== "group") || source === undefined || source === "" || others.length > 0) {
    throw usageError(
      `Cannot show a mapping as user UPN or group ID is needed: current value is ${JSON.stringify(positionals.join(" "))}`,
    );
  }
  return {
    kind: `${what}s`,
    source: what === "group" ? readGuid("the ID of a group", source) : source,
    service: readTenantService(values),
    json: values.json ?? false,
  };
}
