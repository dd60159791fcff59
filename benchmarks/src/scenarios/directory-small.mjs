import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { nameColumn, peak, processColumns, processCpu } from "../harness/figures.mjs";
import { makeTree } from "../harness/files.mjs";
import { nodeTask, primepack } from "../harness/node-task.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";
import { targetFile } from "../harness/target.mjs";

const BYTES = 2000;

export const directorySmall = {
  name: "directory-small",
  title: "whole builds of many small files into a directory",
  async run({ quick, rounds, scratch, tools, measure, log }) {
    const few = quick ? 2000 : 20_000;
    const many = 10 * few;
    const trees = new Map();
    for (const count of [few, many]) {
      log(`making ${count} files`);
      trees.set(count, await makeTree(join(scratch, `tree-${count}`), { count, bytes: BYTES }));
    }
    const out = join(scratch, "out");
    /** What was written is removed between the runs, unmeasured. */
    const contestant = (name, files, command) => ({
      name,
      files,
      async run() {
        const run = await measure(command(trees.get(files)));
        await rm(out, { recursive: true });
        return run;
      },
    });
    const build = (tree) => primepack("build", tree, "--target", targetFile, "--out", out, "--quiet");
    const contestants = [
      contestant(`primepack, ${many} files`, many, build),
      contestant(`primepack, ${few} files`, few, build),
      contestant(`bare Node, ${few} files`, few, (tree) => nodeTask("copy-bare", tree, out)),
    ];
    const cp = tools.get("cp").command;
    if (cp) contestants.push(contestant(`null: cp -r, ${few} files`, few, (tree) => [cp, "-r", tree, out]));
    const rclone = tools.get("rclone").command;
    if (rclone) {
      const crypt = `:crypt,remote="${out}",password="${obscured(rclone)}":`;
      contestants.push(
        contestant(`rclone copy to a crypt remote, ${few} files`, few, (tree) => [
          rclone,
          "copy",
          "--config",
          "",
          "--transfers",
          "8",
          tree,
          crypt,
        ]),
      );
    }
    const rows = await interleave(contestants, { rounds, log });
    const [all, part] = rows;
    const milliseconds = (row) => typical(row, (run) => (1e3 * processCpu(run)) / row.files);
    return {
      facts: [
        `${many} and ${few} files of ${BYTES} bytes, 400 in a folder, in the page cache; whole processes, start included`,
        "primepack: encrypted, hashed, with manifest files, read-back, a line per item; default options",
      ],
      rows,
      columns: { ...nameColumn, "ms CPU a file": (row) => milliseconds(row).toFixed(3), ...processColumns },
      goals: [
        { goal: `peak memory of ${many} files`, value: typical(all, peak) / 1e6, atMost: 300, unit: " MB" },
        { goal: `the same, as a multiple of ${few} files`, value: ratio(all, part, peak), atMost: 1.2, unit: " x" },
        { goal: `CPU a file of ${many} files`, value: milliseconds(all), atMost: 0.7, unit: " ms" },
        {
          goal: `CPU a file of ${many} files, as a multiple of ${few} files (flat)`,
          value: milliseconds(all) / milliseconds(part),
          atMost: 1.1,
          unit: " x",
        },
      ],
    };
  },
};

/** A password in the form that rclone's configuration takes. */
function obscured(rclone) {
  return spawnSync(rclone, ["obscure", "benchmark"], { encoding: "utf8" }).stdout.trim();
}
