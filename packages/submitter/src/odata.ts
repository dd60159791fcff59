import { isMembers } from "@primepack/core/http";

/** Asks SharePoint for the shortest of its forms; the longer ones are read as well. */
export const NO_METADATA: Readonly<Record<string, string>> = { accept: "application/json;odata=nometadata" };

/**
 * The result of a function or the entity in a reply, in whichever mode of OData it came: `{"d":{"<name>":...}}` or
 * `{"d":...}` (verbose), `{"value":...}` (minimal or none, for what is no object), or the object itself.
 */
export function resultOf(body: unknown, name?: string): unknown {
  if (!isMembers(body)) return body;
  if (body["odata.null"] === true) return null;
  const verbose = body.d;
  if (isMembers(verbose)) return unwrapped(name !== undefined && name in verbose ? verbose[name] : verbose);
  return "value" in body && Object.keys(body).every(isAnnotation) ? body.value : body;
}

function isAnnotation(name: string): boolean {
  return name === "value" || name.startsWith("odata.") || name.startsWith("@");
}

/** `{"results":[...]}` stands for a collection. */
function unwrapped(value: unknown): unknown {
  return isMembers(value) && Array.isArray(value.results) ? value.results : value;
}

/** A page of a collection; undefined if the reply holds none. */
export interface Page {
  readonly items: readonly unknown[];
  /** URL of the next one. */
  readonly next: string | undefined;
}

/** `name` is that of the function which gives the collection, if one does. */
export function pageOf(body: unknown, name?: string): Page | undefined {
  if (Array.isArray(body)) return { items: body, next: undefined };
  if (!isMembers(body)) return undefined;
  const { d } = body;
  const inner = isMembers(d) && name !== undefined && name in d ? d[name] : d;
  const items = Array.isArray(inner) ? inner : isMembers(inner) ? inner.results : body.value;
  if (!Array.isArray(items)) return undefined;
  const links = [inner, d].map((value) => (isMembers(value) ? value.__next : undefined));
  const next = [...links, body["odata.nextLink"], body["@odata.nextLink"]].find((link) => link !== undefined);
  return { items, next: typeof next === "string" && next !== "" ? next : undefined };
}
