import { redact } from "../errors/index.ts";

/** Characters of a service's text that are kept. */
const MAX_LENGTH = 500;

/** What a service says, fit to be stored and shown: redacted, one line, at most 500 characters; undefined for nothing. */
export function serviceText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const line = redact(value.slice(0, 4 * MAX_LENGTH))
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line === "" ? undefined : line.slice(0, MAX_LENGTH);
}
