import type { PackagePlan } from "@primepack/core";
import type { ImportOutcome, ItemOutcomes } from "@primepack/event-reader";
import type { FailureEntry, PackageEntry } from "../journal/entries.ts";
import { canPass, canPassAtSource, isNameTaken } from "./retry-rules.ts";

/** What a package came to, beside what its job said of its items. */
export interface PackageEnding {
  /** Of all that were sent, by their ids. */
  readonly outcomes: ItemOutcomes;
  /** Items that failed while the package was built. */
  readonly leftOut: ReadonlyMap<string, FailureEntry>;
  /** How the job ended; undefined: there was none. */
  readonly ending: PackageEntry["result"];
  /** Somebody asked for the job's end. */
  readonly cancelledByUser: boolean;
  /** What the job as a whole failed with. */
  readonly message: string;
  /** Whether anything may go out again. */
  readonly mayResend: boolean;
  /** Whether an earlier send may have brought the item to the target. */
  readonly wasUnknown: (id: string) => boolean;
}

/** What became of an item. */
export interface ItemFinding {
  /** Its import is proven. */
  readonly isProven: boolean;
  /** What the journal keeps of it; undefined: imported without a word. */
  readonly failure?: FailureEntry;
}

/** Codes of items whose job as a whole ended badly. */
const endingCodes: Readonly<Record<NonNullable<PackageEntry["result"]>, string>> = {
  ended: "IMPORT_UNPROVEN",
  fatal: "JOB_FAILED",
  cancelled: "JOB_CANCELLED",
  deleted: "JOB_DELETED",
  lost: "JOB_LOST",
};

/**
 * What a package's items came to, by their ids, and which of them go out again: those that failed, or of which nothing is
 * proven, for a reason that can pass. What is in a folder that goes out again goes with it if it failed.
 */
export function itemFindings(plan: PackagePlan, ending: PackageEnding): ReadonlyMap<string, ItemFinding> {
  const findings = new Map<string, ItemFinding>();
  const again = new Set<string>();
  for (const item of plan.items) {
    const { id } = item;
    const failed = ending.leftOut.get(id);
    const parentId = item.kind === "deletion" ? undefined : item.parentId;
    if (failed !== undefined) {
      const resent = ending.mayResend && canPassAtSource(failed.code ?? "");
      findings.set(id, { isProven: false, failure: failureOf(failed, resent) });
      continue;
    }
    const outcome = ending.outcomes.get(id) ?? { outcome: "unknown", why: "nothing was said of it" };
    const resent = ending.mayResend && goesAgain(outcome, ending, parentId !== undefined && again.has(parentId));
    if (resent) again.add(id);
    findings.set(id, findingOf(item.id, outcome, ending, resent));
  }
  // The list's own permissions, and those of folders that were there.
  for (const [id, outcome] of ending.outcomes) {
    if (findings.has(id)) continue;
    const resent = ending.mayResend && goesAgain(outcome, ending, false);
    findings.set(id, findingOf(id, outcome, ending, resent));
  }
  return findings;
}

function goesAgain(
  outcome: ImportOutcome,
  { ending, cancelledByUser, message }: PackageEnding,
  isBelow: boolean,
): boolean {
  if (outcome.outcome === "imported" || cancelledByUser) return false;
  if (outcome.outcome === "failed") {
    const words = outcome.problems.map(canPass);
    // One reason that stays is enough.
    if (words.includes(false)) return false;
    return words.includes(true) || isBelow;
  }
  if (isBelow) return true;
  // A job that may still run is not sent beside itself; one that somebody deleted was not wanted.
  if (ending !== "fatal" && ending !== "cancelled") return false;
  return canPass({ errorCode: codeIn(message), message }) !== false || nameConflict(message);
}

/** A name that was taken aborts the whole job; without the item whose name it is the rest goes well (lesson 36). */
function nameConflict(message: string): boolean {
  return isNameTaken({ errorCode: codeIn(message), message });
}

function codeIn(message: string): string {
  return /-\d{10}/.exec(message)?.[0] ?? "";
}

function findingOf(id: string, outcome: ImportOutcome, ending: PackageEnding, resent: boolean): ItemFinding {
  if (outcome.outcome === "imported") {
    const warnings = (outcome.warnings ?? []).map(({ message }) => message);
    return { isProven: true, ...(warnings.length === 0 ? {} : { failure: { outcome: "imported", warnings } }) };
  }
  if (outcome.outcome === "unknown") {
    const code = endingCodes[ending.ending ?? "lost"];
    return { isProven: false, failure: failureOf({ outcome: "unknown", code, message: outcome.why }, resent) };
  }
  const [problem] = outcome.problems;
  const code = problem?.errorCode || "IMPORT_FAILED";
  const message = problem?.message ?? "The import failed";
  const isItsOwn = outcome.problems.some(isNameTaken) && ending.wasUnknown(id);
  const failure: FailureEntry = isItsOwn
    ? { outcome: "unknown", code, message: `It may be what an earlier package brought: ${message}` }
    : { outcome: "failed", code, message };
  return { isProven: false, failure: failureOf(failure, resent) };
}

function failureOf(failure: FailureEntry, resent: boolean): FailureEntry {
  return resent ? { ...failure, resent: true } : failure;
}
