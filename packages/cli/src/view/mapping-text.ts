import type { MappingProgress, MappingSummary } from "@primepack/cross-tenant";
import { mapExitCodeMeanings } from "../exit-code.ts";
import type { MappingEnd } from "./mapping-view.ts";
import { formatCount, formatCountOf, formatDuration } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

/** `1,200 of 5,000 changes applied, 2 failed, 24 requests`; before the file is read: `12,345 lines read` */
export function mappingProgressText({ lines, changes, done, failed, requests }: MappingProgress): string {
  if (changes === undefined) return `${formatCountOf(lines, "line")} read`;
  const parts = [
    `${formatCount(done)} of ${formatCountOf(changes, "change")} applied`,
    failed > 0 && `${formatCount(failed)} failed`,
    formatCountOf(requests, "request"),
  ];
  return parts.filter(Boolean).join(", ");
}

const always: ReadonlySet<string> = new Set(["added", "changed", "removed", "unchanged", "failed"]);

/** The lines that end the applying of a mapping file. */
export function mappingSummaryLines({ summary, exitCode, directory, report }: MappingEnd): string[] {
  const { kind, lines, findings, counts, requests, startedAt, endedAt } = summary;
  const took = formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
  const what = `${formatCountOf(lines, "line")} of ${kind} in ${took}`;
  const result = [
    summary.status === "dryRun"
      ? `Looked at ${what}; nothing was sent`
      : `${begin(summary.status)} ${what}, ${formatCountOf(requests, "request")}`,
    `Mappings: ${Object.entries(counts)
      .filter(([outcome, count]) => count > 0 || always.has(outcome))
      .map(([outcome, count]) => `${formatCount(count)} ${outcome}`)
      .join(", ")}`,
  ];
  if (findings > 0) result.push(`Findings: ${formatCount(findings)}`);
  if (summary.status !== "dryRun") result.push(`State: ${safeText(directory)}`);
  if (report !== undefined) result.push(`Report: ${safeText(report)}`);
  result.push(`Exit status ${exitCode}: ${mapExitCodeMeanings[exitCode]}`);
  return result;
}

function begin(status: Exclude<MappingSummary["status"], "dryRun">): string {
  if (status === "complete") return "Applied";
  return status === "refused" ? "Sent nothing of" : "Interrupted; read";
}
