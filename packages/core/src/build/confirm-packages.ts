import type { Ledger } from "../model/index.ts";
import { confirmPackage } from "./ledger-changes.ts";

/** What {@link confirmPackages} leaves as it is. */
export interface ConfirmOptions {
  /** GUIDs of items that the import failed for, or of their list items, as jobs tell of both: they are sent again. */
  readonly except?: Iterable<string>;
}

/**
 * Tells the ledger that the target has imported packages: what they hold counts as received from now on, and what they
 * delete is forgotten. To be called with proof of the import only, for what is received is not sent again as long as it
 * doesn't change.
 *
 * `packageIds` are `<run id>/<package name>`; ones that the ledger doesn't know of count for nothing. Confirming twice
 * changes nothing. Each package is written at once. Gives how many items are received, and how many deleted ones were
 * forgotten.
 */
export async function confirmPackages(
  ledger: Ledger,
  packageIds: Iterable<string>,
  { except = [] }: ConfirmOptions = {},
): Promise<{ received: number; deleted: number }> {
  const failed = new Set([...except].map((id) => id.toLowerCase()));
  const total = { received: 0, deleted: 0 };
  for (const packageId of packageIds) {
    const { received, deleted } = await confirmPackage(ledger, packageId, failed);
    total.received += received;
    total.deleted += deleted;
  }
  return total;
}
