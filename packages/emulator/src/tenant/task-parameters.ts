import type { CrossOrganizationIdentity, SharePointMigrationTaskParameters } from "@primepack/core/wire";
import { TenantRefusal } from "./error-rows.ts";
import type { MoveKind } from "./migration-task.ts";
import { DEFAULT_GEO, type Organizations, userPrincipalNameOf } from "./organizations.ts";

/** A move that is well formed; whether it is possible is another matter. */
export interface MoveRequest {
  readonly kind: MoveKind;
  /** UPN, site URL or mail nickname. */
  readonly source: string;
  readonly parameters: SharePointMigrationTaskParameters;
  readonly validateOnly: boolean;
}

type Members = Readonly<Record<string, unknown>>;

const kinds: Readonly<Record<string, MoveKind>> = {
  "#microsoft.graph.sharePointUserMigrationTaskParameters": "user",
  "#microsoft.graph.sharePointSiteMigrationTaskParameters": "site",
  "#microsoft.graph.sharePointGroupMigrationTaskParameters": "group",
};

/** Of the base type: site parameters add nothing to it. */
const baseMembers = [
  ...["targetOrganizationId", "targetOrganizationHost", "targetDataLocationCode", "preferredStartDateTime"],
  ...["preferredLatestStartDateTime", "validateOnly", "sourceSiteUrl", "targetSiteUrl"],
];
const members: Readonly<Record<MoveKind, readonly string[]>> = {
  user: [...baseMembers, "sourceUserIdentity", "targetUserIdentity"],
  site: baseMembers,
  group: [...baseMembers, "sourceGroupIdentity", "targetGroupIdentity"],
};

/**
 * Reads the `parameters` of a task that is to be created. `missing` makes the refusal of a member that has to be there.
 *
 * @throws TenantRefusal (400)
 */
export function readMove(
  given: unknown,
  organizations: Organizations,
  missing: (paramName: string) => TenantRefusal,
): MoveRequest {
  if (given === undefined || given === null) throw missing("parameters");
  if (!isMembers(given)) throw invalid("parameters", "is no object");
  const kind = kindOf(given["@odata.type"], missing);
  for (const name of Object.keys(given)) {
    if (!name.startsWith("@") && !members[kind].includes(name)) {
      throw invalid(name, `does not exist on type ${String(given["@odata.type"]).slice(1)}`);
    }
  }
  readTarget(given, missing);
  readTimes(given);
  const validateOnly = given.validateOnly ?? false;
  if (typeof validateOnly !== "boolean") throw invalid("validateOnly", "is no Boolean");
  for (const name of ["sourceSiteUrl", "targetSiteUrl"]) {
    if (isBlank(given[name]) && kind === "site") throw missing(name);
    if (!isBlank(given[name]) && !isHttpUrl(given[name])) throw invalid(name, "is no URL");
  }
  const parameters = filledIn(kind, given, organizations);
  return { kind, source: sourceOf(kind, given, organizations, missing), parameters, validateOnly };
}

function kindOf(type: unknown, missing: (paramName: string) => TenantRefusal): MoveKind {
  if (isBlank(type)) throw missing("@odata.type");
  const kind = typeof type === "string" && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind === undefined) throw invalid("@odata.type", "names no kind of migration task parameters");
  return kind;
}

/** By id or host; with neither nothing says where to (whether the service wants one in all cases is unknown). */
function readTarget(given: Members, missing: (paramName: string) => TenantRefusal): void {
  const { targetOrganizationId: id, targetOrganizationHost: host, targetDataLocationCode: geo } = given;
  if (isBlank(id) && isBlank(host)) throw missing("targetOrganizationId");
  if (!isBlank(id) && !isGuid(id)) throw invalid("targetOrganizationId", "is no Guid");
  if (!isBlank(host) && !isHttpUrl(host)) throw invalid("targetOrganizationHost", "is no URL");
  if (geo !== undefined && geo !== null && (typeof geo !== "string" || geo.trim() === "")) {
    throw invalid("targetDataLocationCode", "is no geo code");
  }
}

function readTimes(given: Members): void {
  const [preferred, latest] = ["preferredStartDateTime", "preferredLatestStartDateTime"].map((name) => {
    const value = given[name];
    if (value === undefined || value === null) return undefined;
    const moment = typeof value === "string" ? momentOf(value) : Number.NaN;
    if (Number.isNaN(moment)) throw invalid(name, "is no DateTimeOffset");
    return moment;
  });
  if (preferred !== undefined && latest !== undefined && latest <= preferred) {
    throw invalid("preferredLatestStartDateTime", "must be later than preferredStartDateTime");
  }
}

/** Milliseconds since 1970 of a DateTimeOffset, NaN for other texts: a day that its month lacks would be read as one of the next. */
function momentOf(text: string): number {
  const form = /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)$/;
  const [, date = ""] = form.exec(text) ?? [];
  const day = Date.parse(date);
  const isDay = !Number.isNaN(day) && new Date(day).toISOString().startsWith(date);
  return isDay ? Date.parse(text) : Number.NaN;
}

function sourceOf(
  kind: MoveKind,
  given: Members,
  organizations: Organizations,
  missing: (paramName: string) => TenantRefusal,
): string {
  if (kind === "site") return String(given.sourceSiteUrl);
  if (kind === "group") {
    const [source] = ["sourceGroupIdentity", "targetGroupIdentity"].map((name) => {
      const { mailNickname } = identity(given, name, missing);
      if (mailNickname === undefined) throw missing(`${name}.mailNickname`);
      return mailNickname;
    });
    return source ?? "";
  }
  const [source] = (["source", "target"] as const).map((side) => {
    const name = `${side}UserIdentity`;
    const { userPrincipalName, id } = identity(given, name, missing);
    if (userPrincipalName !== undefined) return userPrincipalName;
    if (id === undefined) throw missing(`${name}.userPrincipalName`);
    return userPrincipalNameOf(organizations, side, id);
  });
  return source ?? "";
}

/** The texts of an identity that name somebody. */
function identity(
  given: Members,
  name: string,
  missing: (paramName: string) => TenantRefusal,
): { readonly id?: string; readonly userPrincipalName?: string; readonly mailNickname?: string } {
  const value = given[name];
  if (value === undefined || value === null) throw missing(name);
  if (!isMembers(value)) throw invalid(name, "is no object");
  const texts: Record<string, string> = {};
  for (const member of ["id", "userPrincipalName", "mailNickname"]) {
    const text = value[member];
    if (isBlank(text)) continue;
    if (typeof text !== "string") throw invalid(`${name}.${member}`, "is no String");
    texts[member] = text.trim();
  }
  return texts;
}

/** Whoever names the organization by its id is told the geo and the UPNs: the published sample of that shows them. */
function filledIn(kind: MoveKind, given: Members, organizations: Organizations): SharePointMigrationTaskParameters {
  const parameters = given as SharePointMigrationTaskParameters;
  if (isBlank(parameters.targetOrganizationId)) return parameters;
  const located = { ...parameters, targetDataLocationCode: parameters.targetDataLocationCode ?? DEFAULT_GEO };
  if (kind !== "user") return located;
  const named = (side: "source" | "target", user: CrossOrganizationIdentity | null | undefined) =>
    typeof user?.id === "string" && isBlank(user.userPrincipalName)
      ? { ...user, userPrincipalName: userPrincipalNameOf(organizations, side, user.id.trim()) }
      : user;
  return {
    ...located,
    sourceUserIdentity: named("source", parameters.sourceUserIdentity) ?? null,
    targetUserIdentity: named("target", parameters.targetUserIdentity) ?? null,
  };
}

/** What no row of the table covers: a member that is there and wrong. */
function invalid(name: string, why: string): TenantRefusal {
  return new TenantRefusal(400, `The parameter ${name} ${why}.`);
}

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

export function isGuid(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === "string" && /^https?:\/\/[^/]/i.test(value) && URL.canParse(value);
}
