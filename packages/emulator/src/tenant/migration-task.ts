import type { SharePointMigrationTask, SharePointMigrationTaskParameters } from "@primepack/core/wire";
import type { CrossTenantSwitches } from "../types.ts";

export type MoveKind = "user" | "site" | "group";

/** What is kept of a task. All that it shows follows from this and the present moment. */
export interface TaskRecord {
  /** GUID, lower case. */
  readonly id: string;
  readonly kind: MoveKind;
  /** UPN, site URL or mail nickname. */
  readonly source: string;
  /** As sent, with what the service fills in. */
  readonly parameters: SharePointMigrationTaskParameters;
  /** ISO 8601. */
  readonly created: string;
  readonly startDelayMs: number;
  readonly moveMs: number;
  /** Whether it fails at its end. */
  readonly fails: boolean;
  /** When it was cancelled by a request. */
  readonly cancelled?: string;
}

export type TaskStatus = "notStarted" | "inProgress" | "completed" | "cancelled" | "failed";

/** How often a running task says that it lives. */
const HEARTBEAT_MS = 60_000;

/** Where a task stands, in milliseconds since 1970 what is a time. */
export interface TaskState {
  readonly status: TaskStatus;
  readonly started?: number;
  readonly updated?: number;
  readonly finished?: number;
}

/**
 * A task starts its delay after it was created, or after its preferred start if that is later; if its latest start has
 * passed by then, it was cancelled at that.
 */
export function stateAt(record: TaskRecord, now: number): TaskState {
  const { created, cancelled, parameters, startDelayMs, moveMs, fails } = record;
  if (cancelled !== undefined) return { status: "cancelled", updated: Date.parse(cancelled) };
  const { preferredStartDateTime: preferred, preferredLatestStartDateTime: latest } = parameters;
  const ready = Math.max(Date.parse(created), typeof preferred === "string" ? Date.parse(preferred) : 0);
  const started = ready + startDelayMs;
  const limit = typeof latest === "string" ? Date.parse(latest) : Number.POSITIVE_INFINITY;
  if (limit < started) {
    const updated = Math.max(limit, Date.parse(created));
    return now < limit ? { status: "notStarted" } : { status: "cancelled", updated };
  }
  if (now < started) return { status: "notStarted" };
  const finished = started + moveMs;
  if (now >= finished) return { status: fails ? "failed" : "completed", started, updated: finished, finished };
  return { status: "inProgress", started, updated: now - ((now - started) % HEARTBEAT_MS) };
}

/** The task as the service shows it; what doesn't apply yet is absent, as in the samples. */
export function showTask(
  record: TaskRecord,
  now: number,
  text: Required<CrossTenantSwitches>["taskStatusText"],
): SharePointMigrationTask {
  const { status, started, updated, finished } = stateAt(record, now);
  return {
    id: record.id,
    status: statusText(status, text),
    parameters: record.parameters,
    ...(started !== undefined && { startedDateTime: moment(started) }),
    ...(updated !== undefined && { lastUpdatedDateTime: moment(updated) }),
    ...(finished !== undefined && { finishedDateTime: moment(finished) }),
    ...(status === "failed" && {
      error: { code: "moveFailed", message: `The move of ${record.source} failed.`, target: record.source },
    }),
  };
}

/** Pages differ in how they write a status. */
export function statusText(status: TaskStatus, text: Required<CrossTenantSwitches>["taskStatusText"]): string {
  if (text === "capitalized") return `${status.slice(0, 1).toUpperCase()}${status.slice(1)}`;
  return text === "success" && status === "completed" ? "success" : status;
}

function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
