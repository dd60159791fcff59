import { looseMomentOf } from "./moments.ts";
import type { MigrationTask } from "./task-types.ts";

/** What is kept of a task while it is watched. */
export interface WatchedTask {
  /** In lower case. */
  readonly taskId: string;
  /** Moment in milliseconds when it is looked at next. */
  due: number;
  /** Undefined: it was never seen. */
  status: MigrationTask["status"] | undefined;
  /** Its preferred start, a moment in milliseconds; 0: none. */
  startsAt: number;
  /** What tells one look's result from another's. */
  seen: string;
  /** Looks in a row that failed. */
  failures: number;
  /** Of these the last ones, in a row, that failed by what another look would meet again, as far as is known. */
  lastingFailures: number;
  /** Looks in a row that found no task, those that failed left out. */
  missing: number;
}

export function watchedTask(taskId: string, due: number): WatchedTask {
  return { taskId, due, status: undefined, startsAt: 0, seen: "", failures: 0, lastingFailures: 0, missing: 0 };
}

/** Learns from a look; gives whether it shows what the one before didn't. */
export function noteTask(watched: WatchedTask, task: MigrationTask): boolean {
  const { status, startedDateTime, lastUpdatedDateTime, finishedDateTime, error } = task;
  const seen = JSON.stringify([status, startedDateTime, lastUpdatedDateTime, finishedDateTime, error]);
  const isChanged = seen !== watched.seen;
  watched.status = status;
  watched.startsAt = looseMomentOf(task.parameters.preferredStartDateTime) ?? 0;
  watched.seen = seen;
  noteAnswer(watched);
  watched.missing = 0;
  return isChanged;
}

/** The service answered the look. */
export function noteAnswer(watched: WatchedTask): void {
  watched.failures = 0;
  watched.lastingFailures = 0;
}
