import { PrimepackError } from "../errors/index.ts";

/** A package's name becomes a folder and a part of container names. */
export function checkPackageName(name: string): void {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?$/.test(name)) return;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot use a package name as it must be of letters, digits, - and _: current value is ${JSON.stringify(name)}`,
  );
}
