import { count, type Html, html, percentage } from "@primepack/core/report";
import type { ItemEnd, MigrationSummary } from "../../types.ts";

type Outcome = ItemEnd["outcome"];

/** In the order of the bar, with what the legend says. */
const outcomes: readonly { readonly name: Outcome; readonly meaning: string }[] = [
  { name: "imported", meaning: "in the target now" },
  { name: "deleted", meaning: "deleted from the target" },
  { name: "unchanged", meaning: "the target had it as it is" },
  { name: "existing", meaning: "folders that were there already" },
  { name: "excluded", meaning: "left out on request" },
  { name: "pending", meaning: "not settled yet" },
  { name: "skipped", meaning: "can't be migrated" },
  { name: "unknown", meaning: "no proof either way" },
  { name: "failed", meaning: "not in the target" },
];

const WIDTH = 1000;
const HEIGHT = 28;
/** Less could not be seen. */
const LEAST = 4;

/** How items ended: a bar, and a table that says the same. */
export function outcomeChart(counts: MigrationSummary["counts"]): Html {
  const shown = outcomes
    .map((outcome) => ({ ...outcome, items: counts[outcome.name] }))
    .filter(({ items }) => items > 0);
  const all = shown.reduce((sum, { items }) => sum + items, 0);
  if (all === 0) return html`<p class="nothing">No items yet.</p>`;
  let x = 0;
  const room = WIDTH - LEAST * shown.length;
  const parts = shown.map(({ name, items }) => {
    const width = LEAST + (items / all) * room;
    const part = html`<rect class="fill-${name}" x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="${HEIGHT}"><title>${name}: ${count(items)} (${percentage(items, all)})</title></rect>`;
    x += width;
    return part;
  });
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Items by outcome: ${shown.map(({ name, items }) => `${count(items)} ${name}`).join(", ")}">${parts}</svg>
<div class="scroll"><table class="legend"><caption class="hidden">Items by outcome</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col" class="number">Items</th><th scope="col" class="number">Share</th><th scope="col">Meaning</th></tr></thead>
<tbody>${shown.map(({ name, meaning, items }) => html`<tr><th scope="row"><svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="fill-${name}" width="10" height="10" rx="2"/></svg>${name}</th><td class="number">${count(items)}</td><td class="number">${percentage(items, all)}</td><td>${meaning}</td></tr>\n`)}</tbody></table></div>`;
}
