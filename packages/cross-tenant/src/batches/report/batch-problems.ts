import { cutText, ProblemTally } from "@primepack/core/report";
import type { MoveStatus } from "../batch-types.ts";

/** How a move is listed that isn't done as it should. */
export type BatchProblemKind = "unknown" | "failed" | "invalid" | "cancelled" | "skipped" | "pending";

/** The gravest first. */
export const problemKinds: readonly BatchProblemKind[] = [
  "unknown",
  "failed",
  "invalid",
  "cancelled",
  "skipped",
  "pending",
];

export interface BatchProblem {
  readonly kind: BatchProblemKind;
  readonly move: MoveStatus;
}

/** Problems of each kind that the page shows; `moves.csv` has all. */
const SHOWN_OF_A_KIND = 500;

/** Gathers what went wrong with moves. */
export class BatchProblems extends ProblemTally<BatchProblemKind, BatchProblem> {
  constructor() {
    super({ kinds: problemKinds, shownOfAKind: SHOWN_OF_A_KIND });
  }

  add(move: MoveStatus): void {
    const kind = kindOf(move);
    if (kind !== undefined) this.addProblem(kind, move.code, () => ({ kind, move: shortened(move) }));
  }
}

function kindOf({ outcome }: MoveStatus): BatchProblemKind | undefined {
  if (outcome === undefined) return "pending";
  return outcome === "completed" || outcome === "validated" ? undefined : outcome;
}

function shortened(move: MoveStatus): MoveStatus {
  const { message, source, target } = move;
  return {
    ...move,
    source: cutText(source),
    target: cutText(target),
    ...(message === undefined ? {} : { message: cutText(message) }),
  };
}
