import type { ItemOutcome, PackageForms, PackagePlan, SourceContent } from "../model/index.ts";
import { LedgerSession } from "./ledger-session.ts";
import { plannerOf } from "./planner-of.ts";
import { resolveOptions } from "./resolve-options.ts";
import type { BuildEvent, BuildOptions, CommonBuildOptions } from "./types.ts";

/** What {@link planSource} plans, and for which library. */
export type PlanSourceOptions = Pick<
  CommonBuildOptions,
  "source" | "target" | "names" | "limits" | "defaultAuthor" | "people" | "ledger" | "clock"
> & {
  readonly forms?: PackageForms;
  /** Called for each entry that the source yields, with its bytes of plaintext. Default: nobody. */
  readonly onItem?: (bytes: number) => void;
};

/** A package that was planned, an entry that is in none, or a warning. */
export type PlanSourceEvent =
  /** `local` are the contents of the plan's locators of kind `local`. */
  | { readonly type: "package"; readonly plan: PackagePlan; readonly local: ReadonlyMap<number, SourceContent> }
  | { readonly type: "outcome"; readonly outcome: ItemOutcome }
  | (BuildEvent & { readonly type: "warning" });

/** What was read of the source. */
export interface PlannedSource {
  readonly items: number;
  /** Bytes of plaintext. */
  readonly bytes: number;
}

/**
 * Plans the packages of a source without building them: for those who keep plans and execute them later with
 * `buildPlans`. Plans come out while the source is still being read; reading waits for the consumer.
 *
 * With a ledger the run is begun there; what is built of the plans is the caller's to tell it ({@link notePackage}).
 * Throws what `build` throws for options and sources.
 */
export async function* planSource(
  options: PlanSourceOptions,
): AsyncGenerator<PlanSourceEvent, PlannedSource, undefined> {
  const resolved = resolveOptions(buildOptionsOf(options));
  const { target, ledger } = resolved;
  const firstItemId =
    ledger === undefined ? target.firstItemId : (await LedgerSession.open(ledger, target)).firstItemId;
  const { items, bytes } = yield* plannerOf(resolved, firstItemId, options.onItem ?? (() => undefined));
  return { items, bytes };
}

/** Nothing is stored, so it doesn't matter where and under which key. */
function buildOptionsOf(options: PlanSourceOptions): BuildOptions {
  const open = () => Promise.reject(new TypeError("Cannot open a package as nothing is built"));
  return { ...options, encryption: "provided", packages: { open } };
}
