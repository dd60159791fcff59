import { PrimepackError } from "../errors/index.ts";
import { parsePlan } from "../plan/plan-json.ts";
import { invalid } from "./option-checks.ts";
import { PackageRun } from "./package-run.ts";
import { type ResolvedExecution, resolveExecution } from "./resolve-execution.ts";
import { isIterable } from "./resolve-options.ts";
import type { BuildPlansOptions, BuildRun } from "./types.ts";

/**
 * Builds packages of plans that were made before: after a crash, by another process, on another machine.
 *
 * The run is like that of {@link build}; its source are the plans, and its `nextItemId` is what follows the highest
 * item id in them. Throws at once for options that can't be used (INVALID_OPTION, INVALID_KEY). A plan that was damaged
 * or has the name of another one ends the run (PLAN_INVALID, PLAN_VERSION).
 */
export function buildPlans(options: BuildPlansOptions): BuildRun {
  if (typeof options !== "object" || options === null) throw invalid("options", "an object", options);
  const { plans, local } = options;
  if (!isIterable(plans)) throw invalid("plans", "an iterable of plans", plans);
  if (local !== undefined && typeof local !== "function") throw invalid("local", "a function", local);
  return new PlansRun(resolveExecution(options), { plans, ...(local === undefined ? {} : { local }) });
}

/** Takes plans as they are given. */
class PlansRun extends PackageRun {
  readonly #given: Pick<BuildPlansOptions, "plans" | "local">;

  constructor(execution: ResolvedExecution, given: Pick<BuildPlansOptions, "plans" | "local">) {
    super(execution);
    this.#given = given;
  }

  protected override async drive(): Promise<void> {
    const { plans, local } = this.#given;
    const names = new Set<string>();
    const iterator = iteratorOf(plans);
    let ended = false;
    try {
      for (;;) {
        const step = await this.untilStopped(Promise.resolve(iterator.next()));
        if (step === undefined) return;
        ended = step.done === true;
        if (step.done) return await this.sourceEnded();
        const plan = parsePlan(step.value);
        if (names.has(plan.name)) {
          throw new PrimepackError(
            "PLAN_INVALID",
            `Cannot build the plans as each has a name of its own: current value is ${plan.name} twice`,
          );
        }
        names.add(plan.name);
        this.countScanned(plan.items.length, plan.bytes);
        await this.start(plan, local?.(plan) ?? new Map());
      }
    } finally {
      // It may be stuck in its own `next()`; nobody waits for it.
      if (!ended) void Promise.resolve(iterator.return?.()).catch(() => undefined);
    }
  }
}

function iteratorOf<T>(iterable: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
}
