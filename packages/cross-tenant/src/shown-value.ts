import { redact } from "@primepack/core/errors";

/** Characters of a value that are looked through for secrets. */
const READ_LENGTH = 4096;

/**
 * A text for a message: quoted, cut short and without secrets.
 *
 * @param length - characters that are shown
 */
export function shownValue(text: string, length: number): string {
  // A secret may be cut in two, so that it is looked for before.
  const whole = redact(text.slice(0, READ_LENGTH));
  return JSON.stringify(whole.length > length ? `${whole.slice(0, length)}…` : whole);
}
