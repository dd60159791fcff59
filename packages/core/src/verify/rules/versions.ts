import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { addOwnId, type RuleContext, requireEqual } from "./context.ts";

/** Above this a minor version would count as the next major one: SharePoint keeps `major * 512 + minor`. */
const MINORS = 512;
const label = /^(\d{1,7})\.(\d{1,3})$/;
/** What the schema gives an element that says nothing. */
const DEFAULT_LABEL = "1.0";

/** The number by which SharePoint orders versions; undefined if the label is none. */
function versionNumber(text: string): number | undefined {
  const parts = label.exec(text);
  const minor = Number(parts?.[2]);
  return parts === null || minor >= MINORS ? undefined : Number(parts[1]) * MINORS + minor;
}

export function versionOf(element: XmlElement): string {
  return element.attributes.Version ?? DEFAULT_LABEL;
}

export function versionsOf(element: XmlElement): readonly XmlElement[] {
  return element.children
    .filter((child) => child.name === "Versions")
    .flatMap((child) => child.children)
    .filter((child) => child.name === element.name);
}

const links: Readonly<Record<string, readonly string[]>> = {
  File: ["ParentWebId", "ParentId", "ListId", "ListItemIntId"],
  ListItem: ["ParentWebId", "ParentListId", "IntId"],
};

/** The history of a file or item: labels, their order, and what all versions share with the outer element. */
export function checkVersions(context: RuleContext, outer: XmlElement): void {
  const current = checkLabel(context, outer);
  const versions = versionsOf(outer);
  if (versions.length === 0) return;
  context.facts.hasVersions = true;
  checkVersionIds(context, outer, versions);
  const seen = new Set<number>();
  let before = -1;
  for (const version of versions) {
    if (versionsOf(version).length > 0) context.report("VERSION_NESTED", version, "A version must not hold versions");
    for (const name of links[outer.name] ?? []) {
      const here: readonly [string, string | undefined] = [`${name} of a version`, version.attributes[name]];
      requireEqual(context, version, here, ["that of the outer element", outer.attributes[name]], "VERSION_LINK");
    }
    const number = checkLabel(context, version);
    if (number === undefined) continue;
    if (seen.has(number)) {
      context.report(
        "VERSION_DUPLICATE",
        version,
        `Versions must differ: current value is ${quoted(versionOf(version))}`,
      );
    } else if (number < before) {
      context.report(
        "VERSION_ORDER",
        version,
        `Versions must stand oldest first: current value is ${quoted(versionOf(version))}`,
        "warning",
      );
    }
    if (current !== undefined && number > current) {
      context.report(
        "VERSION_CURRENT",
        version,
        `No version may be above the outer one, ${quoted(versionOf(outer))}: current value is ${quoted(versionOf(version))}`,
      );
    }
    seen.add(number);
    before = Math.max(before, number);
  }
  if (current !== undefined && !seen.has(current)) {
    context.report(
      "VERSION_CURRENT",
      outer,
      `The versions must include the outer one: current value is ${quoted(versionOf(outer))}`,
    );
  }
}

/** Versions either share the outer element's id, or have one each of their own: both are in use. */
function checkVersionIds(context: RuleContext, outer: XmlElement, versions: readonly XmlElement[]): void {
  const { Id: outerId } = outer.attributes;
  const identified = versions.filter(({ attributes }) => attributes.Id !== undefined);
  const own = identified.filter(({ attributes }) => attributes.Id?.toLowerCase() !== outerId?.toLowerCase());
  for (const version of own) addOwnId(context, version, version.attributes.Id ?? "");
  const [first] = own;
  if (first === undefined || own.length === identified.length) return;
  context.report(
    "VERSION_LINK",
    first,
    `Versions must all have the id of the outer element or all others: current value is ${quoted(first.attributes.Id ?? "")}`,
    "warning",
  );
}

/** Files of exactly two versions were reported to arrive as two entries 1.0 (sp-dev-docs issue 10695). */
export function checkTwoVersions(context: RuleContext, file: XmlElement): void {
  if (versionsOf(file).length !== 2) return;
  context.report(
    "TWO_VERSIONS",
    file,
    "A file with exactly two versions may arrive with wrong ones (sp-dev-docs issue 10695)",
    "warning",
  );
}

function checkLabel(context: RuleContext, element: XmlElement): number | undefined {
  const number = versionNumber(versionOf(element));
  if (number === undefined) {
    context.report(
      "VERSION_LABEL",
      element,
      `Version must be major.minor with a minor below ${MINORS}: current value is ${quoted(versionOf(element))}`,
    );
  }
  return number;
}
