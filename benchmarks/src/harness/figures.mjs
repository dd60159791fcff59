import { megabytes, seconds } from "./report.mjs";
import { ratio, typical } from "./rounds.mjs";

/** CPU seconds of the work alone where the contestant says it, else of its process. */
export const work = (run) => run.report?.cpu ?? run.cpu;
/** CPU seconds of the whole process. */
export const processCpu = (run) => run.cpu;
const wall = (run) => run.wall;
/** Bytes. */
export const peak = (run) => run.peak;

/** Columns that many tables share. */
export const nameColumn = { row: ({ name }) => name };
export const processColumns = {
  "process CPU s": (row) => seconds(typical(row, processCpu)),
  "wall s": (row) => seconds(typical(row, wall)),
  "peak MB": (row) => megabytes(typical(row, peak)),
};
export const workColumn = { "work CPU s": (row) => seconds(typical(row, work)) };
export const ratioColumn = (heading, base, figure) => ({
  [heading]: (row) => ratio(row, base, figure).toFixed(2),
});
