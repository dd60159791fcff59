import type { PackageStage, RunStatus } from "@primepack/runner";
import { packagesText } from "./migration-progress-text.ts";
import { formatBytes, formatCount, formatCountOf } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

/** What the packages of a run come to. */
export interface RunCounts {
  readonly packages: number;
  readonly jobs: number;
  readonly imported: number;
  readonly failed: number;
  readonly unknown: number;
  readonly stages: Readonly<Record<PackageStage, number>>;
}

/** How far a run is, for people. */
export function statusLines(run: RunStatus, counts: RunCounts, directory: string): string[] {
  const { status, place, startedAt, endedAt, scanned } = run;
  const { imported, failed, unknown, jobs, stages } = counts;
  return [
    `Migration to ${safeText(place)}: ${status}`,
    `Began ${shownTime(startedAt)}${endedAt === undefined ? "" : `, ended ${shownTime(endedAt)}`} UTC`,
    scanned === undefined
      ? "Source: not yet read to its end"
      : `Source: ${formatCountOf(scanned.items, "item")}, ${formatBytes(scanned.bytes)}`,
    `Packages: ${packagesText(stages)}; ${formatCountOf(jobs, "job")}`,
    `Items settled: ${formatCount(imported)} imported, ${formatCount(failed)} failed, ${formatCount(unknown)} unknown`,
    `Run: ${safeText(directory)}`,
  ];
}

function shownTime(text: string): string {
  return safeText(text.slice(0, 19).replace("T", " "));
}
