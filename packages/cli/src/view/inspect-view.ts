import type { InspectedCounts, InspectedFolder, Inspection } from "@primepack/core";
import { formatBytes, formatCount, formatCountOf } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

/** Packages that are told one by one. */
const SHOWN_PACKAGES = 20;

/** The tree and the totals of an inspection, for people. */
export function inspectText(found: Inspection): string {
  const { tree, lists, packages, objectTypes, users, groups, roles, scopes, fields, encrypted, modified } = found;
  const manifests = packages.reduce((sum, one) => sum + one.manifests, 0);
  const lines = [
    ...tree.children.flatMap((child) => folderLines(child, "")),
    ...(tree.rest > 0 ? [restLine(tree.rest, "")] : []),
    "",
    `Holds ${countsText(tree.counts) || "nothing"}`,
    `In ${formatCountOf(packages.length, "package")} with ${formatCountOf(manifests, "manifest")}${encrypted ? ", encrypted" : ""}`,
    ...(packages.length > 1 ? packageLines(packages) : []),
    `Objects: ${namedCounts(objectTypes) || "none"}`,
    `People: ${formatCountOf(users, "user")}, ${formatCountOf(groups, "group")}; ${formatCountOf(roles, "role")}, ${formatCountOf(scopes, "object")} with permissions of their own; ${formatCountOf(fields, "column value")}`,
    ...lists.map(({ url, id }) => `List: ${safeText(url)}${id === undefined ? "" : ` (${safeText(id)})`}`),
    ...(modified === undefined ? [] : [`Modified: ${modified.first.toISOString()} to ${modified.last.toISOString()}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function folderLines({ name, counts, children, rest }: InspectedFolder, indent: string): string[] {
  const told = countsText(counts);
  return [
    `${indent}${safeText(name)}/${told === "" ? "" : `  ${told}`}`,
    ...children.flatMap((child) => folderLines(child, `${indent}  `)),
    ...(rest > 0 ? [restLine(rest, `${indent}  `)] : []),
  ];
}

function restLine(rest: number, indent: string): string {
  return `${indent}... ${formatCountOf(rest, "object")} in folders that are not shown`;
}

function countsText(counts: InspectedCounts): string {
  const { folders, files, versions, items, attachments, deletions, bytes, unsized } = counts;
  const parts = [
    folders > 0 && formatCountOf(folders, "folder"),
    files > 0 && formatCountOf(files, "file"),
    versions > 0 && formatCountOf(versions, "older version"),
    items > 0 && formatCountOf(items, "item"),
    attachments > 0 && formatCountOf(attachments, "attachment"),
    deletions > 0 && formatCountOf(deletions, "deletion"),
    bytes > 0 && formatBytes(bytes),
    unsized > 0 && `${formatCount(unsized)} of unknown size`,
  ];
  return parts.filter(Boolean).join(", ");
}

function packageLines(packages: Inspection["packages"]): string[] {
  const shown = packages
    .slice(0, SHOWN_PACKAGES)
    .map(({ name, objects }) => `  ${safeText(name)}  ${formatCountOf(objects, "object")}`);
  const more = packages.length - shown.length;
  return more > 0 ? [...shown, `  and ${formatCountOf(more, "more package")}`] : shown;
}

function namedCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${formatCount(count)} ${safeText(name)}`)
    .join(", ");
}
