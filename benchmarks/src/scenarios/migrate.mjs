import { join } from "node:path";
import { startAzurite } from "../harness/azurite.mjs";
import { startEmulator } from "../harness/emulator.mjs";
import { nameColumn, peak, processColumns, processCpu, ratioColumn } from "../harness/figures.mjs";
import { makeTree } from "../harness/files.mjs";
import { primepack } from "../harness/node-task.mjs";
import { interleave, median, ratio, typical } from "../harness/rounds.mjs";
import { buildInto } from "../harness/uploaders.mjs";

const BYTES = 20_000;

export const migrate = {
  name: "migrate",
  title: "whole migrations to the emulator, beside builds into the same kind of storage",
  async run(bench) {
    const { quick, rounds, scratch, measure } = bench;
    const few = quick ? 200 : 500;
    const many = 4 * few;
    const libraries = Array.from({ length: 2 * rounds }, (_, number) => `library${number}`);
    const site = await startEmulator(bench, join(scratch, "emulator"), libraries);
    const storage = await startAzurite(bench);
    const free = [...libraries];
    const contestants = [];
    for (const files of [many, few]) {
      const folder = await makeTree(join(scratch, `tree-${files}`), { count: files, bytes: BYTES });
      contestants.push({
        name: `migrate, ${files} files`,
        files,
        run() {
          const library = free.pop();
          const target = ["--site", site, "--library", library, "--out", join(scratch, `run-${library}`)];
          const polls = ["--poll-running", "2", "--poll-queued", "2", "--json"];
          return measure(primepack("migrate", folder, ...target, ...polls));
        },
      });
      contestants.push({ name: `build, ${files} files`, files, run: () => buildInto(bench, storage, folder) });
    }
    const rows = await interleave(contestants, bench);
    const [migrated, built, migratedFew, builtFew] = rows;
    const further = (all, part) =>
      median(
        all.runs.map(
          (run, round) => (1e3 * (processCpu(run) - processCpu(part.runs[round]))) / (all.files - part.files),
        ),
      );
    return {
      facts: [
        `${many} and ${few} files of ${BYTES} bytes, 400 in a folder, in the page cache; default packages of 250 items`,
        "only the client is measured: the emulator and Azurite are processes of their own, and slow; wall time is theirs",
        "a build encrypts, hashes, uploads and snapshots into containers of its own; a migration does so too, and keeps a journal, creates jobs, looks at each every two seconds, reads logs, and writes the report",
        `a further file: ${further(migrated, migratedFew).toFixed(2)} ms of CPU migrated, ${further(built, builtFew).toFixed(2)} ms built`,
      ],
      rows,
      columns: {
        ...nameColumn,
        "ms CPU a file": (row) => typical(row, (run) => (1e3 * processCpu(run)) / row.files).toFixed(3),
        ...ratioColumn(`x build of ${many}`, built, processCpu),
        ...processColumns,
      },
      goals: [
        {
          goal: "client CPU, as a multiple of the build alone",
          value: ratio(migrated, built, processCpu),
          atMost: 2,
          unit: " x",
        },
        { goal: "peak memory", value: typical(migrated, peak) / 1e6, atMost: 300, unit: " MB" },
      ],
    };
  },
};
