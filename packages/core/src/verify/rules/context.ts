import type { XmlElement } from "../../xml/element.ts";
import type { Position, Report } from "../finding.ts";
import { quoted } from "../finding.ts";
import { guidKey } from "../id-table.ts";
import { folded, isEqualFolded } from "../name-rules.ts";
import type { PackageFacts } from "../package-facts.ts";
import type { RunFacts } from "../run-facts.ts";
import { isDateTime, isGuid } from "../schema/values.ts";

/** What the rules of one file work with. */
export interface RuleContext {
  readonly report: Report;
  /** The position as a finding's place. */
  readonly place: (at: Position) => string;
  readonly facts: PackageFacts;
  readonly run: RunFacts;
  /** The package's number in {@link RunFacts}. */
  readonly packageIndex: number;
}

/** The System Account: a user that needs no entry. */
export const SYSTEM_ACCOUNT = "1073741823";

export function requireAttributes(context: RuleContext, element: XmlElement, names: readonly string[]): void {
  for (const name of names) {
    if (element.attributes[name] !== undefined) continue;
    context.report("IMPORT_ATTRIBUTE_MISSING", element, `The import needs the attribute ${name} of ${element.name}`);
  }
}

/** Two places that must name the same thing; what either leaves out is not compared. Case doesn't matter. */
export function requireEqual(
  context: RuleContext,
  at: Position,
  [firstName, first]: readonly [name: string, value: string | undefined],
  [secondName, second]: readonly [name: string, value: string | undefined],
  code: "LINK_MISMATCH" | "OBJECT_MISMATCH" | "URL_MISMATCH" | "VERSION_LINK",
): void {
  if (first === undefined || second === undefined || isEqualFolded(first, second)) return;
  context.report(
    code,
    at,
    `${firstName} must equal ${secondName}, ${quoted(second)}: current value is ${quoted(first)}`,
  );
}

export function checkUser(context: RuleContext, at: Position, name: string, id: string | undefined): void {
  if (id === undefined) return;
  const { principals, usedPrincipals } = context.facts;
  usedPrincipals.add(id);
  if (principals === undefined || id === SYSTEM_ACCOUNT || principals.has(id)) return;
  context.report("USER_UNKNOWN", at, `${name} must be an id of UserGroup.xml: current value is ${quoted(id)}`);
}

const authorship = ["Author", "ModifiedBy", "SetupPathUser"];
const times = ["TimeCreated", "TimeLastModified"];
export const FIRST_DAY = "1900-01-01";

export function checkAuthorsAndTimes(context: RuleContext, element: XmlElement): void {
  for (const name of authorship) checkUser(context, element, name, element.attributes[name]);
  checkTimes(context, element, times);
}

/** Dates that SharePoint can't hold. */
export function checkTimes(context: RuleContext, element: XmlElement, names: readonly string[]): void {
  for (const name of names) {
    const value = element.attributes[name];
    if (value !== undefined && value < FIRST_DAY && isDateTime(value)) {
      context.report(
        "DATE_OUT_OF_RANGE",
        element,
        `${name} must not be before ${FIRST_DAY}: current value is ${quoted(value)}`,
        "warning",
      );
    }
  }
}

/** The web of an object must be the one of the package: that of the target, else the first that was named. */
export function checkWeb(context: RuleContext, element: XmlElement): void {
  const { ParentWebId: id, ParentWebUrl: url } = element.attributes;
  const { facts } = context;
  if (id !== undefined && isGuid(id)) checkKnown(context, element, "ParentWebId", id, facts.webs);
  if (url === undefined) return;
  if (!isServerRelative(url)) {
    context.report(
      "URL_FORM",
      element,
      `ParentWebUrl must begin with a slash and not end with one: current value is ${quoted(url)}`,
    );
  } else if (facts.webUrl === undefined) {
    facts.webUrl = url;
  } else if (!isEqualFolded(facts.webUrl, url)) {
    context.report(
      "TARGET_MISMATCH",
      element,
      `ParentWebUrl must be ${quoted(facts.webUrl)}: current value is ${quoted(url)}`,
    );
  }
}

export function checkList(context: RuleContext, element: XmlElement, name: string): void {
  const id = element.attributes[name];
  if (id !== undefined && isGuid(id)) checkKnown(context, element, name, id, context.facts.lists);
}

function checkKnown(context: RuleContext, at: Position, name: string, id: string, known: Set<string>): void {
  const key = id.toLowerCase();
  if (known.size === 0) known.add(key);
  else if (!known.has(key)) {
    context.report("TARGET_MISMATCH", at, `${name} must be ${[...known].join(" or ")}: current value is ${id}`);
  }
}

/** `/sites/a/b`, or `/` alone. */
export function isServerRelative(url: string): boolean {
  return url === "/" || (url.startsWith("/") && !url.endsWith("/") && !url.includes("//"));
}

/** The server-relative URL of a web-relative one; undefined while the web's URL is unknown. */
export function toServerRelative(context: RuleContext, url: string): string | undefined {
  const { webUrl } = context.facts;
  return webUrl === undefined ? undefined : `${webUrl === "/" ? "" : webUrl}/${url}`;
}

/** The URL of the folder that holds what the URL names; the site's root for a name alone. */
export function parentUrl(url: string): string {
  const slash = url.lastIndexOf("/");
  return slash <= 0 ? "/" : url.slice(0, slash);
}

export function leafName(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

/** Checks the form of a web-relative URL; gives the server-relative one where it can be told. */
export function checkWebRelative(context: RuleContext, element: XmlElement, name: string): string | undefined {
  const url = element.attributes[name];
  if (url === undefined) return undefined;
  const { webUrl } = context.facts;
  const web = webUrl === undefined || webUrl === "/" ? undefined : `${webUrl.slice(1)}/`;
  if (url === "" || url.startsWith("/") || url.endsWith("/") || url.includes("//") || url.includes("://")) {
    context.report(
      "URL_FORM",
      element,
      `${name} must be relative to the web, without slash at either end: current value is ${quoted(url)}`,
    );
    return undefined;
  }
  if (web !== undefined && folded(url).startsWith(folded(web))) {
    context.report("URL_FORM", element, `${name} must not repeat the URL of the web: current value is ${quoted(url)}`);
    return undefined;
  }
  return toServerRelative(context, url);
}

/** Notes the id of something that is no SPObject of its own (an attachment, a version): it must be new all the same. */
export function addOwnId(context: RuleContext, element: XmlElement, id: string): void {
  const key = guidKey(id);
  if (key === undefined) return;
  const { facts, run, packageIndex } = context;
  const before = run.define(id, "other", packageIndex);
  if (facts.ids.add(key) && (before === undefined || before.packageIndex === packageIndex)) return;
  context.report("DUPLICATE_ID", element, `No two objects may have one id: current value is ${quoted(id)}`);
}
