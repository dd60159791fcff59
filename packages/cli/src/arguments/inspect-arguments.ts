import { readFlags, required, usageError, wholeNumber } from "./flags.ts";

const flags = {
  "key-file": { type: "string" },
  job: { type: "string" },
  depth: { type: "string" },
  "max-folders": { type: "string" },
  json: { type: "boolean" },
} as const;

export interface InspectArguments {
  readonly directory: string;
  readonly keyFile?: string;
  readonly jobId?: string;
  readonly depth?: number;
  readonly maxFolders?: number;
  readonly json: boolean;
}

/** The command line of `primepack inspect`, without the command. Throws INVALID_OPTION at the first fault. */
export function readInspectArguments(argv: readonly string[]): InspectArguments {
  const { values, positionals } = readFlags(argv, flags);
  const [directory, ...others] = positionals;
  if (directory === undefined || others.length > 0) {
    throw usageError(`Cannot inspect as one PATH is needed: current value is ${positionals.length} arguments`);
  }
  const { "key-file": keyFile, job } = values;
  const depth = wholeNumber("--depth", values.depth, 0, 1000);
  const maxFolders = wholeNumber("--max-folders", values["max-folders"], 0, 1_000_000);
  return {
    directory,
    ...(keyFile === undefined ? {} : { keyFile: required("--key-file", keyFile) }),
    ...(job === undefined ? {} : { jobId: required("--job", job) }),
    ...(depth === undefined ? {} : { depth }),
    ...(maxFolders === undefined ? {} : { maxFolders }),
    json: values.json ?? false,
  };
}
