import { PrimepackError } from "@primepack/core/errors";
import { guidOf, isMembers, odataLiteral } from "@primepack/core/http";
import { isMailNickname, isUserPrincipalName } from "../identity-forms.ts";
import { shownValue } from "../shown-value.ts";
import { isSiteUrl } from "./site-urls.ts";
import type { TaskLookup } from "./task-types.ts";

type LookupKey = "taskId" | "sourceUserPrincipalName" | "sourceSiteUrl" | "sourceGroupMailNickname";

/** What a look-up takes, and the path for it below the collection of tasks; undefined for a text that can't be such a key. */
const LOOKUPS: Readonly<Record<LookupKey, { readonly must: string; path(text: string): string | undefined }>> = {
  taskId: {
    must: "be a GUID",
    path: guidOf,
  },
  sourceUserPrincipalName: {
    must: "be a user principal name like ana@contoso.com",
    // The parameter's name differs from the function's.
    path: (text) =>
      isUserPrincipalName(text) ? call("getBySourceUserPrincipalName", "sourcePrincipalName", text) : undefined,
  },
  sourceSiteUrl: {
    must: "be the https URL of a site, without query and fragment",
    path: (text) => (isSiteUrl(text) ? call("getBySourceSiteUrl", "sourceSiteUrl", text) : undefined),
  },
  sourceGroupMailNickname: {
    must: "be the mail nickname of a group",
    path: (text) =>
      isMailNickname(text) ? call("getBySourceGroupMailNickname", "sourceGroupMailNickname", text) : undefined,
  },
};

/** Characters of a value that an error shows. */
const SHOWN_MAX_LENGTH = 200;

/**
 * The path of a look-up below the collection of tasks. Other texts than a GUID as the id of a task might lead elsewhere.
 *
 * @throws INVALID_OPTION
 */
export function lookupPath(lookup: TaskLookup, doing: string): string {
  const keys: Readonly<Record<string, unknown>> = isMembers(lookup) ? lookup : {};
  const [key, ...others] = Object.keys(keys).filter((name) => keys[name] !== undefined);
  if (key === undefined || others.length > 0 || !isLookupKey(key)) {
    const found = [key, ...others].filter((name) => name !== undefined).join(" and ");
    throw refused(doing, `it is looked up by exactly one of ${Object.keys(LOOKUPS).join(", ")}`, found || "none");
  }
  const text = keys[key];
  const path = typeof text === "string" ? LOOKUPS[key].path(text) : undefined;
  if (path !== undefined) return path;
  throw refused(doing, `${key} must ${LOOKUPS[key].must}`, shown(text));
}

function shown(value: unknown): string {
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? shownValue(value, SHOWN_MAX_LENGTH) : String(value);
}

function isLookupKey(key: string): key is LookupKey {
  return Object.hasOwn(LOOKUPS, key);
}

function call(name: string, parameter: string, text: string): string {
  return `${name}(${parameter}=${odataLiteral(text)})`;
}

function refused(doing: string, constraint: string, value: string): PrimepackError {
  return new PrimepackError("INVALID_OPTION", `Cannot ${doing} as ${constraint}: current value is ${value}`);
}
