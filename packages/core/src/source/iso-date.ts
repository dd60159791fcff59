import { Misfit } from "../table/index.ts";
import type { Shape } from "./shape.ts";

const DATE =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** An ISO 8601 date with time and zone; what is finer than a millisecond is cut off. */
export const isoDate: Shape<Date> = (value) => {
  const parts = typeof value === "string" ? DATE.exec(value) : null;
  if (parts === null) throw new Misfit("must be a date like 2024-12-31T23:59:59Z", value);
  // The last day is counted here, since Date lets February 30 be March 1.
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(Number(parts[1]), Number(parts[2]), 0);
  if (Number(parts[3]) > lastDay.getUTCDate()) throw new Misfit("must be a day that its month has", value);
  return new Date(value as string);
};
