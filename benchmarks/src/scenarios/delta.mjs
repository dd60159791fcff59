import { join } from "node:path";
import { nameColumn, processColumns, processCpu, work, workColumn } from "../harness/figures.mjs";
import { makeTree } from "../harness/files.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { megabytes } from "../harness/report.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";

export const delta = {
  name: "delta",
  title: "a delta run over a tree in which nothing has changed",
  async run({ quick, rounds, scratch, measure, log }) {
    const count = quick ? 20_000 : 200_000;
    const tree = await makeTree(join(scratch, "tree"), { count, bytes: 100 });
    const ledger = join(scratch, "ledger");
    log("first run, which fills the ledger");
    const first = await measure(nodeTask("delta", "first", tree, ledger, "run-1"));
    if (first.report.files !== count) throw new Error(`Cannot go on as ${first.report.files} files were packaged`);
    let runs = 1;
    const contestants = [
      {
        name: "delta run",
        run: () => {
          runs += 1;
          return measure(nodeTask("delta", "again", tree, ledger, `run-${runs}`));
        },
      },
      { name: "scan alone", run: () => measure(nodeTask("delta", "scan", tree)) },
    ];
    const rows = await interleave(contestants, { rounds, log });
    const [again, scan] = rows;
    for (const { report } of again.runs) {
      if (report.files !== count) throw new Error(`Cannot judge the run as it told of ${report.files} files`);
    }
    return {
      facts: [
        `${count} files of 100 bytes, 400 in a folder; names and attributes in the page cache`,
        `the first run, into a store that keeps nothing, made ${first.report.packages} packages in ${first.cpu.toFixed(1)} s of CPU; all were confirmed`,
        "the delta run asks for identities, looks every item up in the ledger (LMDB) and tells of each; the scan does neither",
        `anonymous memory of the delta run ${megabytes(typical(again, (run) => run.report.anonymous))} MB, file-backed (the ledger, and Node itself) ${megabytes(typical(again, (run) => run.report.fileBacked))} MB`,
      ],
      rows,
      columns: {
        ...nameColumn,
        "µs CPU a file": (row) => typical(row, (run) => (1e6 * work(run)) / count).toFixed(2),
        ...workColumn,
        ...processColumns,
      },
      goals: [
        {
          goal: "CPU of the process, as a multiple of the scan alone",
          value: ratio(again, scan, processCpu),
          atMost: 1.5,
          unit: " x",
        },
        { goal: "packages", value: Math.max(...again.runs.map(({ report }) => report.packages)), atMost: 0 },
      ],
    };
  },
};
