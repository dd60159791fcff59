import { type Predicate, parseFilter } from "./odata-filter.ts";
import { ODataFault } from "./odata-reply.ts";

const INVALID_QUERY = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException";
const KNOWN = ["$select", "$expand", "$filter", "$orderby", "$top", "$skip", "$skiptoken"];

/** The query options of a read. */
export interface ODataQuery {
  /** Undefined: what is shown unasked. */
  readonly select: readonly string[] | undefined;
  readonly expand: readonly string[];
  readonly filter: Predicate | undefined;
  readonly orderBy: { readonly name: string; readonly isDescending: boolean } | undefined;
  readonly top: number | undefined;
  readonly skip: number;
  /** What is within `$skiptoken`: `Paged=TRUE&p_ID=100`. */
  readonly skipToken: URLSearchParams | undefined;
}

/** @throws ODataFault (400) at an option that the emulator doesn't know, rather than to leave it out */
export function parseODataQuery(parameters: URLSearchParams): ODataQuery {
  const options = new Map<string, string>();
  for (const [name, value] of parameters) if (name.startsWith("$")) options.set(name.toLowerCase(), value);
  for (const name of options.keys()) if (!KNOWN.includes(name)) throw invalidQuery(`${name} is not supported.`);
  const filter = options.get("$filter");
  const [, orderName, direction = "asc"] = /^\s*(\S+)(?:\s+(asc|desc))?\s*$/i.exec(options.get("$orderby") ?? "") ?? [];
  if (options.has("$orderby") && orderName === undefined) throw invalidQuery("$orderby takes one property.");
  const skipToken = options.get("$skiptoken");
  const select = names(options.get("$select"));
  return {
    select: select === undefined || select.includes("*") ? undefined : select,
    expand: names(options.get("$expand")) ?? [],
    filter: filter === undefined ? undefined : attempt(() => parseFilter(filter)),
    orderBy:
      orderName === undefined ? undefined : { name: orderName, isDescending: direction.toLowerCase() === "desc" },
    top: count(options.get("$top"), "$top"),
    skip: count(options.get("$skip"), "$skip") ?? 0,
    skipToken: skipToken === undefined ? undefined : new URLSearchParams(skipToken),
  };
}

/** Runs what fails with a plain reason, and makes the reason the service's answer. */
export function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ODataFault) throw error;
    throw invalidQuery(error instanceof Error ? error.message : String(error));
  }
}

export function invalidQuery(message: string): ODataFault {
  return new ODataFault(400, INVALID_QUERY, message);
}

function names(text: string | undefined): string[] | undefined {
  const found = text
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return found?.length === 0 ? undefined : found;
}

function count(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text.trim())) throw invalidQuery(`${name} must be a number.`);
  return Number(text);
}
