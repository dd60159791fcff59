import type { LedgerCounts } from "../ledger-counts.ts";
import { formatCount, formatCountOf } from "./quantities.ts";

/** What `ledger confirm` came to, for people. */
export function confirmedText(confirmed: {
  readonly runId: string;
  readonly listId: string;
  readonly packages: readonly string[];
  readonly received: number;
  readonly deleted: number;
}): string {
  const { runId, listId, packages, received, deleted } = confirmed;
  const what = `${formatCountOf(received, "item")} received, ${formatCountOf(deleted, "deletion")}`;
  return `Confirmed ${formatCountOf(packages.length, "package")} of run ${runId} for list ${listId}: ${what}\n`;
}

/** What the ledger holds of a list, for people. */
export function ledgerText(listId: string, counts: LedgerCounts): string {
  const lines = [
    `List ${listId}: ${formatCountOf(counts.items, "item")}, highest item id ${formatCount(counts.highestItemId)}`,
    `  received ${formatCount(counts.received)}, received in an earlier state ${formatCount(counts.outdated)}, built only ${formatCount(counts.built)}`,
    `  deletions not confirmed ${formatCount(counts.deletions)}, moves not confirmed ${formatCount(counts.moved)}`,
    ...counts.runs.map(
      ({ runId, packages, items, received }) =>
        `  run ${runId}: ${formatCountOf(packages, "package")} with ${formatCountOf(items, "item")}, ${formatCount(received)} received`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
