import { nameColumn, peak } from "../harness/figures.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { megabytes, seconds } from "../harness/report.mjs";
import { interleave, typical } from "../harness/rounds.mjs";

export const watch = {
  name: "watch",
  title: "thousands of jobs watched over HTTP in virtual time: requests a minute, and memory",
  async run({ quick, rounds, measure, log }) {
    const count = quick ? 500 : 5000;
    // The default budget for all, and one that lets every job be asked as often as it should be.
    const contestants = [
      [count, 300],
      [count / 5, 6000],
    ].map(([jobs, budget]) => ({
      name: `${jobs} jobs, ${budget} requests a minute`,
      jobs,
      run: () => measure(nodeTask("watch", jobs, budget)),
    }));
    const rows = await interleave(contestants, { rounds, log });
    const [tight, ample] = rows;
    const perRunningMinute = ({ report }) => report.runningLooks / report.runningMinutes;
    const perQueuedMinute = ({ report }) => report.queuedLooks / report.queuedMinutes;
    return {
      facts: [
        "the jobs are created at once; a fifth of them runs at a time, for 8 minutes each, the others wait; one in ten has ten errors",
        "a look is a read of a job's events; one that brings news takes two requests, since only an empty page shows that there is no more",
        "the memory is that of watcher, client, what each job said, and of the server, which is in the same process",
      ],
      rows,
      columns: {
        ...nameColumn,
        "virtual min": (row) => typical(row, ({ report }) => report.minutes).toFixed(0),
        requests: (row) => typical(row, ({ report }) => report.requests).toFixed(0),
        "requests in the busiest min": (row) => typical(row, ({ report }) => report.busiestMinute).toFixed(0),
        "looks a running job-min": (row) => typical(row, perRunningMinute).toFixed(2),
        "looks a queued job-min": (row) => typical(row, perQueuedMinute).toFixed(2),
        "end seen after min": (row) => typical(row, ({ report }) => report.lateMinutes / row.jobs).toFixed(1),
        "work CPU s": (row) => seconds(typical(row, ({ report }) => report.cpu)),
        "peak MB": (row) => megabytes(typical(row, peak)),
      },
      goals: [
        {
          goal: "peak memory",
          value: Math.max(...rows.map((row) => typical(row, peak))) / 1e6,
          atMost: 300,
          unit: " MB",
        },
        {
          goal: "requests in the busiest minute of a budget of 300",
          value: typical(tight, ({ report }) => report.busiestMinute),
          atMost: 301,
        },
        {
          goal: "looks a running job-minute, with budget to spare",
          value: typical(ample, perRunningMinute),
          atMost: 1.1,
        },
        {
          goal: "looks a queued job-minute, with budget to spare",
          value: typical(ample, perQueuedMinute),
          atMost: 0.25,
        },
      ],
    };
  },
};
