import type { ItemOutcome, Ledger } from "../model/index.ts";
import { LedgerChanges, type PackagedItem } from "./ledger-changes.ts";

/**
 * Tells the ledger what a package holds that was built from a plan, as `build` does of its own: its items count as
 * built, or as to be deleted; what failed stays as it was. To be called before the package is recorded anywhere else.
 * Telling it twice changes nothing.
 */
export async function notePackage(
  ledger: { readonly store: Ledger; readonly runId: string },
  name: string,
  outcomes: Iterable<ItemOutcome>,
): Promise<void> {
  const changes = new LedgerChanges(ledger.store, ledger.runId);
  for (const outcome of outcomes) {
    if (!("package" in outcome) || outcome.package !== name) continue;
    if (outcome.outcome === "deletion") changes.deletion(outcome);
    else if (outcome.outcome === "packaged" && isItem(outcome)) changes.packaged(outcome);
  }
  await changes.write();
}

function isItem(outcome: ItemOutcome & { readonly outcome: "packaged" }): outcome is PackagedItem {
  return outcome.kind !== "list";
}
