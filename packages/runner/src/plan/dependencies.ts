import type { PackageEntry } from "../journal/entries.ts";
import type { RunJournal } from "../journal/run-journal.ts";

/** What the packages came to that another one waits for. */
export type Dependencies =
  | { readonly state: "met" | "waiting" }
  /** They will not be met: `by` is the package that stands in the way. */
  | { readonly state: "failed" | "unknown"; readonly by: string };

/**
 * Whether a package may be submitted: the jobs of all that it depends on, and of what sends their items again, have
 * ended, and not in a fatal error. One that deletes waits for more: that all of their items were imported, as something
 * that was to be moved out of a folder would go with it.
 */
export function dependenciesOf(
  { dependsOn, deletes }: Pick<PackageEntry, "dependsOn" | "deletes">,
  journal: Pick<RunJournal, "package">,
): Dependencies {
  let waiting = false;
  for (const name of dependsOn) {
    const state = stateOf(name, deletes === true, journal);
    if (state === "failed" || state === "unknown") return { state, by: name };
    waiting ||= state === "waiting";
  }
  return { state: waiting ? "waiting" : "met" };
}

function stateOf(name: string, isStrict: boolean, journal: Pick<RunJournal, "package">): Dependencies["state"] {
  let left = 0;
  for (let next: string | undefined = name; next !== undefined; ) {
    const entry = journal.package(next);
    if (entry?.stage === "unknown") return "unknown";
    if (entry?.stage !== "settled") return "waiting";
    left += (entry.tally?.failed ?? 0) + (entry.tally?.unknown ?? 0);
    if (entry.retriedBy === undefined && !endedWell(entry)) return "failed";
    next = entry.retriedBy;
  }
  return isStrict && left > 0 ? "failed" : "met";
}

/** Without a job, if there was nothing to send: all of its items had failed before. */
function endedWell({ result, unsent }: PackageEntry): boolean {
  return unsent === undefined && (result === undefined || result === "ended");
}

/** The package that had the items before one that sends them again. */
export function beforeInChain(
  name: string,
  { retryOf }: Pick<PackageEntry, "retryOf">,
  journal: Pick<RunJournal, "package">,
): string | undefined {
  let before = retryOf;
  while (before !== undefined) {
    const next = journal.package(before)?.retriedBy;
    if (next === name) return before;
    before = next;
  }
  return undefined;
}

/** The last package that sends items of this one, itself if none does. */
export function lastOfChain(name: string, journal: Pick<RunJournal, "package">): string {
  let last = name;
  for (;;) {
    const retriedBy = journal.package(last)?.retriedBy;
    if (retriedBy === undefined) return last;
    last = retriedBy;
  }
}
