import { readFlags, required, usageError } from "./flags.ts";
import { limitFlags, readLimits } from "./limit-arguments.ts";
import type { RunArguments } from "./migrate-arguments.ts";
import { credentialFlags, readCredentialArguments } from "./service-arguments.ts";

/** `primepack resume` and `primepack cancel`. */
export interface RunFolderArguments extends RunArguments {
  /** The run's folder. */
  readonly run: string;
  readonly resubmitUnknown: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

const outputFlags = { json: { type: "boolean" }, quiet: { type: "boolean" } } as const;
const unknownFlags = { "resubmit-unknown": { type: "boolean" } } as const;

export const cancelFlags: typeof credentialFlags & typeof limitFlags & typeof outputFlags = {
  ...credentialFlags,
  ...limitFlags,
  ...outputFlags,
};
export const resumeFlags: typeof cancelFlags & typeof unknownFlags = { ...cancelFlags, ...unknownFlags };

/** The command line of `primepack resume`, without the command. Throws INVALID_OPTION at the first fault. */
export function readResumeArguments(argv: readonly string[]): RunFolderArguments {
  const { values, positionals } = readFlags(argv, resumeFlags);
  return runFolder("resume", positionals, { ...values, "resubmit-unknown": values["resubmit-unknown"] ?? false });
}

/** The command line of `primepack cancel`, without the command. Throws INVALID_OPTION at the first fault. */
export function readCancelArguments(argv: readonly string[]): RunFolderArguments {
  const { values, positionals } = readFlags(argv, cancelFlags);
  return runFolder("cancel", positionals, { ...values, "resubmit-unknown": false });
}

function runFolder(
  command: string,
  positionals: readonly string[],
  values: ReturnType<typeof readFlags<typeof resumeFlags>>["values"],
): RunFolderArguments {
  return {
    run: onlyRun(command, positionals),
    resubmitUnknown: values["resubmit-unknown"] ?? false,
    limits: readLimits(values),
    credential: readCredentialArguments(values),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  };
}

export const statusFlags = { json: { type: "boolean" } } as const;

export interface StatusArguments {
  readonly run: string;
  readonly json: boolean;
}

/** The command line of `primepack status`, without the command. Throws INVALID_OPTION at the first fault. */
export function readStatusArguments(argv: readonly string[]): StatusArguments {
  const { values, positionals } = readFlags(argv, statusFlags);
  return { run: onlyRun("show the status", positionals), json: values.json ?? false };
}

export const reportFlags = { out: { type: "string" }, json: { type: "boolean" } } as const;

export interface ReportArguments extends StatusArguments {
  /** Folder of the report; undefined: `report` in the run's folder. */
  readonly out?: string;
}

/** The command line of `primepack report`, without the command. Throws INVALID_OPTION at the first fault. */
export function readReportArguments(argv: readonly string[]): ReportArguments {
  const { values, positionals } = readFlags(argv, reportFlags);
  const { out, json = false } = values;
  return {
    run: onlyRun("report", positionals),
    json,
    ...(out === undefined ? {} : { out: required("--out", out) }),
  };
}

function onlyRun(doing: string, positionals: readonly string[]): string {
  const [run, ...others] = positionals;
  if (run === undefined || run === "" || others.length > 0) {
    throw usageError(
      `Cannot ${doing} as the folder of one RUN is needed: current value is ${positionals.length} arguments`,
    );
  }
  return run;
}
