import { nameColumn, peak, processColumns, work, workColumn } from "../harness/figures.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";

export const memory = {
  name: "memory",
  title: "peak memory of a dry run against the number of items",
  async run({ quick, rounds, measure, log }) {
    const counts = quick ? [1000, 10_000, 100_000] : [10_000, 100_000, 1_000_000];
    const rows = await interleave(
      counts.map((count) => ({ name: `${count} files`, count, run: () => measure(nodeTask("memory", count)) })),
      { rounds, log },
    );
    const [, middle, most] = rows;
    return {
      facts: ["files that a generator makes up, 400 in a folder; scanned, named, planned and reported, nothing sealed"],
      rows,
      columns: {
        ...nameColumn,
        "ms CPU a file": (row) => typical(row, (run) => (1e3 * work(run)) / row.count).toFixed(4),
        ...workColumn,
        ...processColumns,
      },
      goals: [
        {
          goal: `peak memory of ${most.name}, as a multiple of ${middle.name}`,
          value: ratio(most, middle, peak),
          atMost: 1.2,
          unit: " x",
        },
      ],
    };
  },
};
