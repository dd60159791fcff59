import { join } from "node:path";
import { startServer } from "../harness/azurite.mjs";
import { nameColumn, processColumns, processCpu } from "../harness/figures.mjs";
import { makeTree } from "../harness/files.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { interleave, median, typical } from "../harness/rounds.mjs";
import { buildInto } from "../harness/uploaders.mjs";

const BYTES = 20_000;

export const httpNull = {
  name: "http-null",
  title: "many small files to a null HTTP sink, warm",
  async run(bench) {
    const few = bench.quick ? 500 : 2000;
    const many = 4 * few;
    const storage = await startServer(bench, nodeTask("null-blob-server"));
    const contestants = [];
    for (const files of [many, few]) {
      const folder = await makeTree(join(bench.scratch, `tree-${files}`), { count: files, bytes: BYTES });
      contestants.push({ name: `primepack, ${files} files`, files, run: () => buildInto(bench, storage, folder) });
    }
    const rows = await interleave(contestants, bench);
    const [all, part] = rows;
    const warm = median(
      all.runs.map((run, round) => (1e3 * (processCpu(run) - processCpu(part.runs[round]))) / (many - few)),
    );
    return {
      facts: [
        `${many} and ${few} files of ${BYTES} bytes, in the page cache; encrypted, hashed, two requests a file (Put Blob, Snapshot)`,
        `warm: what the ${many - few} further files cost, so that the start of the process does not count`,
        "the sink is a process of its own that answers at once",
      ],
      rows,
      columns: {
        ...nameColumn,
        "ms CPU a file": (row) => typical(row, (run) => (1e3 * processCpu(run)) / row.files).toFixed(3),
        ...processColumns,
      },
      goals: [{ goal: "CPU a file, warm", value: warm, atMost: 0.5, unit: " ms" }],
    };
  },
};
