import { readFlags, usageError } from "./flags.ts";
import { type PackagingArguments, packagingFlags, readPackagingArguments } from "./packaging-arguments.ts";

const flags = {
  ...packagingFlags,
  include: { type: "string", multiple: true },
  exclude: { type: "string", multiple: true },
} as const;

export interface BuildArguments extends PackagingArguments {
  /** Paths and patterns as given. */
  readonly sources: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** The command line of `primepack build`, without the command. Throws INVALID_OPTION at the first fault. */
export function readBuildArguments(argv: readonly string[]): BuildArguments {
  const { values, positionals } = readFlags(argv, flags);
  if (positionals.length === 0) throw usageError("Cannot build as a SOURCE is needed: current value is none");
  return {
    ...readPackagingArguments(values),
    sources: positionals,
    include: values.include ?? [],
    exclude: values.exclude ?? [],
  };
}
