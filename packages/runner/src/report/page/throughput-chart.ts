import { bytes, duration, type Html, html, moment, rate } from "@primepack/core/report";
import type { Throughput, ThroughputBar } from "../throughput.ts";

interface Measure {
  readonly title: string;
  readonly value: (bar: ThroughputBar) => number;
  readonly text: (value: number) => string;
  readonly fill: string;
}

const measures: readonly Measure[] = [
  {
    title: "Data",
    value: ({ bytesPerSecond }) => bytesPerSecond,
    text: (value) => `${bytes(value)}/s`,
    fill: "fill-data",
  },
  {
    title: "Items",
    value: ({ itemsPerSecond }) => itemsPerSecond,
    text: (value) => `${rate(value)}/s`,
    fill: "fill-items",
  },
];

const WIDTH = 480;
const HEIGHT = 200;
const LEFT = 70;
const BOTTOM = 28;
const TOP = 10;
const TICKS = 4;

/** Throughput over time: a chart of data, one of items, and a table with the numbers of both. */
export function throughputCharts(throughput: Throughput | undefined): Html {
  if (throughput === undefined) return html`<p class="nothing">No job has ended yet.</p>`;
  return html`<div class="charts">${measures.map((measure) => chart(measure, throughput))}</div>
<details><summary>The numbers of these charts</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Throughput over time"><table>
<caption>Averages of ${duration(throughput.span)} each</caption>
<thead><tr><th scope="col">From (UTC)</th><th scope="col" class="number">Data</th><th scope="col" class="number">Items</th></tr></thead>
<tbody>${throughput.bars.map((bar) => html`<tr><th scope="row">${timeOf(bar)}</th>${measures.map(({ value, text }) => html`<td class="number">${text(value(bar))}</td>`)}</tr>\n`)}</tbody></table></div></details>`;
}

function chart(measure: Measure, { bars, span }: Throughput): Html {
  const { title, value, text, fill } = measure;
  const peak = bars.reduce((highest, bar) => Math.max(highest, value(bar)), 0);
  const top = roundUp(peak);
  const width = (WIDTH - LEFT) / bars.length;
  const height = HEIGHT - TOP - BOTTOM;
  const y = (part: number): string => (TOP + height * (1 - part)).toFixed(1);
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS);
  const [first] = bars;
  const last = bars.at(-1);
  const label = `${title} over time: at most ${text(peak)}, bars of ${duration(span)} from ${first ? timeOf(first) : ""} to ${last ? timeOf(last) : ""} UTC`;
  return html`<figure><figcaption>${title} <span class="note">each bar: average of ${duration(span)}</span></figcaption>
<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${ticks.map((tick) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y(tick)}" y2="${y(tick)}"/><text x="${LEFT - 8}" y="${y(tick)}" dy="0.32em" text-anchor="end">${text(top * tick)}</text>`)}
${bars.map((bar, index) => html`<rect class="${fill}" x="${(LEFT + index * width + Math.min(1, width / 8)).toFixed(2)}" y="${y(value(bar) / top)}" width="${Math.max(width - Math.min(2, width / 4), 0.5).toFixed(2)}" height="${((height * value(bar)) / top).toFixed(1)}"><title>${timeOf(bar)}: ${text(value(bar))}</title></rect>`)}
${first && html`<text x="${LEFT}" y="${HEIGHT - 6}">${timeOf(first).slice(0, 16)}</text>`}
${last && last !== first && html`<text x="${WIDTH}" y="${HEIGHT - 6}" text-anchor="end">${timeOf(last).slice(0, 16)}</text>`}
</svg></figure>`;
}

function timeOf({ from }: ThroughputBar): string {
  return moment(new Date(from).toISOString());
}

/** The next larger of 1, 2, 4 or 8 times a power of ten, so that the marks of the axis are plain numbers. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 8].find((step) => step * power >= value) ?? 10) * power;
}
