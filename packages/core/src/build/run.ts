import type { ItemOutcome, PackageRecord } from "../model/index.ts";
import { firstItemIdOf, LedgerSession } from "./ledger-session.ts";
import { PackageRun } from "./package-run.ts";
import { plannerOf } from "./planner-of.ts";
import { type ResolvedBuildOptions, resolveOptions } from "./resolve-options.ts";
import type { BuildOptions, BuildRun } from "./types.ts";

/**
 * Builds the packages of one source for one library.
 *
 * Throws at once for options that can't be used (INVALID_OPTION, INVALID_KEY, INVALID_TARGET); everything later comes
 * out of the run's events and its `result`.
 */
export function build(options: BuildOptions): BuildRun {
  return new SourceRun(resolveOptions(options));
}

/** Plans what a source yields. */
class SourceRun extends PackageRun {
  readonly #options: ResolvedBuildOptions;
  #ledger: LedgerSession | undefined;

  constructor(options: ResolvedBuildOptions) {
    super(options);
    this.#options = options;
  }

  protected override async drive(): Promise<void> {
    this.nextItemId = await this.#firstItemId();
    const planner = plannerOf(this.#options, this.nextItemId, (bytes) => this.countScanned(1, bytes));
    for (;;) {
      const step = await this.untilStopped(planner.next());
      if (step === undefined) {
        // The source may be stuck in its own `next()`; nobody waits for it.
        planner.return({ nextItemId: this.nextItemId, ...this.scanned }).catch(() => undefined);
        return;
      }
      if (step.done) {
        this.nextItemId = step.value.nextItemId;
        return this.sourceEnded();
      }
      const event = step.value;
      if (event.type === "outcome") {
        // Waiting for nothing costs as much as telling.
        const told = this.tell(event.outcome);
        if (told !== undefined) await told;
      } else if (event.type === "warning") await this.emit(event);
      else await this.start(event.plan, event.local);
    }
  }

  protected override async packageFinished(record: PackageRecord, outcomes: readonly ItemOutcome[]): Promise<void> {
    await this.#ledger?.packageFinished(record, outcomes);
  }

  /** Where the run begins to number: the target's word, or beyond all that the ledger knows of. */
  async #firstItemId(): Promise<number> {
    const { target, ledger, dryRun } = this.#options;
    if (ledger === undefined) return target.firstItemId;
    // A session would note the run.
    if (dryRun) return firstItemIdOf(ledger, target);
    this.#ledger = await LedgerSession.open(ledger, target);
    return this.#ledger.firstItemId;
  }
}
