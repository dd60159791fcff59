import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startAzurite } from "../harness/azurite.mjs";
import { nameColumn, processColumns, processCpu, ratioColumn } from "../harness/figures.mjs";
import { makeFile, makeTree } from "../harness/files.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";
import { MEBIBYTE } from "../harness/sizes.mjs";
import { uploaders } from "../harness/uploaders.mjs";

/** A scenario that uploads one folder to Azurite with everything that is installed. */
function upload({ name, title, make, fact, atMost, goal }) {
  return {
    name,
    title,
    async run(bench) {
      const { count } = await make(bench, join(bench.scratch, "source"));
      const storage = await startAzurite(bench);
      const contestants = uploaders(bench, storage, join(bench.scratch, "source"));
      const rows = await interleave(contestants, bench);
      const rclone = rows.find((row) => row.name.startsWith("rclone"));
      return {
        facts: [
          fact(bench),
          "primepack: encrypted, hashed, a snapshot of each blob, manifest files, read-back; the others: plain uploads without snapshots, default options",
          "whole processes of the clients; Azurite runs beside them and is not measured",
        ],
        rows,
        columns: {
          ...nameColumn,
          "client CPU s": (row) => typical(row, processCpu).toFixed(2),
          ...(rclone ? ratioColumn("x rclone", rclone, processCpu) : {}),
          "ms CPU a file": (row) => ((1e3 * typical(row, processCpu)) / count).toFixed(3),
          ...processColumns,
        },
        goals: rclone ? [{ goal, value: ratio(rows[0], rclone, processCpu), atMost, unit: " x" }] : [],
      };
    },
  };
}

const largeSize = ({ quick }) => (quick ? 32 : 256) * MEBIBYTE;

export const azuriteLarge = upload({
  name: "azurite-large",
  title: "few large files to Azurite",
  async make(bench, folder) {
    await mkdir(folder);
    for (const name of ["a.bin", "b.bin"]) await makeFile(join(folder, name), largeSize(bench));
    return { count: 2 };
  },
  fact: (bench) => `2 files of ${largeSize(bench) / MEBIBYTE} MiB, in the page cache; primepack in blocks of 8 MiB`,
  goal: "client CPU, as a multiple of rclone's plain upload",
  atMost: 1,
});

const smallCount = ({ quick }) => (quick ? 400 : 2000);

export const azuriteSmall = upload({
  name: "azurite-small",
  title: "many small files to Azurite",
  async make(bench, folder) {
    await makeTree(folder, { count: smallCount(bench), bytes: 20_000 });
    return { count: smallCount(bench) };
  },
  fact: (bench) => `${smallCount(bench)} files of 20,000 bytes, 400 in a folder, in the page cache`,
  goal: "client CPU, as a multiple of rclone's plain upload",
  atMost: 1.2,
});
