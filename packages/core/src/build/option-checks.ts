import { PrimepackError } from "../errors/index.ts";

/** Tells the kind of value only, since it could be a secret that was put into the wrong place. */
export function invalid(name: string, takes: string, value: unknown): PrimepackError {
  const found = value === "" ? "an empty text" : value === null ? "null" : `of type ${typeof value}`;
  return new PrimepackError(
    "INVALID_OPTION",
    `Cannot use option ${name} as it takes ${takes}: current value is ${found}`,
  );
}

/** Throws INVALID_OPTION for anything but true and false. */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw invalid(name, "true or false", value);
}

/** Throws INVALID_OPTION for anything but a whole number from `least` to `most`. */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use option ${name} as it takes a whole number from ${least} to ${most}: current value is ${value}`,
    );
  }
}

/** Throws INVALID_OPTION for a text that is not among `allowed`. */
export function checkOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use option ${name} as it takes one of ${allowed.join(", ")}: current value is ${value}`,
    );
  }
}
