import {
  bytes,
  count,
  countOf,
  duration,
  type Html,
  type HtmlValue,
  html,
  moment,
  reportPage,
} from "@primepack/core/report";
import type { MigrationSummary } from "../../types.ts";
import type { ItemProblems } from "../item-problems.ts";
import type { JobRow } from "../job-row.ts";
import type { Throughput } from "../throughput.ts";
import { jobsTable } from "./jobs-table.ts";
import { outcomeChart } from "./outcome-chart.ts";
import { problemsSection } from "./problems-section.ts";
import { script } from "./script.ts";
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

/** The page of a migration: one file that needs no other and asks no network. */
export function migrationPage(facts: PageFacts): string {
  const { title, summary, problems } = facts;
  return reportPage({
    title,
    skipTo: { id: "problems-heading", text: "Go to the problems" },
    header: html`${statusLine(summary)}
${factsList(facts)}`,
    main: html`<section aria-labelledby="outcomes-heading"><h2 id="outcomes-heading">Outcomes</h2>
${outcomeChart(summary.counts)}</section>
<section aria-labelledby="throughput-heading"><h2 id="throughput-heading">Throughput</h2>
${throughputCharts(facts.throughput)}</section>
<section aria-labelledby="problems-heading"><h2 id="problems-heading" tabindex="-1">Problems${problems.total > 0 && html` <span class="note">${countOf(problems.total, "item")}</span>`}</h2>
${problemsSection(problems)}</section>
<section aria-labelledby="jobs-heading"><h2 id="jobs-heading">Jobs <span class="note">${countOf(summary.packages, "package")}, ${countOf(summary.jobs, "job")}</span></h2>
${jobsTable(facts.jobs, facts.moreJobs)}</section>`,
    footer: html`<p>Every item with its outcome: <a href="items.csv">items.csv</a>, <a href="items.ndjson">items.ndjson</a>. Every job: <a href="jobs.csv">jobs.csv</a>. Totals: <a href="summary.json">summary.json</a>. These lie beside this page; the page itself needs none of them.</p>`,
    script,
  });
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
