import type { BatchProgress, BatchStatus, BatchSummary, MoveStage } from "@primepack/cross-tenant";
import { batchExitCodeMeanings } from "../exit-code.ts";
import type { BatchEnd } from "./batch-view.ts";
import { formatCount, formatCountOf, formatDuration } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

/** What the stages of moves are for a reader. */
const steps: Readonly<Record<MoveStage, string>> = {
  read: "read",
  validated: "validated",
  creating: "being created",
  created: "at the service",
  ended: "ended",
};

/** `moves: 20 validated, 4 being created, 12 at the service, 30 ended; 28 completed, 2 failed` */
export function batchProgressText({ stages, outcomes }: BatchProgress): string {
  const shown = countsText(outcomes);
  return `moves: ${stagesText(stages)}${shown === "" ? "" : `; ${shown}`}`;
}

function stagesText(stages: BatchProgress["stages"]): string {
  const shown = (Object.keys(steps) as MoveStage[])
    .filter((stage) => stages[stage] > 0)
    .map((stage) => `${formatCount(stages[stage])} ${steps[stage]}`);
  return shown.length === 0 ? "none yet" : shown.join(", ");
}

function countsText(counts: Readonly<Record<string, number>>, always: ReadonlySet<string> = new Set()): string {
  return Object.entries(counts)
    .filter(([name, count]) => count > 0 || always.has(name))
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(", ");
}

const alwaysShown: ReadonlySet<string> = new Set(["completed", "failed", "unknown"]);

/** The lines that end a batch. */
export function batchSummaryLines({ summary, exitCode, directory, report, resume }: BatchEnd): string[] {
  const { status, moves, findings, counts, startedAt, endedAt } = summary;
  const took = formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
  const lines = [
    `${beginnings[status]} ${formatCountOf(moves, "move")} in ${took}`,
    `Moves: ${countsText(counts, alwaysShown)}`,
  ];
  if (findings > 0) lines.push(`Findings: ${formatCount(findings)}`);
  lines.push(`Run: ${safeText(directory)}`, `Report: ${safeText(report)}`);
  if (status === "validated" && resume !== undefined) lines.push(`Create them by: ${safeText(resume)}`);
  lines.push(`Exit status ${exitCode}: ${batchExitCodeMeanings[exitCode]}`);
  return lines;
}

const beginnings: Readonly<Record<BatchSummary["status"], string>> = {
  complete: "Ended",
  validated: "Validated",
  refused: "Created nothing of",
  interrupted: "Not ended yet:",
  cancelled: "Cancelled",
};

/** How far a batch is, for people. */
export function batchStatusLines(batch: BatchStatus, progress: BatchProgress, directory: string): string[] {
  const { place, status, startedAt, endedAt, findings } = batch;
  const outcomes = countsText(progress.outcomes);
  return [
    `Moves out of ${safeText(place)}: ${status}`,
    `Began ${shownTime(startedAt)}${endedAt === undefined ? "" : `, ended ${shownTime(endedAt)}`} UTC`,
    `Moves: ${stagesText(progress.stages)}${outcomes === "" ? "" : `; ${outcomes}`}`,
    ...(findings > 0 ? [`Findings: ${formatCount(findings)}`] : []),
    `Run: ${safeText(directory)}`,
  ];
}

/** `2026-01-05 10:00:00` of an ISO 8601 time. */
export function shownTime(text: string): string {
  return safeText(text.slice(0, 19).replace("T", " "));
}
