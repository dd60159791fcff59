import { stat } from "node:fs/promises";
import { join } from "node:path";
import { nameColumn, processColumns, work, workColumn } from "../harness/figures.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { pythonTask } from "../harness/python-task.mjs";
import { round } from "../harness/report.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";

export const manifestRead = {
  name: "manifest-read",
  title: "reading Manifest.xml",
  async run({ quick, rounds, scratch, tools, measure, log }) {
    const files = quick ? 10_000 : 50_000;
    const path = join(scratch, "Manifest.xml");
    await measure(nodeTask("manifest-write", "one", files, path));
    const contestant = (name, command) => ({ name, run: () => measure(command) });
    const contestants = [
      contestant("primepack", nodeTask("manifest-read", "core", path)),
      contestant("bare saxes", nodeTask("manifest-read", "saxes", path)),
      contestant("bare saxes, position: false", nodeTask("manifest-read", "saxes-plain", path)),
    ];
    if (tools.get("python3").command) {
      contestants.push(contestant("Python ElementTree, iterparse", pythonTask(tools, "manifest_read", path)));
    }
    const rows = await interleave(contestants, { rounds, log });
    for (const { name, runs } of rows) {
      for (const { report } of runs) {
        if (report.objects !== 2 * files) throw new Error(`${name} read ${report.objects} objects`);
      }
    }
    const [core, saxes] = rows;
    const { size } = await stat(path);
    return {
      facts: [
        `${files} pairs of SPFile and SPListItem, ${round(size / 1e6)} MB, from memory in chunks of 64 KiB (Python: from the page cache)`,
        "primepack: typed objects, every attribute checked; bare saxes: start tags with attributes, end tags, text, default options",
      ],
      rows,
      columns: {
        ...nameColumn,
        "MB per CPU s": (row) => round(size / 1e6 / typical(row, work)),
        ...workColumn,
        ...processColumns,
        "x speed of saxes": (row) => ratio(saxes, row, work).toFixed(2),
      },
      goals: [
        {
          goal: "speed, as a multiple of bare saxes on the same bytes",
          value: ratio(saxes, core, work),
          atLeast: 0.8,
          unit: " x",
        },
      ],
    };
  },
};
