import { runWasOvertaken } from "@primepack/core";
import type { RunContext } from "./run-context.ts";
import type { PackageStage } from "./types.ts";

/**
 * Takes the run's turn with the ledger again, for a run that is to build or submit more. One that another run has
 * overtaken is halted: its item ids may be the other one's too, and what it would send, or delete, is older than what the
 * target has. What it submitted is settled still.
 */
export async function takeLedgerTurn(context: RunContext, isScanned: boolean): Promise<void> {
  const { ledger } = context.options;
  if (context.mode !== "migrate" || ledger === undefined) return;
  const { runId, journal } = context;
  const { store } = ledger;
  const stages = new Set<PackageStage>();
  for (const [, { stage }] of journal.packages()) stages.add(stage);
  if (store.asOf(runId) === undefined) {
    // What was submitted, too: some of it may be due to be sent again.
    const isLeft = !isScanned || [...stages].some((stage) => stage !== "settled");
    if (isLeft) context.halt(runWasOvertaken(runId));
    return;
  }
  // A run that reads its source says so itself when it begins to number.
  const firstItemId = store.firstItemId(runId);
  const isToBuild = stages.has("planned") || stages.has("building") || stages.has("built");
  if (isToBuild && firstItemId !== undefined) await store.beginRun(runId, firstItemId);
}
