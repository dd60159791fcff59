import type { RunLimits } from "@primepack/runner";
import { readFlags, usageError } from "./flags.ts";
import { readLimits } from "./limit-arguments.ts";
import {
  type CredentialArguments,
  credentialFlags,
  readCredentialArguments,
  readServiceArguments,
  type ServiceArguments,
  serviceFlags,
} from "./service-arguments.ts";

const watchingFlags = {
  "poll-running": { type: "string" },
  "poll-queued": { type: "string" },
  "poll-requests": { type: "string" },
  json: { type: "boolean" },
} as const;

export const watchFlags: typeof serviceFlags & typeof credentialFlags & typeof watchingFlags = {
  ...serviceFlags,
  ...credentialFlags,
  ...watchingFlags,
};

/** `primepack watch`. */
export interface WatchArguments {
  /** GUIDs, lower case. */
  readonly jobs: readonly string[];
  readonly service: ServiceArguments;
  readonly credential: CredentialArguments;
  readonly limits: RunLimits;
  readonly json: boolean;
}

const guid = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

/** The command line of `primepack watch`, without the command. Throws INVALID_OPTION at the first fault. */
export function readWatchArguments(argv: readonly string[]): WatchArguments {
  const { values, positionals } = readFlags(argv, watchFlags);
  if (positionals.length === 0) throw usageError("Cannot watch as the id of a JOB is needed: current value is none");
  const jobs = positionals.map((text) => {
    const [, id] = guid.exec(text) ?? [];
    if (id !== undefined) return id.toLowerCase();
    throw usageError(`Cannot watch the job as its id must be a GUID: current value is ${JSON.stringify(text)}`);
  });
  return {
    jobs: [...new Set(jobs)],
    service: readServiceArguments(values),
    credential: readCredentialArguments(values),
    limits: readLimits(values),
    json: values.json ?? false,
  };
}
