import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { nameColumn, processColumns, processCpu, ratioColumn } from "../harness/figures.mjs";
import { makeFile } from "../harness/files.mjs";
import { primepack } from "../harness/node-task.mjs";
import { round } from "../harness/report.mjs";
import { interleave, typical } from "../harness/rounds.mjs";
import { MEBIBYTE } from "../harness/sizes.mjs";
import { targetFile } from "../harness/target.mjs";

export const directoryLarge = {
  name: "directory-large",
  title: "a whole build of few large files into a directory",
  async run({ quick, rounds, scratch, tools, measure, log }) {
    const size = (quick ? 64 : 512) * MEBIBYTE;
    const source = join(scratch, "source");
    await mkdir(source);
    const names = ["a.bin", "b.bin"];
    for (const name of names) await makeFile(join(source, name), size);
    const out = join(scratch, "out");
    const contestant = (name, command) => ({
      name,
      async run() {
        const run = await measure(command);
        await rm(out, { recursive: true });
        return run;
      },
    });
    const contestants = [
      contestant("primepack", primepack("build", source, "--target", targetFile, "--out", out, "--quiet")),
    ];
    const openssl = tools.get("openssl").command;
    if (openssl) {
      const zero = "0".repeat(32);
      const script = `mkdir "$0" && for f; do "${openssl}" enc -aes-256-cbc -K ${zero}${zero} -iv ${zero} -in "$f" | tee "$0/\${f##*/}" | "${openssl}" md5 >"$0/\${f##*/}.md5"; done`;
      const files = names.map((name) => join(source, name));
      contestants.push(contestant("openssl enc | tee | openssl md5", ["sh", "-c", script, out, ...files]));
    }
    const cp = tools.get("cp").command;
    if (cp) contestants.push(contestant("null: cp -r", [cp, "-r", source, out]));
    const rows = await interleave(contestants, { rounds, log });
    const gigabytes = (names.length * size) / 1e9;
    return {
      facts: [
        `${names.length} files of ${size / MEBIBYTE} MiB, in the page cache; whole processes`,
        "primepack: encrypted, both hashes, manifest files, read-back, in blocks of 8 MiB; openssl has no QuickXorHash",
      ],
      rows,
      columns: {
        ...nameColumn,
        "GB per CPU s": (row) => round(gigabytes / typical(row, processCpu)),
        ...ratioColumn("x primepack's CPU", rows[0], processCpu),
        ...processColumns,
      },
      goals: [],
    };
  },
};
