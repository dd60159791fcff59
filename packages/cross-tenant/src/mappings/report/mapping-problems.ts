import { ProblemTally } from "@primepack/core/report";
import type { MappingOutcome } from "../mapping-run-types.ts";

/** What isn't done; the gravest first. */
const problemKinds = ["failed", "invalid", "pending"] as const;

/** Problems of each kind that the page shows; `mappings.csv` has all. */
const SHOWN_OF_A_KIND = 500;

/** Counts what became of entries, and gathers those that aren't done. */
export class MappingProblems extends ProblemTally<(typeof problemKinds)[number], MappingOutcome> {
  readonly counts: Record<MappingOutcome["outcome"], number> = {
    added: 0,
    changed: 0,
    removed: 0,
    unchanged: 0,
    failed: 0,
    invalid: 0,
    pending: 0,
  };

  constructor() {
    super({ kinds: problemKinds, shownOfAKind: SHOWN_OF_A_KIND });
  }

  add(mapping: MappingOutcome): void {
    const { outcome, code } = mapping;
    this.counts[outcome] += 1;
    const kind = problemKinds.find((known) => known === outcome);
    if (kind !== undefined) this.addProblem(kind, code, () => mapping);
  }
}
