import { count, countOf, duration, type Html, html, moment, reportPage } from "@primepack/core/report";
import type { BatchSummary, MoveStatus } from "../batch-types.ts";
import { type BatchProblem, type BatchProblemKind, type BatchProblems, problemKinds } from "./batch-problems.ts";

/** What the page shows. */
export interface BatchPageFacts {
  readonly title: string;
  /** The source organization. */
  readonly place: string;
  readonly summary: BatchSummary;
  readonly problems: BatchProblems;
  /** The first moves of the file. */
  readonly moves: readonly MoveStatus[];
}

/** Colours are those that the report's style has for what became of items. */
const classes: Readonly<Record<keyof BatchSummary["counts"], string>> = {
  completed: "imported",
  validated: "existing",
  failed: "failed",
  unknown: "unknown",
  invalid: "failed",
  cancelled: "excluded",
  skipped: "skipped",
  pending: "pending",
};

const meanings: Readonly<Record<keyof BatchSummary["counts"], string>> = {
  completed: "the service says that the task is completed",
  validated: "the service found nothing wrong; nothing was created",
  failed: "the service refused or failed the task",
  unknown: "nobody can tell whether there is a task, or what became of it",
  invalid: "the line can't be used, or the service refused its validation",
  cancelled: "the task was cancelled before it started, or never created",
  skipped: "the source had a task already",
  pending: "not at its end yet",
};

const outcomes: readonly (keyof BatchSummary["counts"])[] = ["completed", "validated", ...problemKinds];

/** The page of a batch: one file that needs no other and asks no network. */
export function batchPage(facts: BatchPageFacts): string {
  const { title, place, summary, problems, moves } = facts;
  return reportPage({
    title,
    skipTo: { id: "problems-heading", text: "Go to the problems" },
    header: html`${statusLine(summary, problems)}
<p>Moves from <bdi>${place}</bdi></p>
${factsList(summary)}`,
    main: html`<section aria-labelledby="problems-heading"><h2 id="problems-heading" tabindex="-1">Problems${problems.total > 0 && html` <span class="note">${countOf(problems.total, "move")}</span>`}</h2>
${problemsSection(problems)}</section>
<section aria-labelledby="outcomes-heading"><h2 id="outcomes-heading">Outcomes</h2>
${outcomesTable(summary)}</section>
<section aria-labelledby="moves-heading"><h2 id="moves-heading">Moves <span class="note">${countOf(summary.moves, "line")}</span></h2>
${movesSection(moves, summary.moves)}</section>`,
    footer: html`<p>Every move with its outcome: <a href="moves.csv">moves.csv</a>, <a href="moves.ndjson">moves.ndjson</a>. Totals: <a href="summary.json">summary.json</a>. These lie beside this page; the page itself needs none of them.</p>`,
  });
}

function statusLine({ status, startedAt, endedAt }: BatchSummary, problems: BatchProblems): Html {
  const losses = status === "complete" && problems.total > 0;
  const said = losses ? `complete, ${countOf(problems.total, "move")} not completed` : status;
  const colour = losses ? "losses" : status === "validated" ? "complete" : status === "refused" ? "losses" : status;
  const more =
    status === "interrupted"
      ? "; it can be gone on with, and what is told here is how far it was"
      : status === "refused"
        ? "; nothing was created, as not all moves are valid"
        : "";
  return html`<p><span class="status status-${colour}">${said}</span> <span class="note">${moment(startedAt)} to ${moment(endedAt)} UTC${more}</span></p>`;
}

function factsList({ counts, moves, startedAt, endedAt }: BatchSummary): Html {
  const took = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
  const fact = (name: string, value: string, className = ""): Html =>
    html`<div><dt>${name}</dt><dd class="${className}">${value}</dd></div>`;
  const grave = (name: string, kind: BatchProblemKind): Html =>
    fact(name, count(counts[kind]), counts[kind] > 0 ? `text-${textOf(kind)}` : "");
  return html`<dl class="facts">${[
    fact("Lines", count(moves)),
    fact("Completed", count(counts.completed)),
    counts.validated > 0 && fact("Validated", count(counts.validated)),
    grave("Failed", "failed"),
    grave("Unknown", "unknown"),
    grave("Invalid", "invalid"),
    counts.pending > 0 && fact("Pending", count(counts.pending)),
    fact("Took", Number.isNaN(took) ? "" : duration(took)),
  ]}</dl>`;
}

function problemsSection(problems: BatchProblems): Html {
  const { shown, codes, total } = problems;
  if (total === 0) return html`<p class="nothing">None: every move ended as it should.</p>`;
  const more = total - shown.length;
  return html`${
    codes.length > 0 &&
    html`<h3>By code</h3>
<div class="scroll tall" tabindex="0" role="region" aria-label="Problems by code"><table class="narrow"><caption class="hidden">Problems by code</caption>
<thead><tr><th scope="col">Code</th><th scope="col" class="number">Moves</th></tr></thead>
<tbody>${codes.map(([code, moves]) => html`<tr><th scope="row"><bdi>${code}</bdi></th><td class="number">${count(moves)}</td></tr>\n`)}</tbody></table></div>
<h3>Moves</h3>`
  }
${more > 0 && html`<p>The first ${count(shown.length)} of ${count(total)} are shown; ${countOf(more, "more is", "more are")} in <a href="moves.csv">moves.csv</a>.</p>`}
<div class="scroll" tabindex="0" role="region" aria-label="Moves with problems"><table id="problems">
<caption class="hidden">Moves with problems</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col" class="number">Line</th><th scope="col">Source</th><th scope="col">Target</th><th scope="col">Code</th><th scope="col">Message</th><th scope="col">Task</th></tr></thead>
<tbody>${shown.map(problemRow)}</tbody></table></div>`;
}

function problemRow({ kind, move }: BatchProblem): Html {
  const { line, source, target, code, message, taskId } = move;
  const shown = kind === "pending" ? stageText(move) : kind;
  return html`<tr><td><span class="badge text-${textOf(kind)}">${shown}</span></td><td class="number">${line}</td><th scope="row" class="path"><bdi>${source}</bdi></th><td class="path"><bdi>${target}</bdi></td><td class="id"><bdi>${code}</bdi></td><td class="said"><bdi>${message}</bdi></td><td class="id"><bdi>${taskId}</bdi></td></tr>
`;
}

function outcomesTable({ counts }: BatchSummary): Html {
  const row = (outcome: keyof BatchSummary["counts"]): Html =>
    html`<tr><th scope="row"><svg class="key" viewBox="0 0 1 1" aria-hidden="true"><rect class="fill-${classes[outcome]}" width="1" height="1"/></svg>${outcome}</th><td class="number">${count(counts[outcome])}</td><td>${meanings[outcome]}</td></tr>
`;
  return html`<div class="scroll"><table class="legend"><caption class="hidden">Moves by outcome</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col" class="number">Moves</th><th scope="col">Meaning</th></tr></thead>
<tbody>${outcomes.map(row)}</tbody></table></div>`;
}

function movesSection(moves: readonly MoveStatus[], total: number): Html {
  if (moves.length === 0) return html`<p class="nothing">No moves were read.</p>`;
  const more = total - moves.length;
  return html`${more > 0 && html`<p>The first ${count(moves.length)} are shown; ${countOf(more, "other is", "others are")} in <a href="moves.csv">moves.csv</a>.</p>`}
<div class="scroll tall" tabindex="0" role="region" aria-label="Moves"><table>
<caption class="hidden">Moves, in the order of the file</caption>
<thead><tr><th scope="col" class="number">Line</th><th scope="col">Kind</th><th scope="col">Source</th><th scope="col">Target</th><th scope="col">Outcome</th><th scope="col">Task says</th><th scope="col">Started (UTC)</th><th scope="col">Ended (UTC)</th><th scope="col">Task</th></tr></thead>
<tbody>${moves.map(moveRow)}</tbody></table></div>`;
}

function moveRow(move: MoveStatus): Html {
  const { line, kind, source, target, taskStatus, startedAt, endedAt, taskId } = move;
  return html`<tr><td class="number">${line}</td><td>${kind}</td><th scope="row" class="path"><bdi>${source}</bdi></th><td class="path"><bdi>${target}</bdi></td><td>${stageText(move)}</td><td><bdi>${taskStatus}</bdi></td><td>${moment(startedAt)}</td><td>${moment(endedAt)}</td><td class="id"><bdi>${taskId}</bdi></td></tr>
`;
}

function stageText({ stage, outcome }: MoveStatus): string {
  return outcome ?? `pending: ${stage}`;
}

/** The style has a colour of text for each of these. */
function textOf(kind: BatchProblemKind): string {
  if (kind === "invalid") return "failed";
  return kind === "cancelled" ? "skipped" : kind;
}
