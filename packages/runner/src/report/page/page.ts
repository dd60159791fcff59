import { createHash } from "node:crypto";
import type { MigrationSummary } from "../../types.ts";
import type { ItemProblems } from "../item-problems.ts";
import type { JobRow } from "../job-row.ts";
import type { Throughput } from "../throughput.ts";
import { Html, type HtmlValue, html } from "./html.ts";
import { jobsTable } from "./jobs-table.ts";
import { outcomeChart } from "./outcome-chart.ts";
import { problemsSection } from "./problems-section.ts";
import { bytes, count, countOf, duration, moment } from "./quantities.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";
import { throughputCharts } from "./throughput-chart.ts";

/** What the page shows. */
export interface PageFacts {
  readonly title: string;
  readonly summary: MigrationSummary;
  readonly throughput: Throughput | undefined;
  readonly jobs: readonly JobRow[];
  /** Jobs that aren't among these. */
  readonly moreJobs: number;
  readonly problems: ItemProblems;
}

/**
 * The page: one file that needs no other and asks no network. Every value is text that was escaped, and its policy lets
 * run nothing but the page's own script and style, by their hashes.
 */
export function reportPage(facts: PageFacts): string {
  const { title, summary, problems } = facts;
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#problems-heading">Go to the problems</a>
<header>
<h1><bdi>${title}</bdi></h1>
${statusLine(summary)}
${factsList(facts)}
</header>
<main>
<section aria-labelledby="outcomes-heading"><h2 id="outcomes-heading">Outcomes</h2>
${outcomeChart(summary.counts)}</section>
<section aria-labelledby="throughput-heading"><h2 id="throughput-heading">Throughput</h2>
${throughputCharts(facts.throughput)}</section>
<section aria-labelledby="problems-heading"><h2 id="problems-heading" tabindex="-1">Problems${problems.total > 0 && html` <span class="note">${countOf(problems.total, "item")}</span>`}</h2>
${problemsSection(problems)}</section>
<section aria-labelledby="jobs-heading"><h2 id="jobs-heading">Jobs <span class="note">${countOf(summary.packages, "package")}, ${countOf(summary.jobs, "job")}</span></h2>
${jobsTable(facts.jobs, facts.moreJobs)}</section>
</main>
<footer><p>Every item with its outcome: <a href="items.csv">items.csv</a>, <a href="items.ndjson">items.ndjson</a>. Every job: <a href="jobs.csv">jobs.csv</a>. Totals: <a href="summary.json">summary.json</a>. These lie beside this page; the page itself needs none of them.</p></footer>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

function statusLine({ status, counts, startedAt, endedAt }: MigrationSummary): Html {
  const lost = counts.failed + counts.unknown + counts.skipped;
  const losses = status === "complete" && lost > 0;
  const said: HtmlValue = losses ? `complete, ${countOf(lost, "item")} not migrated` : status;
  return html`<p><span class="status status-${losses ? "losses" : status}">${said}</span> <span class="note">${moment(startedAt)} to ${moment(endedAt)} UTC${status === "interrupted" && "; it can be resumed, and what is told here is what was settled by then"}</span></p>`;
}

function factsList({ summary }: PageFacts): Html {
  const { counts, importedBytes, startedAt, endedAt } = summary;
  const took = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
  const fact = (name: string, value: HtmlValue, className = ""): Html =>
    html`<div><dt>${name}</dt><dd class="${className}">${value}</dd></div>`;
  return html`<dl class="facts">${[
    fact("Imported", count(counts.imported)),
    fact("Failed", count(counts.failed), counts.failed > 0 ? "text-failed" : ""),
    fact("Unknown", count(counts.unknown), counts.unknown > 0 ? "text-unknown" : ""),
    fact("Skipped", count(counts.skipped), counts.skipped > 0 ? "text-skipped" : ""),
    fact("Data imported", bytes(importedBytes)),
    fact("Took", Number.isNaN(took) ? "" : duration(took)),
    fact("On average", took > 0 ? `${bytes((importedBytes / took) * 1000)}/s` : ""),
  ]}</dl>`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
