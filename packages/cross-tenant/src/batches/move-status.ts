import { redact } from "@primepack/core/errors";
import { moveSource, moveTarget } from "../tasks/move-sides.ts";
import type { MoveEntry } from "./batch-entries.ts";
import type { MoveStatus } from "./batch-types.ts";

/** What of an entry is for others; no secret. */
export function moveStatus(entry: MoveEntry): MoveStatus {
  const { line, move, names, stage, outcome, code, message, taskId, taskStatus } = entry;
  const { createdAt, startedAt, endedAt } = entry;
  const kind = move?.kind ?? names?.kind;
  const preferredStartDateTime = move?.preferredStartDateTime;
  return {
    line,
    ...(kind === undefined ? {} : { kind }),
    source: redact(move === undefined ? (names?.source ?? "") : moveSource(move)),
    target: redact(move === undefined ? (names?.target ?? "") : moveTarget(move)),
    stage,
    ...(outcome === undefined ? {} : { outcome }),
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(taskStatus === undefined ? {} : { taskStatus }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(preferredStartDateTime === undefined ? {} : { preferredStartDateTime }),
  };
}
