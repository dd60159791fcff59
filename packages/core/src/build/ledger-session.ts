import type { ItemOutcome, PackageRecord, Target } from "../model/index.ts";
import { notePackage } from "./note-package.ts";
import type { LedgerOptions } from "./types.ts";

/**
 * Where a run begins to number: where the ledger says that it began, else behind all that the target and the ledger know
 * of. Items that the ledger knows keep their numbers.
 */
export function firstItemIdOf({ store, runId }: LedgerOptions, { firstItemId }: Target): number {
  return store.firstItemId(runId) ?? Math.max(firstItemId, store.highestItemId + 1);
}

/** Notes in the ledger what a run builds. */
export class LedgerSession {
  readonly firstItemId: number;
  readonly #options: LedgerOptions;

  private constructor(options: LedgerOptions, firstItemId: number) {
    this.#options = options;
    this.firstItemId = firstItemId;
  }

  /** Begins the run in the ledger, or goes on with it. */
  static async open(options: LedgerOptions, target: Target): Promise<LedgerSession> {
    const firstItemId = firstItemIdOf(options, target);
    await options.store.beginRun(options.runId, firstItemId);
    return new LedgerSession(options, firstItemId);
  }

  /**
   * Notes the items of a finished package as built, or as to be deleted; what failed stays as it was. To be called before
   * the package is recorded anywhere else, as it may be called again for the same package and not later than that.
   */
  async packageFinished({ name }: Pick<PackageRecord, "name">, outcomes: readonly ItemOutcome[]): Promise<void> {
    await notePackage(this.#options, name, outcomes);
  }
}
