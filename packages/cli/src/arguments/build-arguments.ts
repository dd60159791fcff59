import { readFlags, usageError } from "./flags.ts";
import { formFlags } from "./form-arguments.ts";
import { type PackagingArguments, packagingFlags, readPackagingArguments } from "./packaging-arguments.ts";
import { readSourceArguments, type SourceArguments, sourceFlags } from "./source-arguments.ts";

const flags = { ...packagingFlags, ...formFlags, ...sourceFlags } as const;

export interface BuildArguments extends PackagingArguments {
  readonly source: SourceArguments;
}

/** The command line of `primepack build`, without the command. Throws INVALID_OPTION at the first fault. */
export function readBuildArguments(argv: readonly string[]): BuildArguments {
  const { values, positionals } = readFlags(argv, flags);
  const source = readSourceArguments(positionals, values, "SOURCE");
  if (source === undefined) {
    throw usageError("Cannot build as a SOURCE, --inventory or --blob-container is needed: current value is none");
  }
  return { ...readPackagingArguments(values), source };
}
