import type { ImportOutcome, ItemProblem, MintedItem } from "../types.ts";
import { ItemIndex } from "./item-index.ts";
import type { ImportResult, ItemOutcomes, JoinOptions, ReportedProblem } from "./outcome-types.ts";
import { Tally } from "./tally.ts";
import { unexplainedLines } from "./unexplained-lines.ts";

/**
 * What a job's import did to each item of its package, by `key`.
 *
 * `failed` is what an error or fatal error names: by any id of the item in the event or log line, by its URL (a leaf name
 * alone names nothing), by `SourceListItemIntId`, or by a content blob. `imported` is the rest of a job that ended well and
 * whose errors are all accounted for: those of the events, or else those of the whole error log, name items and are as many
 * as the job counts. Everything else is `unknown`, with what is below a folder that failed or may have: unknown is never
 * success.
 */
export function joinOutcomes(
  result: ImportResult,
  items: Iterable<MintedItem>,
  options: JoinOptions = {},
): ItemOutcomes {
  const all = [...items];
  const joined = join(result.problems, new ItemIndex(all, options.webUrl));
  const doubt = doubtOf(result, joined);
  return new Map(all.map((item) => [item.key, outcomeOf(item, joined, doubt)]));
}

interface Joined {
  readonly index: ItemIndex;
  readonly failures: ReadonlyMap<MintedItem, readonly ReportedProblem[]>;
  readonly warnings: ReadonlyMap<MintedItem, readonly ReportedProblem[]>;
  /** Items that an error may be about. */
  readonly doubtful: ReadonlyMap<MintedItem, ReportedProblem>;
  /** Errors by whether they name items. */
  readonly events: Tally;
  readonly lines: Tally;
}

function join(problems: readonly ReportedProblem[], index: ItemIndex): Joined {
  const failures = new Map<MintedItem, ReportedProblem[]>();
  const warnings = new Map<MintedItem, ReportedProblem[]>();
  const doubtful = new Map<MintedItem, ReportedProblem>();
  const events = new Tally(index);
  const lines = new Tally(index);
  for (const problem of problems) {
    const match = index.match(problem);
    const isError = problem.level !== "warning";
    if (isError) (problem.from === "event" ? events : lines).add(problem, match);
    if (match.item !== undefined) add(isError ? failures : warnings, match.item, problem);
    if (isError) for (const item of match.doubtful) doubtful.set(item, problem);
  }
  return { index, failures, warnings, doubtful, events, lines };
}

function add(map: Map<MintedItem, ReportedProblem[]>, item: MintedItem, problem: ReportedProblem): void {
  const known = map.get(item);
  if (known === undefined) map.set(item, [problem]);
  else known.push(problem);
}

/** Why items that nothing names are not known to be imported; undefined if they are. */
function doubtOf(result: ImportResult, { events, lines }: Joined): string | undefined {
  const { status, message } = result;
  const said = message === "" ? "" : `: ${message}`;
  switch (status) {
    case "open":
      return "the job has not ended";
    case "fatal":
      return `the job ended in a fatal error${said}`;
    case "cancelled":
      return `the job was cancelled${said}`;
    case "deleted":
      return "the job was deleted";
    case "lost":
      return `nothing more is heard of the job${said}`;
    default:
      return doubtOfErrors(result, events, lines);
  }
}

/** Whether all errors of a job that ended well name items. */
function doubtOfErrors(result: ImportResult, events: Tally, lines: Tally): string | undefined {
  const { totalErrors = 0, isErrorLogRead } = result;
  if (result.isCut) return "the job reports more errors than are kept";
  if (!result.isErrorCountFinal && !isErrorLogRead) {
    return "the end of the job does not count its errors, and its error log was not read";
  }
  const unexplained = unexplainedLines(lines, events);
  if (unexplained > 0) return `the job's error log has ${unexplained} errors that name no item of the package`;
  // The error log is the authority: what it tells in full needs no event.
  if (isErrorLogRead && lines.size >= Math.max(totalErrors, events.size)) return undefined;
  const { unattributed } = events;
  if (unattributed.length > 0) return `the job reports ${unattributed.length} errors that name no item of the package`;
  if (result.isRestarted && totalErrors > 0) {
    return `the job was restarted, so that its ${totalErrors} errors may be others than those that are told of`;
  }
  const told = Math.max(events.objects, lines.objects);
  return told >= totalErrors ? undefined : `the job counts ${totalErrors} errors, of which ${told} are told of`;
}

function outcomeOf(item: MintedItem, joined: Joined, doubt: string | undefined): ImportOutcome {
  const { index, failures, warnings, doubtful } = joined;
  const failed = failures.get(item);
  if (failed !== undefined) return { outcome: "failed", problems: itemProblems(failed) };
  if (doubt !== undefined) return { outcome: "unknown", why: doubt };
  const named = doubtful.get(item);
  if (named !== undefined) return { outcome: "unknown", why: `an error names this or another item: ${named.message}` };
  const folder = index.ancestor(item, (above) => failures.has(above) || doubtful.has(above));
  if (folder !== undefined) {
    const word = failures.has(folder) ? "failed" : "may have failed";
    return { outcome: "unknown", why: `a folder above it ${word}: ${folder.url}` };
  }
  const warned = warnings.get(item);
  return warned === undefined ? { outcome: "imported" } : { outcome: "imported", warnings: itemProblems(warned) };
}

/** Each failure once: a line of the log that tells of the same as an event, or as another line, is no further one. */
function itemProblems(problems: readonly ReportedProblem[]): readonly ItemProblem[] {
  const distinct: ItemProblem[] = [];
  for (const { errorCode, message, from } of problems.toSorted((a, b) => rank(a) - rank(b))) {
    const isKnown = distinct.some(
      (known) =>
        (known.errorCode === errorCode && known.message === message) ||
        (from === "log" &&
          ((known.message !== "" && message.includes(known.message)) ||
            (errorCode !== "" && known.from === "event" && known.errorCode === errorCode))),
    );
    if (!isKnown) distinct.push({ errorCode, message, from });
  }
  return distinct;
}

function rank({ from }: ReportedProblem): number {
  return from === "event" ? 0 : 1;
}
