import type { ReportedProblem } from "./outcome-types.ts";
import type { Tally } from "./tally.ts";

/** What begins a line of the log: its time, its mark, the kind of the object and the like, in brackets. */
const HEADING = /^(?:\[[^\]]*\][\s:-]*)+/;

/**
 * Lines of the error log that name no item. One that says what an event says that does name one, and of which no other line
 * tells, is no further error.
 */
export function unexplainedLines(lines: Tally, events: Tally): number {
  const told = new Set(lines.attributed.map(({ item }) => item));
  const untold = events.attributed.filter(({ item }) => !told.has(item));
  const messages = untold.map(({ problem }) => wordsOf(problem)).filter((words) => words !== "");
  return lines.unattributed.filter((line) => {
    const at = messages.indexOf(wordsOf(line));
    if (at !== -1) messages.splice(at, 1);
    return at === -1;
  }).length;
}

function wordsOf({ message }: ReportedProblem): string {
  return message.replace(HEADING, "").replace(/\s+/g, " ").trim();
}
