import { mkdir, writeFile } from "node:fs/promises";
import { arch, cpus, release, totalmem, type } from "node:os";

/** Prints rows as a Markdown table; `columns` maps a heading to a function of the row that gives a text. */
export function table(rows, columns) {
  const headings = Object.keys(columns);
  const cells = rows.map((row) => headings.map((heading) => columns[heading](row)));
  const widths = headings.map((heading, at) => Math.max(heading.length, ...cells.map((line) => line[at].length)));
  const line = (texts) =>
    `| ${texts.map((text, at) => (at === 0 ? text.padEnd(widths[at]) : text.padStart(widths[at]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(headings), rule, ...cells.map(line)].join("\n");
}

/** `value` against what is to be reached: `{ goal, value, atMost }` or `{ goal, value, atLeast }`, with a unit. */
export function verdict({ goal, value, atMost, atLeast, unit = "" }) {
  const reached = atMost === undefined ? value >= atLeast : value <= atMost;
  const bound = atMost === undefined ? `>= ${atLeast}` : `<= ${atMost}`;
  // A digit more than in tables, so that a value just beyond its bound does not look like it.
  const text = value >= 1000 ? round(value) : String(Number(value.toPrecision(4)));
  return { goal, value, bound: `${bound}${unit}`, reached, text: `${text}${unit}` };
}

export const round = (value) =>
  value >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));

export const seconds = (value) => value.toFixed(2);
export const megabytes = (bytes) => (bytes / 1e6).toFixed(0);

/** The machine, as far as results depend on it. */
export function machine(tools) {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cpus: cpus().length,
    memory: totalmem(),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    openssl: process.versions.openssl,
    tools: Object.fromEntries([...tools].map(([name, tool]) => [name, tool.version ?? "not installed"])),
  };
}

/** Writes the results of a scenario as JSON into benchmarks/results. */
export async function save(name, result) {
  const folder = new URL("../../results/", import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(result, undefined, 2)}\n`);
}
