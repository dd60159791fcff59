import { readFlags, required, usageError } from "./flags.ts";
import { readSourceArguments, type SourceArguments, sourceFlags } from "./source-arguments.ts";

const flags = {
  ...sourceFlags,
  "key-file": { type: "string" },
  target: { type: "string" },
  source: { type: "string", multiple: true },
  "storage-file": { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
} as const;

export interface VerifyArguments {
  readonly directory: string;
  readonly keyFile?: string;
  readonly target?: string;
  /** What the packages were built from. */
  readonly source?: SourceArguments;
  readonly storageFile?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The command line of `primepack verify`, without the command. Throws INVALID_OPTION at the first fault. */
export function readVerifyArguments(argv: readonly string[]): VerifyArguments {
  const { values, positionals } = readFlags(argv, flags);
  const [directory, ...others] = positionals;
  if (directory === undefined || others.length > 0) {
    throw usageError(`Cannot verify as one DIR is needed: current value is ${positionals.length} arguments`);
  }
  const { "key-file": keyFile, "storage-file": storageFile, target } = values;
  const source = readSourceArguments(values.source ?? [], values, "--source");
  return {
    directory,
    ...(keyFile === undefined ? {} : { keyFile: required("--key-file", keyFile) }),
    ...(storageFile === undefined ? {} : { storageFile: required("--storage-file", storageFile) }),
    ...(target === undefined ? {} : { target: required("--target", target) }),
    ...(source === undefined ? {} : { source }),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  };
}
