// What values of events may look like: strings by the documents, but readers have to take numbers and booleans as well.

/** A text without blanks around it; numbers and booleans as text; empty for what is neither. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value.trim();
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  return "";
}

/** A decimal number, as text or not; undefined for what is empty, no number or beyond all bounds. */
export function numberOf(value: unknown): number | undefined {
  const text = textOf(value);
  if (!/^[+-]?\d+(\.\d*)?(e[+-]?\d{1,3})?$/i.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** A number that counts something. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number === undefined || number < 0 ? undefined : number;
}

/** `True` and `False` in any case, or a real boolean. */
export function booleanOf(value: unknown): boolean | undefined {
  const text = textOf(value).toLowerCase();
  if (text === "true") return true;
  return text === "false" ? false : undefined;
}

/** A GUID in lower case with hyphens and without braces, however it was written; undefined if it is none. */
export function guidOf(value: unknown): string | undefined {
  const digits = textOf(value)
    .replace(/^[{(](.*)[)}]$/, "$1")
    .replaceAll("-", "")
    .toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The id of a job as it is compared: a GUID in its plain form, anything else in lower case. */
export function jobIdOf(value: unknown): string {
  return guidOf(value) ?? textOf(value).toLowerCase();
}

/** `08/21/2024 19:56:29.100`, also with a colon or nothing before the milliseconds, as the documents print some. */
const SERVICE_TIME = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) +(\d{1,2}):(\d{2}):(\d{2})(?:[.:]?(\d{1,7}))?$/;
const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/i;

/** A moment in the service's form or in that of ISO 8601, UTC where no offset is named; undefined if it is neither. */
export function timeOf(value: unknown): Date | undefined {
  const text = textOf(value);
  const service = SERVICE_TIME.exec(text);
  if (service !== null) {
    const [, month, day, year, hour, minute, second, fraction] = service;
    return moment([year, month, day, hour, minute, second], fraction, undefined);
  }
  const iso = ISO_TIME.exec(text);
  if (iso === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = iso;
  return moment([year, month, day, hour, minute, second], fraction, offset);
}

function moment(parts: (string | undefined)[], fraction = "", offset = "Z"): Date | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const milliseconds = Number(fraction.padEnd(3, "0").slice(0, 3));
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
  // What doesn't exist, such as a 13th month, would become another moment.
  const exists =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  if (!exists) return undefined;
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(date.getTime() - (sign === "-" ? -offsetMs : offsetMs));
}
