import { nameColumn, peak, processColumns, work, workColumn } from "../harness/figures.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { round } from "../harness/report.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";

export const manifestExported = {
  name: "manifest-exported",
  title: "reading a large Manifest.xml as SharePoint exports it",
  async run({ quick, rounds, measure, log }) {
    const bytes = quick ? 100e6 : 1e9;
    const contestant = (name, mode) => ({ name, run: () => measure(nodeTask("exported-read", mode, bytes)) });
    const rows = await interleave([contestant("primepack", "core"), contestant("bare saxes", "saxes")], {
      rounds,
      log,
    });
    for (const { name, runs } of rows) {
      for (const { report } of runs) {
        if (report.objects !== report.expected) throw new Error(`${name} read ${report.objects} objects`);
      }
    }
    const [core, saxes] = rows;
    return {
      facts: [
        `${round(core.runs[0].report.size / 1e6)} MB, ${core.runs[0].report.expected} objects: a library with settings, columns and views; files and items of 3 versions, with EncodedAttributes, properties and 12 columns; in chunks of 64 KiB of a block in memory that is given again and again`,
        "primepack: typed objects, every attribute checked; bare saxes: start tags with attributes, end tags, text, default options",
      ],
      rows,
      columns: {
        ...nameColumn,
        "MB per CPU s": (row) => round(bytes / 1e6 / typical(row, work)),
        ...workColumn,
        ...processColumns,
        "x speed of saxes": (row) => ratio(saxes, row, work).toFixed(2),
      },
      goals: [
        {
          goal: "speed, as a multiple of bare saxes on the same bytes",
          value: ratio(saxes, core, work),
          atLeast: 0.7,
          unit: " x",
        },
        { goal: "peak memory", value: typical(core, peak) / 1e6, atMost: 200, unit: " MB" },
      ],
    };
  },
};
