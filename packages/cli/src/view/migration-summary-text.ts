import type { MigrationSummary } from "@primepack/runner";
import { migrateExitCodeMeanings } from "../exit-code.ts";
import type { MigrationEnd } from "./migration-view.ts";
import { formatBytes, formatCount, formatCountOf, formatDuration } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

const always: ReadonlySet<string> = new Set(["imported", "skipped", "failed", "unknown"]);

/** The lines that end a migration. */
export function migrationSummaryLines({ summary, exitCode, directory, report }: MigrationEnd): string[] {
  const { status, counts, packages, jobs, importedBytes, startedAt, endedAt } = summary;
  const took = Date.parse(endedAt) - Date.parse(startedAt);
  const rate = took > 0 ? `, ${formatBytes(Math.round((importedBytes / took) * 1000))}/s` : "";
  return [
    `${begin(status)} ${formatCountOf(counts.imported, "item")}, ${formatBytes(importedBytes)} in ${formatDuration(took)}${rate}`,
    `Packages: ${formatCount(packages)}, jobs: ${formatCount(jobs)}`,
    `Items: ${Object.entries(counts)
      .filter(([outcome, count]) => count > 0 || always.has(outcome))
      .map(([outcome, count]) => `${formatCount(count)} ${outcome}`)
      .join(", ")}`,
    `Run: ${safeText(directory)}`,
    `Report: ${safeText(report)}`,
    `Exit status ${exitCode}: ${migrateExitCodeMeanings[exitCode]}`,
  ];
}

function begin(status: MigrationSummary["status"]): string {
  if (status === "complete") return "Migrated";
  return status === "cancelled" ? "Cancelled; migrated before" : "Interrupted; migrated until now";
}
