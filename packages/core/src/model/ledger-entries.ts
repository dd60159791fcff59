import { PrimepackError } from "../errors/index.ts";
import type { SourcePath } from "./item.ts";
import type { LedgerEntry } from "./ledger.ts";

/** What the last name of a displaced item's path begins with, as no source's does. */
const DISPLACED = "\0";

/** Where the entry of an item is kept whose path another one has taken, before a package said where it went. */
export function besidePath(source: SourcePath, id: string): SourcePath {
  return [...source, DISPLACED + id];
}

/** Whether another item has its path, and nothing says where it went. */
export function isDisplaced({ source }: Pick<LedgerEntry, "source">): boolean {
  return source.at(-1)?.startsWith(DISPLACED) === true;
}

/** The path at which the source had the item. */
export function placeOf({ source }: Pick<LedgerEntry, "source">): SourcePath {
  return isDisplaced({ source }) ? source.slice(0, -1) : source;
}

/**
 * Of entries that share an identity or a GUID the one that tells of the item, whatever their order: one that wasn't moved
 * away before one whose path another item has taken, that before any other; then one whose deletion no package holds;
 * then the one with the highest number, which is the youngest.
 */
export function preferredEntry(entries: Iterable<LedgerEntry>): LedgerEntry | undefined {
  let preferred: LedgerEntry | undefined;
  for (const entry of entries) if (preferred === undefined || isPreferred(entry, preferred)) preferred = entry;
  return preferred;
}

function isPreferred(entry: LedgerEntry, other: LedgerEntry): boolean {
  const difference =
    certainty(entry) - certainty(other) ||
    Number(entry.deletedBy === undefined) - Number(other.deletedBy === undefined) ||
    entry.itemId - other.itemId;
  return difference === 0 ? textOf(entry.source) < textOf(other.source) : difference > 0;
}

function certainty(entry: LedgerEntry): number {
  if (entry.movedBy === undefined) return 2;
  return isDisplaced(entry) ? 1 : 0;
}

function textOf(source: SourcePath): string {
  return JSON.stringify(source);
}

/** Why a run can't go on by what the ledger held when it began. */
export function runWasOvertaken(runId: string): PrimepackError {
  return new PrimepackError(
    "PLAN_CHANGED",
    `Cannot continue the run as another one has written to the ledger since: current value is ${runId}`,
    { hint: "Begin a fresh run with the ledger: it sends only what was not received." },
  );
}
