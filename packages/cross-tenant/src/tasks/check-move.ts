import { PrimepackError, redact } from "@primepack/core/errors";
import { guidOf, isMembers, type Members } from "@primepack/core/http";
import { isMailNickname, isUserPrincipalName } from "../identity-forms.ts";
import { shownValue } from "../shown-value.ts";
import { momentOf } from "./moments.ts";
import { isSiteUrl, originOf } from "./site-urls.ts";
import type { Move } from "./task-types.ts";

/** What a text has to be. */
interface Form {
  /** To stand behind "must". */
  readonly must: string;
  fits(text: string): boolean;
}

const UPN_FORM: Form = { must: "be a user principal name like ana@contoso.com", fits: isUserPrincipalName };
const GUID_FORM: Form = { must: "be a GUID", fits: (text) => guidOf(text) !== undefined };
const SITE_URL_FORM: Form = {
  must: "be the https URL of a site, without query and fragment",
  fits: isSiteUrl,
};
const MAIL_NICKNAME_FORM: Form = {
  must: 'be 1 to 64 characters of ASCII, none of them a space or of @ ( ) \\ [ ] " ; : < > ,',
  fits: isMailNickname,
};
const HOST_FORM: Form = {
  must: "be an https origin like https://contoso-my.sharepoint.com",
  fits: (text) => originOf(text) !== undefined,
};
const LOCATION_FORM: Form = { must: "be three letters like NAM, or null", fits: (text) => /^[a-z]{3}$/i.test(text) };
const MOMENT_FORM: Form = {
  must: "be a date of ISO 8601 with time and offset like 2027-01-31T06:00:00Z",
  fits: (text) => momentOf(text) !== undefined,
};

/** By kind: what a side may be named by, exactly one of it. */
const NAMES: Readonly<Record<Move["kind"], Readonly<Record<string, Form>>>> = {
  user: { userPrincipalName: UPN_FORM, id: GUID_FORM },
  site: { siteUrl: SITE_URL_FORM },
  group: { mailNickname: MAIL_NICKNAME_FORM },
};

const PROPERTIES: readonly string[] = [
  "kind",
  "source",
  "target",
  "targetOrganizationHost",
  "targetOrganizationId",
  "targetDataLocationCode",
  "preferredStartDateTime",
  "preferredLatestStartDateTime",
  "validateOnly",
];

/** Characters of a value that a fault shows. */
const SHOWN_MAX_LENGTH = 200;

/**
 * What the documentation rules out in a move that comes without types, each to stand behind "Cannot ... as ":
 * `source.id must be a GUID: current value is "x"`, redacted. None: it is a {@link Move}. Properties that are undefined
 * count as absent. What only the service knows (whether there is such a user, how far in the past a start may be) is left to it.
 */
export function moveFaults(value: unknown): readonly string[] {
  if (!isMembers(value)) return [fault("a move", "be an object", value)];
  const kind = kindOf(value);
  return [
    ...unknownProperties("", value, PROPERTIES),
    ...(kind === undefined ? [fault("kind", "be user, site or group", value.kind)] : sidesFaults(kind, value)),
    ...organizationFaults(value),
    ...timesFaults(value),
    ...(value.validateOnly === undefined || typeof value.validateOnly === "boolean"
      ? []
      : [fault("validateOnly", "be true or false", value.validateOnly)]),
  ];
}

/**
 * @param doing - for the message: `create the migration task`
 * @throws INVALID_OPTION with all that {@link moveFaults} finds
 */
export function checkMove(value: unknown, doing: string): asserts value is Move {
  const faults = moveFaults(value);
  if (faults.length > 0) throw new PrimepackError("INVALID_OPTION", `Cannot ${doing} as ${faults.join("; ")}`);
}

function kindOf({ kind }: Members): Move["kind"] | undefined {
  return kind === "user" || kind === "site" || kind === "group" ? kind : undefined;
}

function sidesFaults(kind: Move["kind"], { source, target }: Members): readonly string[] {
  const faults = [...sideFaults(kind, "source", source), ...sideFaults(kind, "target", target)];
  if (faults.length > 0) return faults;
  const [sourceName] = givenNames(kind, source);
  const [targetName] = givenNames(kind, target);
  if (sourceName === targetName) return [];
  return [faultText("target", `be named by its ${sourceName}, as the source is`, `its ${targetName}`)];
}

function sideFaults(kind: Move["kind"], side: "source" | "target", value: unknown): readonly string[] {
  const names = Object.keys(NAMES[kind]);
  if (!isMembers(value)) return [fault(side, `be an object with ${names.join(" or ")}`, value)];
  const given = givenNames(kind, value);
  const only = `have ${names.length === 1 ? "" : "exactly one of "}${names.join(" and ")}`;
  return [
    ...unknownProperties(`${side}.`, value, names),
    ...(given.length === 1 ? [] : [faultText(side, only, given.join(" and ") || "none")]),
    ...given.flatMap((name) => formFaults(`${side}.${name}`, value[name], NAMES[kind][name])),
  ];
}

function givenNames(kind: Move["kind"], value: unknown): readonly string[] {
  return isMembers(value) ? Object.keys(NAMES[kind]).filter((name) => value[name] !== undefined) : [];
}

function organizationFaults(move: Members): readonly string[] {
  const { targetOrganizationHost: host, targetOrganizationId: id, targetDataLocationCode: location } = move;
  const faults = [
    ...formFaults("targetOrganizationHost", host, HOST_FORM),
    ...formFaults("targetOrganizationId", id, GUID_FORM),
    ...formFaults("targetDataLocationCode", location ?? undefined, LOCATION_FORM),
  ];
  if (host === undefined && id === undefined) {
    const constraint = "be named by targetOrganizationHost or targetOrganizationId";
    return [...faults, faultText("the target organization", constraint, "none")];
  }
  if (host === undefined || (id === undefined && location === undefined)) return faults;
  const other = id === undefined ? "targetDataLocationCode" : "targetOrganizationId";
  return [...faults, faultText("targetOrganizationHost", "be alone in naming the target organization", `${other} too`)];
}

function timesFaults(move: Members): readonly string[] {
  const { preferredStartDateTime: start, preferredLatestStartDateTime: latest } = move;
  const faults = [
    ...formFaults("preferredStartDateTime", start, MOMENT_FORM),
    ...formFaults("preferredLatestStartDateTime", latest, MOMENT_FORM),
  ];
  const [startsAt, latestAt] = [start, latest].map((text) => (typeof text === "string" ? momentOf(text) : undefined));
  if (startsAt === undefined || latestAt === undefined || latestAt > startsAt) return faults;
  return [...faults, fault("preferredLatestStartDateTime", `be later than ${shown(start)}`, latest)];
}

function formFaults(property: string, value: unknown, form: Form | undefined): readonly string[] {
  if (value === undefined || form === undefined) return [];
  return typeof value === "string" && form.fits(value) ? [] : [fault(property, form.must, value)];
}

function unknownProperties(prefix: string, value: Members, known: readonly string[]): readonly string[] {
  return Object.keys(value)
    .filter((name) => value[name] !== undefined && !known.includes(name))
    .map((name) => faultText("its properties", `be of ${known.join(", ")}`, shown(`${prefix}${name}`)));
}

function fault(property: string, must: string, value: unknown): string {
  return faultText(property, must, shown(value));
}

function faultText(property: string, must: string, current: string): string {
  return redact(`${property} must ${must}: current value is ${current}`);
}

function shown(value: unknown): string {
  if (value === undefined) return "none";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  return shownValue(value, SHOWN_MAX_LENGTH);
}
