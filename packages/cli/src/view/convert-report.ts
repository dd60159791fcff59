import type { ConvertReport } from "@primepack/core";
import { jsonLine } from "./json-line.ts";
import { formatCount, formatCountOf } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

/** Kinds of things that were left out which people are told of. */
const SHOWN = 15;

/** For people: what was read, and the most frequent of what was left out. */
export function textConvertReport({ list, packages, manifests, hasUsers, dropped }: ConvertReport): string {
  const read = `${formatCountOf(manifests, "manifest")} of ${formatCountOf(packages, "package")}`;
  const lines = [`Converted ${safeText(list ?? "nothing")} from ${read}`];
  if (!hasUsers) lines.push("There is no UserGroup.xml: authors and permissions are not those of the export");
  if (dropped.length > 0) {
    lines.push("Left out:");
    for (const { what, count } of dropped.slice(0, SHOWN)) lines.push(`  ${formatCount(count)} x ${safeText(what)}`);
    if (dropped.length > SHOWN)
      lines.push(`  and ${formatCount(dropped.length - SHOWN)} more kinds (--json has them all)`);
  }
  return `${lines.join("\n")}\n`;
}

/** For programs: one JSON line. */
export function jsonConvertReport(report: ConvertReport): string {
  return jsonLine({ type: "converted", ...report });
}
