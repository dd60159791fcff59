import { type ParseArgsConfig, parseArgs } from "node:util";
import { describe, PrimepackError } from "@primepack/core";

type FlagConfigs = NonNullable<ParseArgsConfig["options"]>;

/** What {@link readFlags} found for each flag. */
export type FlagValues<Flags extends FlagConfigs> = ReturnType<typeof readFlags<Flags>>["values"];

/** Flags and positionals of one command. Throws INVALID_OPTION for what the command doesn't know. */
export function readFlags<Flags extends FlagConfigs>(
  argv: readonly string[],
  options: Flags,
): ReturnType<typeof parseArgs<{ args: string[]; options: Flags; allowPositionals: true; strict: true }>> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node's messages go on with advice after their first sentence.
    const [sentence = ""] = describe(error).split(/\. |\n/);
    throw usageError(`Cannot read the command line: ${sentence}`);
  }
}

export function usageError(message: string, hint = "See primepack COMMAND --help."): PrimepackError {
  return new PrimepackError("INVALID_OPTION", message, { hint });
}

/** Throws INVALID_OPTION if the flag is not there. */
export function required(flag: string, value: string | undefined): string {
  if (value === undefined || value === "") throw usageError(`Cannot run as ${flag} is needed: current value is none`);
  return value;
}

/** A whole number within bounds, or undefined if the flag is not there. */
export function wholeNumber(flag: string, value: string | undefined, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw usageError(
      `Cannot use ${flag} as it takes a whole number from ${least} to ${most}: current value is ${value}`,
    );
  }
  return number;
}

/** A number within bounds, with at most three digits behind the point, or undefined if the flag is not there. */
export function plainNumber(flag: string, value: string | undefined, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,12}(?:\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw usageError(`Cannot use ${flag} as it takes a number from ${least} to ${most}: current value is ${value}`);
  }
  return number;
}

/** One of the choices, or undefined if the flag is not there. */
export function choice<Choice extends string>(
  flag: string,
  value: string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (value === undefined) return undefined;
  const chosen = choices.find((known) => known === value);
  if (chosen === undefined) {
    throw usageError(`Cannot use ${flag} as it takes one of ${choices.join(", ")}: current value is ${value}`);
  }
  return chosen;
}

/** What one of the choices stands for, or undefined if the flag is not there. */
export function meaning<Choice extends string, Meaning>(
  flag: string,
  value: string | undefined,
  meanings: Readonly<Record<Choice, Meaning>>,
): Meaning | undefined {
  const chosen = choice(flag, value, Object.keys(meanings) as Choice[]);
  return chosen === undefined ? undefined : meanings[chosen];
}

/** A copy without the fields that are undefined. */
export function present<Fields extends object>(
  fields: Fields,
): { [field in keyof Fields]?: Exclude<Fields[field], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof present<Fields>
  >;
}
