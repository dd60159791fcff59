import { type HttpHeaders, headerOf } from "./http-reply.ts";

/** What passes: overload (429, 500, 503) and what gateways say when they lose the service behind them. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const overload: ReadonlySet<number> = new Set([429, 503]);

/** Whether a later attempt may get another status. */
export function isPassing(status: number): boolean {
  return passing.has(status);
}

/** Whether the service asks for less load. */
export function isOverload(status: number): boolean {
  return overload.has(status);
}

/**
 * Milliseconds. A date counts from the reply's own date, so that no clock but the server's matters; from `now` where the
 * reply has none.
 */
export function retryAfterOf(headers: HttpHeaders, now?: Date): number | undefined {
  const milliseconds = headerOf(headers, "x-ms-retry-after-ms") ?? headerOf(headers, "retry-after-ms");
  if (milliseconds !== undefined && /^\d+$/.test(milliseconds)) return Number(milliseconds);
  const value = headerOf(headers, "retry-after") ?? headerOf(headers, "x-ms-retry-after");
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const from = Date.parse(headerOf(headers, "date") ?? "");
  const wait = Date.parse(value) - (Number.isNaN(from) ? (now?.getTime() ?? from) : from);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
