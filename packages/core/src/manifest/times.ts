import { DATE_MAX, DATE_MIN } from "../model/index.ts";

/** `2024-01-06T12:30:00Z` as the samples write it, without a zone; within what a SharePoint date holds. */
export function manifestTime(iso: string): string {
  let time = iso;
  // Years beyond four digits begin with a sign, which sorts before all digits.
  if (time < DATE_MIN) time = time.startsWith("+") ? DATE_MAX : DATE_MIN;
  return time.endsWith("Z") ? time.slice(0, -1) : time;
}

const SHARED_TIME_DECIMALS = 7;

/** `2024-01-06T12:30:00.123Z` with the 7 decimals of `SharedTime` (package format, 5.6). */
export function sharedTime(iso: string): string {
  const [seconds = "", decimals = ""] = iso.replace("Z", "").split(".");
  return `${seconds}.${decimals.slice(0, SHARED_TIME_DECIMALS).padEnd(SHARED_TIME_DECIMALS, "0")}Z`;
}
