import { planPackages } from "../plan/planner.ts";
import type { PlanEnd, PlanEvent } from "../plan/types.ts";
import { elementsFault } from "./elements-fault.ts";
import type { ResolvedBuildOptions } from "./resolve-options.ts";

/** The planner of a run's source, which numbers its items from `firstItemId` on. */
export function plannerOf(
  options: ResolvedBuildOptions,
  firstItemId: number,
  onItem: (bytes: number) => void,
): AsyncGenerator<PlanEvent, PlanEnd, undefined> {
  const { source, target, names, limits, defaultAuthor, people, forms, ledger, clock } = options;
  return planPackages(source, {
    ...{ target: { ...target, firstItemId }, names, limits, defaultAuthor, people, forms, onItem },
    ...(ledger === undefined ? {} : { ledger }),
    now: clock(),
    faultOf: elementsFault,
  });
}
