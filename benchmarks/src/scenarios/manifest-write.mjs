import { rm } from "node:fs/promises";
import { join } from "node:path";
import { nameColumn, peak, processColumns, work, workColumn } from "../harness/figures.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { pythonTask } from "../harness/python-task.mjs";
import { round } from "../harness/report.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";
import { targetFile } from "../harness/target.mjs";

export const manifestWrite = {
  name: "manifest-write",
  title: "writing manifests with pairs of SPFile and SPListItem",
  async run({ quick, rounds, scratch, tools, measure, log }) {
    const small = quick ? 10_000 : 50_000;
    const large = 8 * small;
    const contestant = (name, files, command) => ({ name, files, run: () => measure(command) });
    const contestants = [
      contestant("primepack", large, nodeTask("manifest-write", "core", large)),
      contestant("primepack, 1/8 of the files", small, nodeTask("manifest-write", "core", small)),
      contestant("null: make the objects only", large, nodeTask("manifest-write", "null", large)),
      contestant("template strings, no escaping", large, nodeTask("manifest-write", "template", large)),
    ];
    if (tools.get("python3").command) {
      const path = join(scratch, "python.xml");
      const command = pythonTask(tools, "manifest_write", path, small, targetFile);
      contestants.push({
        ...contestant("Python ElementTree, 1/8 of the files", small, command),
        run: async () => {
          const run = await measure(command);
          await rm(path);
          return run;
        },
      });
    }
    const rows = await interleave(contestants, { rounds, log });
    const [core, less] = rows;
    const bytes = core.runs[0].report.bytes / large;
    const speed = (row) => typical(row, (run) => row.files / work(run));
    return {
      facts: [
        `${large} and ${small} files, an SPFile and an SPListItem each (${round(bytes)} bytes of XML); made one by one, which is counted`,
        "primepack begins a new manifest every 25 MB; the others write one",
        "chunks of about 64 KiB, dropped (Python: the whole tree, then a file in the page cache)",
      ],
      rows,
      columns: {
        ...nameColumn,
        "files per CPU s": (row) => round(speed(row)),
        ...workColumn,
        ...processColumns,
      },
      goals: [
        { goal: "files (pairs) per CPU second", value: speed(core), atLeast: 100_000 },
        {
          goal: "peak memory of 8 times the files, as a multiple (flat memory)",
          value: ratio(core, less, peak),
          atMost: 1.2,
          unit: " x",
        },
      ],
    };
  },
};
