// npm run bench [-- SCENARIO… --quick --rounds N --scratch DIR --list]: see docs/performance.md.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createMeasure } from "./harness/measure.mjs";
import { machine, save, table, verdict } from "./harness/report.mjs";
import { findTools } from "./harness/tools.mjs";
import { scenarios } from "./scenarios/index.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    scratch: { type: "string", default: tmpdir() },
    list: { type: "boolean", default: false },
  },
});

const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown.length > 0 || values.list) {
  if (unknown.length > 0) console.error(`Cannot run ${unknown.join(", ")} as there is no such scenario`);
  for (const { name, title } of scenarios) console.log(`${name.padEnd(18)} ${title}`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const { quick } = values;
const rounds = values.rounds === undefined ? (quick ? 2 : 5) : Number(values.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(`Cannot run as --rounds takes a whole number from 1: current value is ${values.rounds}`);
  process.exit(2);
}

const tools = findTools();
await mkdir(values.scratch, { recursive: true });
const scratch = await mkdtemp(join(values.scratch, "primepack-bench-"));
const log = (text) => process.stderr.write(`  ${text}\n`);
const measure = createMeasure(tools, scratch);
const verdicts = [];
let failed = false;

/** Ends helpers that a scenario started, and drops its scratch folder. */
const cleanups = [];
const cleanUp = async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
};
process.once("SIGINT", () =>
  cleanUp().finally(() => rm(scratch, { recursive: true }).finally(() => process.exit(130))),
);

console.log(`machine: ${JSON.stringify(machine(tools))}`);
for (const [name, { missing }] of tools)
  if (missing) console.log(`${name} is left out as it is not installed: ${missing}`);

for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.includes(scenario.name)) continue;
  console.log(`\n## ${scenario.name}: ${scenario.title}${quick ? " (quick)" : ""}\n`);
  const folder = join(scratch, scenario.name);
  await mkdir(folder);
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  try {
    const bench = { quick, rounds, scratch: folder, tools, measure, log, onEnd: (cleanup) => cleanups.push(cleanup) };
    const { facts, rows, columns, goals } = await scenario.run(bench);
    for (const fact of facts) console.log(`${fact}.`);
    console.log(`\n${table(rows, columns)}\n`);
    const judged = goals.map(verdict);
    for (const { goal, text, bound, reached } of judged) {
      console.log(`${reached ? "reached    " : "NOT REACHED"} ${goal}: ${text} (goal ${bound})`);
    }
    verdicts.push(...judged.map((one) => ({ scenario: scenario.name, ...one })));
    const date = new Date().toISOString();
    const shown = rows.map(({ run: _, ...row }) => row);
    await save(scenario.name, {
      scenario: scenario.name,
      date,
      quick,
      rounds,
      machine: machine(tools),
      facts,
      rows: shown,
      goals: judged,
    });
  } catch (error) {
    failed = true;
    console.error(`Cannot finish ${scenario.name}: ${error.stack}`);
  }
  await cleanUp();
}
await rm(scratch, { recursive: true });

if (verdicts.length > 0) {
  console.log("\n## Goals\n");
  const columns = {
    goal: ({ scenario, goal }) => `${scenario}: ${goal}`,
    reach: ({ bound }) => bound,
    measured: ({ text }) => text,
    verdict: ({ reached }) => (reached ? "reached" : "NOT REACHED"),
  };
  console.log(table(verdicts, columns));
  if (quick) console.log("\nQuick runs are smaller than the goals say; start-up weighs more in them.");
}
// A goal that isn't reached is a result; a scenario that can't run is a failure.
process.exitCode = failed ? 1 : 0;
