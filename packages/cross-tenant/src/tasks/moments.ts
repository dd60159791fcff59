const ISO_WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)$/;
const LOOSE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?(?:Z|([+-])(\d{1,2}):?(\d\d))?$/i;

/** Dates before it stand for none, like `0001-01-01`, the first that the service's platform has. */
const FIRST_YEAR = 1900;

/** The moment, in milliseconds, of an ISO 8601 date with time and offset (`DateTimeOffset`); undefined for other texts. */
export function momentOf(text: string): number | undefined {
  return ISO_WITH_OFFSET.test(text) ? looseMomentOf(text) : undefined;
}

/** As {@link momentOf}, but also with numbers of one digit, which samples of the pages have, and without offset: UTC then. */
export function looseMomentOf(value: unknown): number | undefined {
  const parts = typeof value === "string" ? LOOSE.exec(value.trim()) : null;
  if (parts === null) return undefined;
  const numberAt = (group: number) => Number(parts[group] ?? 0);
  const [year, month, day] = [numberAt(1), numberAt(2), numberAt(3)];
  const [hours, minutes, seconds] = [numberAt(4), numberAt(5), numberAt(6)];
  const milliseconds = Number((parts[7] ?? "").padEnd(3, "0").slice(0, 3));
  const offset = (parts[8] === "-" ? -1 : 1) * (numberAt(9) * 60 + numberAt(10));
  if (year < FIRST_YEAR || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  if (numberAt(9) > 23 || numberAt(10) > 59) return undefined;
  const isOfCalendar = new Date(Date.UTC(year, month - 1, day)).toISOString().startsWith(padded(year, month, day));
  if (!isOfCalendar) return undefined;
  return Date.UTC(year, month - 1, day, hours, minutes, seconds, milliseconds) - offset * 60_000;
}

function padded(year: number, month: number, day: number): string {
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}T`;
}
