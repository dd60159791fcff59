import { join } from "node:path";
import { nameColumn, work } from "../harness/figures.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { megabytes, seconds } from "../harness/report.mjs";
import { interleave, typical } from "../harness/rounds.mjs";

export const ledger = {
  name: "ledger",
  title: "a ledger of many files: writing it by packages of 250, looking every file up, and its memory",
  async run({ quick, rounds, scratch, measure, log }) {
    const counts = quick ? [10_000, 100_000] : [100_000, 1_000_000];
    let made = 0;
    const contestants = counts.flatMap((count) => {
      let path = "";
      return [
        {
          name: `write ${count}`,
          count,
          run: () => {
            made += 1;
            path = join(scratch, `ledger-${made}`);
            return measure(nodeTask("ledger", "write", path, count));
          },
        },
        { name: `read ${count}`, count, run: () => measure(nodeTask("ledger", "read", path, count)) },
      ];
    });
    // A ledger is read that was written before: no other order than this one.
    const rows = [];
    for (const contestant of contestants) rows.push(...(await interleave([contestant], { rounds, log })));
    const anonymous = (run) => run.report.anonymous;
    const [, smallRead, write, read] = rows;
    return {
      facts: [
        "files that are made up, 400 in a folder; a write is on the disk when it ends",
        "anonymous memory is the process's own; file-backed memory (the ledger, and Node itself) the system takes back at will",
      ],
      rows,
      columns: {
        ...nameColumn,
        "µs CPU an entry": (row) => typical(row, (run) => (1e6 * work(run)) / row.count).toFixed(2),
        "work CPU s": (row) => seconds(typical(row, work)),
        "wall s": (row) => seconds(typical(row, (run) => run.report.wall)),
        "anonymous MB": (row) => megabytes(typical(row, anonymous)),
        "file-backed MB": (row) => megabytes(typical(row, (run) => run.report.fileBacked)),
        "ledger MB": (row) => megabytes(typical(row, (run) => run.report.bytes)),
      },
      goals: [
        { goal: `anonymous memory of ${write.name}`, value: typical(write, anonymous) / 1e6, atMost: 150, unit: " MB" },
        { goal: `anonymous memory of ${read.name}`, value: typical(read, anonymous) / 1e6, atMost: 150, unit: " MB" },
        {
          goal: `anonymous memory of ${read.name}, as a multiple of ${smallRead.name}`,
          value: typical(read, anonymous) / typical(smallRead, anonymous),
          atMost: 1.5,
          unit: " x",
        },
      ],
    };
  },
};
