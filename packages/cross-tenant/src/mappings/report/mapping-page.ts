import { count, countOf, duration, type Html, html, moment, reportPage } from "@primepack/core/report";
import type { MappingOutcome, MappingSummary } from "../mapping-run-types.ts";
import type { MappingProblems } from "./mapping-problems.ts";

/** What the page shows. */
export interface MappingPageFacts {
  readonly title: string;
  /** The organization that the mappings go to. */
  readonly place: string;
  readonly summary: MappingSummary;
  readonly problems: MappingProblems;
}

type Outcome = MappingOutcome["outcome"];

/** Colours are those that the report's style has for what became of items. */
const classes: Readonly<Record<Outcome, string>> = {
  added: "imported",
  changed: "imported",
  removed: "deleted",
  unchanged: "unchanged",
  failed: "failed",
  invalid: "failed",
  pending: "pending",
};

const meanings: Readonly<Record<Outcome, string>> = {
  added: "the service has it; no earlier file had applied it",
  changed: "the service has what the line gives",
  removed: "the service has it no more",
  unchanged: "applied before as the line gives it; not sent",
  failed: "the service refused it, or its answer doesn't tell of it",
  invalid: "the line can't be used",
  pending: "not sent",
};

const outcomes: readonly Outcome[] = ["added", "changed", "removed", "unchanged", "failed", "invalid", "pending"];

/** The page of a mapping file: one file that needs no other and asks no network. */
export function mappingPage({ title, place, summary, problems }: MappingPageFacts): string {
  return reportPage({
    title,
    skipTo: { id: "problems-heading", text: "Go to the problems" },
    header: html`${statusLine(summary, problems)}
<p>Mappings of ${summary.kind} to <bdi>${place}</bdi></p>
${factsList(summary)}`,
    main: html`<section aria-labelledby="problems-heading"><h2 id="problems-heading" tabindex="-1">Problems${problems.total > 0 && html` <span class="note">${countOf(problems.total, "mapping")}</span>`}</h2>
${problemsSection(problems)}</section>
<section aria-labelledby="outcomes-heading"><h2 id="outcomes-heading">Outcomes</h2>
${outcomesTable(summary)}</section>`,
    footer: html`<p>Every mapping with its outcome: <a href="mappings.csv">mappings.csv</a>, <a href="mappings.ndjson">mappings.ndjson</a>. Totals: <a href="summary.json">summary.json</a>. These lie beside this page; the page itself needs none of them.</p>`,
  });
}

const notes: Readonly<Record<MappingSummary["status"], string>> = {
  complete: "",
  interrupted: "; it can be gone on with, and what is told here is how far it was",
  refused: "; nothing was sent, as lines can't be used",
  dryRun: "; nothing was sent, and the outcomes say what would be",
};

function statusLine({ status, startedAt, endedAt }: MappingSummary, problems: MappingProblems): Html {
  const losses = status === "complete" && problems.total > 0;
  const said = losses
    ? `complete, ${countOf(problems.total, "mapping")} not applied`
    : status === "dryRun"
      ? "dry run"
      : status;
  const colour = losses || status === "refused" ? "losses" : status === "dryRun" ? "complete" : status;
  return html`<p><span class="status status-${colour}">${said}</span> <span class="note">${moment(startedAt)} to ${moment(endedAt)} UTC${notes[status]}</span></p>`;
}

function factsList({ counts, lines, findings, startedAt, endedAt }: MappingSummary): Html {
  const took = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
  const fact = (name: string, value: string, className = ""): Html =>
    html`<div><dt>${name}</dt><dd class="${className}">${value}</dd></div>`;
  const sent = counts.added + counts.changed + counts.removed;
  return html`<dl class="facts">${[
    fact("Lines", count(lines)),
    fact("Findings", count(findings), findings > 0 ? "text-failed" : ""),
    fact("Applied", count(sent)),
    fact("Unchanged", count(counts.unchanged)),
    fact("Failed", count(counts.failed), counts.failed > 0 ? "text-failed" : ""),
    counts.pending > 0 && fact("Pending", count(counts.pending)),
    fact("Took", Number.isNaN(took) ? "" : duration(took)),
  ]}</dl>`;
}

function problemsSection({ shown, codes, total }: MappingProblems): Html {
  if (total === 0) return html`<p class="nothing">None: every mapping is as its line asks for.</p>`;
  const more = total - shown.length;
  return html`${
    codes.length > 0 &&
    html`<h3>By code</h3>
<div class="scroll tall" tabindex="0" role="region" aria-label="Problems by code"><table class="narrow"><caption class="hidden">Problems by code</caption>
<thead><tr><th scope="col">Code</th><th scope="col" class="number">Mappings</th></tr></thead>
<tbody>${codes.map(([code, mappings]) => html`<tr><th scope="row"><bdi>${code}</bdi></th><td class="number">${count(mappings)}</td></tr>\n`)}</tbody></table></div>
<h3>Mappings</h3>`
  }
${more > 0 && html`<p>The first ${count(shown.length)} of ${count(total)} are shown; ${countOf(more, "more is", "more are")} in <a href="mappings.csv">mappings.csv</a>.</p>`}
<div class="scroll" tabindex="0" role="region" aria-label="Mappings with problems"><table id="problems">
<caption class="hidden">Mappings with problems</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col" class="number">Line</th><th scope="col">Source</th><th scope="col">Target</th><th scope="col">Code</th><th scope="col">Message</th></tr></thead>
<tbody>${shown.map(problemRow)}</tbody></table></div>`;
}

function problemRow({ outcome, line, source, target, code, message }: MappingOutcome): Html {
  return html`<tr><td><span class="badge text-${classes[outcome]}">${outcome}</span></td><td class="number">${line}</td><th scope="row" class="path"><bdi>${source}</bdi></th><td class="path"><bdi>${target}</bdi></td><td class="id"><bdi>${code}</bdi></td><td class="said"><bdi>${message}</bdi></td></tr>
`;
}

function outcomesTable({ counts }: MappingSummary): Html {
  const row = (outcome: Outcome): Html =>
    html`<tr><th scope="row"><svg class="key" viewBox="0 0 1 1" aria-hidden="true"><rect class="fill-${classes[outcome]}" width="1" height="1"/></svg>${outcome}</th><td class="number">${count(counts[outcome])}</td><td>${meanings[outcome]}</td></tr>
`;
  return html`<div class="scroll"><table class="legend"><caption class="hidden">Mappings by outcome</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col" class="number">Mappings</th><th scope="col">Meaning</th></tr></thead>
<tbody>${outcomes.map(row)}</tbody></table></div>`;
}
