import type { Ledger, LedgerEntry } from "@primepack/core";

/** How far one run's packages came. */
export interface RunCounts {
  readonly runId: string;
  /** Undefined for a run whose beginning the ledger doesn't know of. */
  readonly firstItemId?: number;
  /** Packages that are the last ones to hold some item. */
  readonly packages: number;
  /** Items that were last built by the run. */
  readonly items: number;
  /** Those of them that the target has as they were built. */
  readonly received: number;
}

/** What the ledger holds of a list. */
export interface LedgerCounts {
  /** `received + outdated + built`. */
  readonly items: number;
  /** The target has them as they were last built. */
  readonly received: number;
  /** The target has an earlier state of them. */
  readonly outdated: number;
  /** Nothing proves that the target has them. */
  readonly built: number;
  /** Items whose deletion is built and not confirmed. */
  readonly deletions: number;
  /** Former paths of items whose move is not confirmed. */
  readonly moved: number;
  readonly highestItemId: number;
  readonly runs: readonly RunCounts[];
}

/** Reads the whole ledger, giving way to other work now and then. */
export async function countLedger(ledger: Ledger, signal: AbortSignal): Promise<LedgerCounts> {
  const counts = { items: 0, received: 0, outdated: 0, built: 0, deletions: 0, moved: 0 };
  const runs = new Map<string, { readonly packages: Set<string>; items: number; received: number }>();
  let seen = 0;
  for (const entry of ledger.entries()) {
    seen += 1;
    if (seen % 10_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    if (entry.movedBy !== undefined) {
      counts.moved += 1;
      continue;
    }
    const state = stateOf(entry);
    counts.items += 1;
    counts[state] += 1;
    if (entry.deletedBy !== undefined) counts.deletions += 1;
    const runId = entry.built.package.slice(0, entry.built.package.indexOf("/"));
    const run = runs.get(runId) ?? { packages: new Set<string>(), items: 0, received: 0 };
    runs.set(runId, run);
    run.packages.add(entry.built.package);
    run.items += 1;
    if (state === "received") run.received += 1;
  }
  return {
    ...counts,
    highestItemId: ledger.highestItemId,
    runs: [...runs].map(([runId, { packages, items, received }]) => {
      const firstItemId = ledger.firstItemId(runId);
      const first = firstItemId === undefined ? {} : { firstItemId };
      return { runId, ...first, packages: packages.size, items, received };
    }),
  };
}

function stateOf({ built, received }: LedgerEntry): "received" | "outdated" | "built" {
  if (received === undefined) return "built";
  return received.package === built.package ? "received" : "outdated";
}
