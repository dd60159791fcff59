import { PrimepackError } from "@primepack/core";

const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** The GUID in lower case and without braces. Throws INVALID_OPTION for any other text. */
export function normalListId(text: string): string {
  const [, digits] = guid.exec(text) ?? [];
  if (digits !== undefined) return digits.toLowerCase();
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot open the ledger as the list id takes a GUID: current value is ${JSON.stringify(text)}`,
  );
}
