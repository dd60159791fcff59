import { bytes, count, countOf, duration, type Html, html, moment, rate } from "@primepack/core/report";
import type { JobRow } from "../job-row.ts";

/** The packages and their jobs; `more` are in jobs.csv only. */
export function jobsTable(rows: readonly JobRow[], more: number): Html {
  if (rows.length === 0) return html`<p class="nothing">No packages yet.</p>`;
  return html`${more > 0 && html`<p>The first ${count(rows.length)} are shown; ${countOf(more, "other")} are in <a href="jobs.csv">jobs.csv</a>.</p>`}
<div class="scroll tall" tabindex="0" role="region" aria-label="Jobs"><table>
<caption class="hidden">Packages and their jobs, in the order in which they were planned</caption>
<thead><tr><th scope="col">Package</th><th scope="col">Stage</th><th scope="col">Started (UTC)</th><th scope="col" class="number">Waited</th><th scope="col" class="number">Ran</th><th scope="col" class="number">Size</th><th scope="col" class="number">Imported</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Unknown</th><th scope="col" class="number">Data/s</th><th scope="col" class="number">Items/s</th><th scope="col">Said</th><th scope="col">Job</th></tr></thead>
<tbody>${rows.map(tableRow)}</tbody></table></div>`;
}

function tableRow(row: JobRow): Html {
  const { status, waited, ran, bytesPerSecond, itemsPerSecond } = row;
  const { items, result } = status;
  const stage = result === undefined || result === "ended" ? status.stage : `${status.stage}: ${result}`;
  const number = (value: number | undefined, className = ""): Html =>
    html`<td class="number${value ? className : ""}">${value === undefined ? "" : count(value)}</td>`;
  return html`<tr><th scope="row"><bdi>${status.name}</bdi>${status.retryOf !== undefined && html`<span class="note"> attempt ${status.attempt}, again from <bdi>${status.retryOf}</bdi></span>`}</th><td>${stage}</td><td>${moment(status.startedAt)}</td><td class="number">${waited !== undefined && duration(waited)}</td><td class="number">${ran !== undefined && duration(ran)}</td><td class="number">${bytes(row.bytes)}</td>${number(items?.imported)}${number(items?.failed, " text-failed")}${number(items?.unknown, " text-unknown")}<td class="number">${bytesPerSecond !== undefined && bytes(bytesPerSecond)}</td><td class="number">${itemsPerSecond !== undefined && rate(itemsPerSecond)}</td><td class="said"><bdi>${status.message}</bdi></td><td class="id"><bdi>${status.jobId}</bdi></td></tr>
`;
}
