import { cutText, ProblemTally } from "@primepack/core/report";
import type { ItemEnd } from "../types.ts";

/** How a problem is listed: by its outcome, or as an item that came with warnings. */
export type ProblemKind = "failed" | "unknown" | "skipped" | "pending" | "warned";

export const problemKinds: readonly ProblemKind[] = ["failed", "unknown", "skipped", "pending", "warned"];

export interface Problem {
  readonly kind: ProblemKind;
  readonly item: ItemEnd;
}

/** Problems of each kind that the page shows; `items.csv` has all. */
const SHOWN_OF_A_KIND = 1000;

/** Gathers what went wrong with items. */
export class ItemProblems extends ProblemTally<ProblemKind, Problem> {
  constructor() {
    super({ kinds: problemKinds, shownOfAKind: SHOWN_OF_A_KIND });
  }

  add(item: ItemEnd): void {
    const kind = kindOf(item);
    if (kind !== undefined) this.addProblem(kind, item.code, () => ({ kind, item: shortened(item) }));
  }
}

function kindOf({ outcome, warnings }: ItemEnd): ProblemKind | undefined {
  if (outcome === "failed" || outcome === "unknown" || outcome === "skipped" || outcome === "pending") return outcome;
  return warnings !== undefined && warnings.length > 0 ? "warned" : undefined;
}

function shortened(item: ItemEnd): ItemEnd {
  const { message, warnings, ...rest } = item;
  return {
    ...rest,
    ...(message === undefined ? {} : { message: cutText(message) }),
    ...(warnings === undefined ? {} : { warnings: [cutText(warnings.join("; "))] }),
  };
}
