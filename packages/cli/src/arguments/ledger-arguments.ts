import { readFlags, required, usageError } from "./flags.ts";

const flags = {
  ledger: { type: "string" },
  list: { type: "string" },
  "except-file": { type: "string" },
  json: { type: "boolean" },
} as const;

/** `primepack ledger confirm`. */
export interface ConfirmArguments {
  readonly action: "confirm";
  /** The output folder. */
  readonly directory: string;
  /** Empty: all of the folder's packages. */
  readonly packages: readonly string[];
  readonly ledger: string;
  readonly exceptFile?: string;
  readonly json: boolean;
}

/** `primepack ledger show`. */
export interface ShowArguments {
  readonly action: "show";
  readonly ledger: string;
  /** Undefined: all lists. */
  readonly list?: string;
  readonly json: boolean;
}

/** The command line of `primepack ledger`, without the command. Throws INVALID_OPTION at the first fault. */
export function readLedgerArguments(argv: readonly string[]): ConfirmArguments | ShowArguments {
  const { values, positionals } = readFlags(argv, flags);
  const [action, ...rest] = positionals;
  const { list, "except-file": exceptFile, json = false } = values;
  if (action === "show") {
    if (rest.length > 0) throw usageError(`Cannot show the ledger as only flags follow: current value is ${rest[0]}`);
    if (exceptFile !== undefined) throw usageError("Cannot use --except-file as ledger show takes none");
    const ledger = required("--ledger", values.ledger);
    return { action, ledger, json, ...(list === undefined ? {} : { list: required("--list", list) }) };
  }
  if (action === "confirm") {
    const [directory, ...packages] = rest;
    if (directory === undefined)
      throw usageError("Cannot confirm as the DIR of a build is needed: current value is none");
    if (list !== undefined) throw usageError("Cannot use --list as the ledger knows which list the packages are for");
    const ledger = required("--ledger", values.ledger);
    const except = exceptFile === undefined ? {} : { exceptFile: required("--except-file", exceptFile) };
    return { action, directory, packages, ledger, json, ...except };
  }
  throw usageError(`Cannot use the ledger as confirm or show is needed: current value is ${action ?? "none"}`);
}
