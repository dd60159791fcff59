import type { RunLimits } from "@primepack/runner";
import { readFlags, required, usageError } from "./flags.ts";
import { readLimits } from "./limit-arguments.ts";
import {
  type CredentialArguments,
  credentialFlags,
  readCredentialArguments,
  readServiceArguments,
  type ServiceArguments,
  serviceFlags,
} from "./service-arguments.ts";

const checkFlags = {
  library: { type: "string" },
  out: { type: "string" },
  "poll-running": { type: "string" },
  "poll-queued": { type: "string" },
  json: { type: "boolean" },
} as const;

export const liveCheckFlags: typeof checkFlags & typeof serviceFlags & typeof credentialFlags = {
  ...checkFlags,
  ...serviceFlags,
  ...credentialFlags,
};

/** `primepack live-check`. */
export interface LiveCheckArguments {
  readonly service: ServiceArguments;
  /** Undefined for containers of SharePoint Embedded. */
  readonly library?: string;
  /** Folder of what was found. */
  readonly out: string;
  readonly credential: CredentialArguments;
  readonly limits: RunLimits;
  readonly json: boolean;
}

/** The command line of `primepack live-check`, without the command. Throws INVALID_OPTION at the first fault. */
export function readLiveCheckArguments(argv: readonly string[]): LiveCheckArguments {
  const { values, positionals } = readFlags(argv, liveCheckFlags);
  if (positionals.length > 0) {
    throw usageError(`Cannot check as it takes flags only: current value is ${positionals[0]}`);
  }
  const service = readServiceArguments(values);
  const { library } = values;
  if ((service.kind === "sharepoint") !== (library !== undefined)) {
    throw usageError("Cannot check as --library goes with --site, and only with it");
  }
  return {
    service,
    out: required("--out", values.out),
    credential: readCredentialArguments(values),
    limits: { pollRunningMs: 10_000, pollQueuedMs: 10_000, ...readLimits(values) },
    json: values.json ?? false,
    ...(library === undefined ? {} : { library: required("--library", library) }),
  };
}
