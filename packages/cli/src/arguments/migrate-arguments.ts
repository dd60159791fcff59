import type { RunLimits } from "@primepack/runner";
import { readFlags, required, usageError } from "./flags.ts";
import { formFlags } from "./form-arguments.ts";
import { limitFlags, readLimits } from "./limit-arguments.ts";
import { readShapeArguments, type ShapeArguments, shapeFlags } from "./packaging-arguments.ts";
import {
  type CredentialArguments,
  credentialFlags,
  httpUrl,
  readCredentialArguments,
  readServiceArguments,
  type ServiceArguments,
  serviceFlags,
} from "./service-arguments.ts";
import { readSourceArguments, type SourceArguments, sourceFlags } from "./source-arguments.ts";

/** Where a migration leads, and how it is told of its jobs. */
const targetFlags = {
  library: { type: "string" },
  folder: { type: "string" },
  out: { type: "string" },
  "storage-file": { type: "string" },
  "storage-account": { type: "string" },
  "no-queue": { type: "boolean" },
} as const;

export const migrateFlags: typeof targetFlags &
  typeof serviceFlags &
  typeof credentialFlags &
  typeof limitFlags &
  typeof shapeFlags &
  typeof formFlags &
  typeof sourceFlags = {
  ...targetFlags,
  ...serviceFlags,
  ...credentialFlags,
  ...limitFlags,
  ...shapeFlags,
  ...formFlags,
  ...sourceFlags,
};

/** Bounds and credentials: what a resumed run may be given anew. */
export interface RunArguments {
  readonly limits: RunLimits;
  readonly credential: CredentialArguments;
}

export interface MigrateArguments extends ShapeArguments, RunArguments {
  readonly source: SourceArguments;
  readonly service: ServiceArguments;
  /** Title, id or server-relative URL of the library or list; undefined only where a container has one alone. */
  readonly library?: string;
  /** Path below the library's root folder, `/` between names. */
  readonly folder?: string;
  /** The run's folder. */
  readonly out: string;
  /** Own containers: file with the account's secret. */
  readonly storageFile?: string;
  /** Own containers: URL of the account, which whoever asks the service may use too. */
  readonly storageAccount?: string;
  readonly queue: boolean;
}

/** The command line of `primepack migrate`, without the command. Throws INVALID_OPTION at the first fault. */
export function readMigrateArguments(argv: readonly string[]): MigrateArguments {
  const { values, positionals } = readFlags(argv, migrateFlags);
  const source = readSourceArguments(positionals, values, "SOURCE");
  if (source === undefined) {
    throw usageError("Cannot migrate as a SOURCE, --inventory or --blob-container is needed: current value is none");
  }
  const service = readServiceArguments(values);
  const { library, folder, "storage-file": storageFile, "storage-account": storageAccount } = values;
  if (storageFile !== undefined && storageAccount !== undefined) {
    throw usageError("Cannot use --storage-account as --storage-file names one: both are given");
  }
  if (service.kind === "sharepoint" && library === undefined) {
    throw usageError("Cannot migrate as --library says which library or list of the site: current value is none");
  }
  if (service.kind === "graph") {
    for (const flag of ["library", "no-queue"] as const) {
      if (values[flag] !== undefined) throw usageError(`Cannot use --${flag} as it goes with --site: none is given`);
    }
  }
  return {
    ...readShapeArguments(values),
    source,
    service,
    out: required("--out", values.out),
    ...(library === undefined ? {} : { library: required("--library", library) }),
    ...(folder === undefined ? {} : { folder: readFolder(folder) }),
    ...(storageFile === undefined ? {} : { storageFile: required("--storage-file", storageFile) }),
    ...(storageAccount === undefined ? {} : { storageAccount: httpUrl("--storage-account", storageAccount) }),
    queue: !(values["no-queue"] ?? false),
    limits: readLimits(values),
    credential: readCredentialArguments(values),
  };
}

function readFolder(text: string): string {
  const names = text.replace(/^\/|\/$/g, "").split("/");
  if (names.every((name) => name !== "" && name !== "." && name !== "..")) return names.join("/");
  throw usageError(
    `Cannot use --folder as it is a path below the library's root, as in Reports/2024: current value is ${JSON.stringify(text)}`,
  );
}
