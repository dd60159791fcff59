import { count, countOf, type Html, html } from "@primepack/core/report";
import { type ItemProblems, type Problem, problemKinds } from "../item-problems.ts";

/** What went wrong with items: counts by code, and a table that the page's script can filter. */
export function problemsSection(problems: ItemProblems): Html {
  const { shown, codes, total } = problems;
  if (total === 0) return html`<p class="nothing">None: every item ended as it should.</p>`;
  const more = total - shown.length;
  return html`${
    codes.length > 0 &&
    html`<h3>By code</h3>
<div class="scroll tall" tabindex="0" role="region" aria-label="Problems by code"><table class="narrow"><caption class="hidden">Problems by code</caption>
<thead><tr><th scope="col">Code</th><th scope="col" class="number">Items</th></tr></thead>
<tbody>${codes.map(([code, items]) => html`<tr><th scope="row"><bdi>${code}</bdi></th><td class="number">${count(items)}</td></tr>\n`)}</tbody></table></div>
<h3>Items</h3>`
  }
${more > 0 && html`<p>The first ${count(shown.length)} of ${count(total)} are shown; ${countOf(more, "more is", "more are")} in <a href="items.csv">items.csv</a>.</p>`}
<form id="filter" role="search" aria-label="Problems" hidden>
<p><label for="search">Search in paths, codes and messages</label><input type="search" id="search" autocomplete="off" spellcheck="false"></p>
<p><label for="kind">Outcome</label><select id="kind"><option value="">all</option>${problemKinds.filter((kind) => problems.count(kind) > 0).map((kind) => html`<option value="${kind}">${kind === "warned" ? "imported with warnings" : kind} (${count(problems.count(kind))})</option>`)}</select></p>
</form>
<p id="found" role="status" aria-live="polite"></p>
<div class="scroll" tabindex="0" role="region" aria-label="Items with problems"><table id="problems">
<caption class="hidden">Items with problems</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col">Path</th><th scope="col">Code</th><th scope="col">Message</th><th scope="col">Package</th></tr></thead>
<tbody>${shown.map(row)}</tbody></table></div>
<p><button type="button" id="more" hidden>Show more</button></p>`;
}

function row({ kind, item }: Problem): Html {
  const path = item.sourcePath.length === 0 ? item.source : item.sourcePath.join("/");
  const message = [item.message, ...(item.warnings ?? [])].filter((text) => text !== undefined).join("; ");
  return html`<tr data-kind="${kind}"><td><span class="badge text-${kind}">${kind}</span></td><th scope="row" class="path"><bdi>${path}</bdi></th><td class="id"><bdi>${item.code}</bdi></td><td class="said"><bdi>${message}</bdi></td><td><bdi>${item.package}</bdi></td></tr>
`;
}
