import { guidOf } from "@primepack/core/http";
import type { MoveTimes, TargetOrganization } from "@primepack/cross-tenant";
import { choice, type FlagValues, meaning, plainNumber, present, required, usageError, wholeNumber } from "./flags.ts";
import { type CredentialArguments, credentialFlags, httpUrl, readCredentialArguments } from "./service-arguments.ts";

/** Which of the two organizations is asked, and by whom. */
export const tenantServiceFlags: { readonly "graph-url": { readonly type: "string" } } & typeof credentialFlags = {
  "graph-url": { type: "string" },
  ...credentialFlags,
};

export interface TenantServiceArguments {
  /** Root of Graph; undefined: the default of the package. */
  readonly graphUrl?: string;
  readonly credential: CredentialArguments;
}

/** The values of {@link tenantServiceFlags}. Throws INVALID_OPTION at the first fault. */
export function readTenantService(values: FlagValues<typeof tenantServiceFlags>): TenantServiceArguments {
  const { "graph-url": graphUrl } = values;
  return {
    ...(graphUrl === undefined ? {} : { graphUrl: httpUrl("--graph-url", graphUrl) }),
    credential: readCredentialArguments(values),
  };
}

/** How a file of rows is written. */
export const tableFlags = { format: { type: "string" }, delimiter: { type: "string" } } as const;

export interface TableArguments {
  /** As on the command line. */
  readonly file: string;
  readonly format?: "csv" | "ndjson";
  readonly delimiter?: "," | ";" | "\t";
}

/** The file with the values of {@link tableFlags}. Throws INVALID_OPTION at the first fault. */
export function readTable(file: string, values: FlagValues<typeof tableFlags>): TableArguments {
  const format = choice("--format", values.format, ["csv", "ndjson"] as const);
  const delimiter = meaning("--delimiter", values.delimiter, { comma: ",", semicolon: ";", tab: "\t" } as const);
  if (delimiter !== undefined && (format ?? (/\.csv$/i.test(file) ? "csv" : "ndjson")) === "ndjson") {
    throw usageError(
      `Cannot use --delimiter as it goes with --format csv, or a name in .csv: current value is ${file}`,
    );
  }
  return { file, ...present({ format, delimiter }) };
}

/** Where a move goes to, and when it may start; defaults for a file of moves. */
export const moveTargetFlags = {
  "target-host": { type: "string" },
  "target-organization": { type: "string" },
  "data-location": { type: "string" },
  start: { type: "string" },
  "latest-start": { type: "string" },
} as const;

export interface MoveTargetArguments {
  readonly target?: TargetOrganization;
  readonly times: Omit<MoveTimes, "validateOnly">;
}

/** The values of {@link moveTargetFlags}. Throws INVALID_OPTION at the first fault. */
export function readMoveTarget(values: FlagValues<typeof moveTargetFlags>): MoveTargetArguments {
  const { start, "latest-start": latestStart } = values;
  const target = readTarget(values);
  return {
    ...(target && { target }),
    times: {
      ...(start !== undefined && { preferredStartDateTime: readTime("--start", start) }),
      ...(latestStart !== undefined && { preferredLatestStartDateTime: readTime("--latest-start", latestStart) }),
    },
  };
}

function readTarget(values: FlagValues<typeof moveTargetFlags>): TargetOrganization | undefined {
  const { "target-host": host, "target-organization": organization, "data-location": location } = values;
  if (host !== undefined && organization !== undefined) {
    throw usageError("Cannot use --target-organization as --target-host names one: both are given");
  }
  if (location !== undefined && organization === undefined) {
    throw usageError("Cannot use --data-location as it goes with --target-organization: current value of it is none");
  }
  if (host !== undefined) return { targetOrganizationHost: httpUrl("--target-host", host) };
  if (organization === undefined) return undefined;
  return {
    targetOrganizationId: readGuid("--target-organization", organization),
    ...(location !== undefined && { targetDataLocationCode: required("--data-location", location) }),
  };
}

/** Throws INVALID_OPTION for another text. */
export function readGuid(flag: string, text: string): string {
  const guid = guidOf(text);
  if (guid !== undefined) return guid;
  throw usageError(`Cannot use ${flag} as it must be a GUID: current value is ${JSON.stringify(text)}`);
}

const moment = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?(?:Z|[+-]\d{2}:\d{2})$/i;

/** In UTC, as Graph's own samples write it. A time without its offset would be another one at each place. */
function readTime(flag: string, text: string): string {
  const [, date = ""] = moment.exec(text) ?? [];
  const [day, time] = [Date.parse(date), Date.parse(text)];
  // The day that a month lacks would be read as one of the next month, and the move begin then.
  const isDay = !Number.isNaN(day) && new Date(day).toISOString().startsWith(date);
  if (isDay && !Number.isNaN(time)) return new Date(time).toISOString().replace(".000Z", "Z");
  throw usageError(
    `Cannot use ${flag} as it is a time with its offset, as in 2027-01-31T06:00:00Z: current value is ${JSON.stringify(text)}`,
  );
}

/** How often tasks are looked at. */
export const pollFlags = {
  "poll-running": { type: "string" },
  "poll-queued": { type: "string" },
  "poll-requests": { type: "string" },
} as const;

export interface PollArguments {
  readonly pollRunningMs?: number;
  readonly pollNotStartedMs?: number;
  readonly requestsPerMinute?: number;
}

const DAY_SECONDS = 86_400;

/** The values of {@link pollFlags}. Throws INVALID_OPTION at the first fault. */
export function readPolling(values: FlagValues<typeof pollFlags>): PollArguments {
  const running = plainNumber("--poll-running", values["poll-running"], 0.01, DAY_SECONDS);
  const queued = plainNumber("--poll-queued", values["poll-queued"], 0.01, DAY_SECONDS);
  return present({
    pollRunningMs: running && Math.round(running * 1000),
    pollNotStartedMs: queued && Math.round(queued * 1000),
    requestsPerMinute: wholeNumber("--poll-requests", values["poll-requests"], 1, 100_000),
  });
}
