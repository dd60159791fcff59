import { formatNdjsonLine } from "@primepack/core";

/** One line of the machine-readable output. */
export function jsonLine(value: object): string {
  return formatNdjsonLine(value);
}
