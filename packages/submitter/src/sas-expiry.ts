import { Secret } from "@primepack/core/errors";

/**
 * When a SAS ends, by the `se` of its URL or query ("Create a service SAS": ISO 8601, UTC). Undefined where it names
 * none, as with a stored access policy. The URL is only looked at; it is to be passed on as it is.
 */
export function sasExpiry(uri: string | Secret): Date | undefined {
  const text = uri instanceof Secret ? uri.reveal() : uri;
  // A plus sign that is not encoded stands for itself here, as the storage reads it.
  const query = text.slice(text.indexOf("?") + 1).replaceAll("+", "%2B");
  const expiry = new URLSearchParams(query).get("se");
  if (expiry === null || !/^\d{4}-\d\d-\d\d(T|$)/.test(expiry)) return undefined;
  // A time without zone is UTC, though JavaScript takes it for local time.
  const date = new Date(/T/.test(expiry) && !/(Z|[+-]\d\d:?\d\d)$/i.test(expiry) ? `${expiry}Z` : expiry);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The earlier end of several; undefined if none has one. */
export function earliestExpiry(uris: readonly Secret[]): Date | undefined {
  const times = uris.map(sasExpiry).filter((date) => date !== undefined);
  return times.length === 0 ? undefined : new Date(Math.min(...times.map((date) => date.getTime())));
}
