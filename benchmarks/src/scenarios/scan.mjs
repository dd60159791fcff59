import { nameColumn, processColumns, work, workColumn } from "../harness/figures.mjs";
import { makeTree } from "../harness/files.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { round } from "../harness/report.mjs";
import { interleave, typical } from "../harness/rounds.mjs";

export const scan = {
  name: "scan",
  title: "listing a tree of small files, with sizes and dates",
  async run({ quick, rounds, scratch, tools, measure, log }) {
    const count = quick ? 10_000 : 100_000;
    const root = await makeTree(`${scratch}/tree`, { count, bytes: 100 });
    const contestant = (name, command) => ({ name, run: () => measure(command) });
    const contestants = [
      contestant("primepack", nodeTask("scan", "core", root)),
      contestant("bare readdir and lstat", nodeTask("scan", "bare", root)),
      contestant("fast-glob with stats", nodeTask("scan", "fast-glob", root)),
    ];
    const find = tools.get("find").command;
    if (find) contestants.push(contestant("find -printf", [find, root, "-type", "f", "-printf", "%s %T@ %p\n"]));
    const rclone = tools.get("rclone").command;
    if (rclone) contestants.push(contestant("rclone size", [rclone, "size", "--config", "", root]));
    const rows = await interleave(contestants, { rounds, log });
    return {
      facts: [`${count} files of 100 bytes, 400 in a folder; names and attributes in the page cache`],
      rows,
      columns: {
        ...nameColumn,
        "files per CPU s": (row) => round(typical(row, (run) => count / work(run))),
        "ms CPU a file": (row) => (1e3 * typical(row, (run) => work(run) / count)).toFixed(4),
        ...workColumn,
        ...processColumns,
      },
      goals: [],
    };
  },
};
