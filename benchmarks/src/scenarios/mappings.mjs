import { join } from "node:path";
import { nameColumn, peak, work } from "../harness/figures.mjs";
import { makeMappingFile } from "../harness/mappings.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { megabytes, round, seconds } from "../harness/report.mjs";
import { interleave, typical } from "../harness/rounds.mjs";

export const mappings = {
  name: "mappings",
  title: "a file of identity mappings applied over HTTP, and read again when nothing of it has changed",
  async run({ quick, rounds, scratch, measure, log }) {
    const counts = quick ? [2000, 20_000] : [10_000, 100_000];
    let made = 0;
    const rows = [];
    for (const count of counts) {
      const file = await makeMappingFile(join(scratch, `users-${count}.csv`), count);
      let state = "";
      const task = (mode) => measure(nodeTask("mappings", mode, file, state));
      const contestants = [
        {
          name: `apply ${count}`,
          count,
          run: () => {
            made += 1;
            state = join(scratch, `state-${made}`);
            return task("apply");
          },
        },
        { name: `unchanged ${count}`, count, run: () => task("unchanged") },
        { name: `dry run ${count}`, count, run: () => task("dry-run") },
      ];
      // What is read again was applied before: no other order than this one.
      for (const contestant of contestants) rows.push(...(await interleave([contestant], { rounds, log })));
    }
    const anonymous = (run) => run.report.anonymous;
    const [small, , , large, again] = rows;
    return {
      facts: [
        "users with target, type and mail address, from CSV; 50 entries a request, 4 requests at once; a request's record is on the disk before it is sent",
        "the service answers at once, and is in the same process: its CPU and memory count",
        "unchanged: the same file applied once more, which sends nothing; dry run: the same, into a journal that is thrown away",
      ],
      rows,
      columns: {
        ...nameColumn,
        requests: (row) => String(typical(row, ({ report }) => report.requests)),
        "entries/s": (row) => round(typical(row, ({ report }) => row.count / report.wall)),
        "µs CPU an entry": (row) => typical(row, (run) => (1e6 * work(run)) / row.count).toFixed(0),
        "work CPU s": (row) => seconds(typical(row, work)),
        "anonymous MB": (row) => megabytes(typical(row, anonymous)),
        "peak MB": (row) => megabytes(typical(row, peak)),
      },
      goals: [
        {
          goal: "anonymous memory, with the service",
          value: Math.max(...rows.map((row) => typical(row, anonymous))) / 1e6,
          atMost: 200,
          unit: " MB",
        },
        {
          goal: "peak memory, with the service and the mapped journal",
          value: Math.max(...rows.map((row) => typical(row, peak))) / 1e6,
          atMost: 200,
          unit: " MB",
        },
        {
          goal: `anonymous memory of ${large.name}, as a multiple of ${small.name}`,
          value: typical(large, anonymous) / typical(small, anonymous),
          atMost: 1.5,
          unit: " x",
        },
        { goal: `requests of ${again.name}`, value: typical(again, ({ report }) => report.requests), atMost: 0 },
      ],
    };
  },
};
