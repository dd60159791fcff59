import type { Stats } from "node:fs";

/** The range of Date, milliseconds: file systems hold dates beyond it. */
const DATE_RANGE = 8.64e15;

/**
 * The dates of an entry.
 *
 * `created` is left out where the file system doesn't know it. A copy keeps the date of modification and gets a new
 * date of creation; the entry is at least as old as its content, so the earlier of the two stands.
 */
export function entryDates({ birthtimeMs, mtimeMs }: Pick<Stats, "birthtimeMs" | "mtimeMs">): {
  modified: Date;
  created?: Date;
} {
  const modified = toDate(mtimeMs);
  return birthtimeMs > 0 ? { modified, created: toDate(Math.min(birthtimeMs, mtimeMs)) } : { modified };
}

function toDate(milliseconds: number): Date {
  return new Date(Math.min(Math.max(milliseconds, -DATE_RANGE), DATE_RANGE));
}
