import { join } from "node:path";
import { nameColumn, processColumns, ratioColumn, work, workColumn } from "../harness/figures.mjs";
import { makeFile } from "../harness/files.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { round } from "../harness/report.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";
import { GIBIBYTE, MEBIBYTE } from "../harness/sizes.mjs";

export const seal = {
  name: "seal",
  title: "sealing large files into a null container",
  async run({ quick, rounds, scratch, tools, measure, log }) {
    const size = quick ? 128 * MEBIBYTE : GIBIBYTE;
    const files = [join(scratch, "a.bin"), join(scratch, "b.bin")];
    for (const file of files) await makeFile(file, size);
    const contestants = [
      { name: "bare, bytes in memory", run: () => measure(nodeTask("seal-bare", "memory", ...files)) },
      { name: "bare, read with readSync", run: () => measure(nodeTask("seal-bare", "read", ...files)) },
      { name: "primepack", run: () => measure(nodeTask("seal-core", "default", ...files)) },
      { name: "primepack, workers: 0", run: () => measure(nodeTask("seal-core", 0, ...files)) },
    ];
    const { command: openssl } = tools.get("openssl");
    if (openssl) {
      const zero = "0".repeat(32);
      // One pass as a user would script it; openssl has no QuickXorHash.
      const pipe = `for f; do "${openssl}" enc -aes-256-cbc -K ${zero}${zero} -iv ${zero} -in "$f" | "${openssl}" md5 -binary >/dev/null; done`;
      contestants.push({
        name: "openssl enc | openssl md5",
        run: () => measure(["sh", "-c", pipe, "sh", ...files]),
      });
    }
    const rows = await interleave(contestants, { rounds, log });
    const [bare, , core] = rows;
    const gigabytes = (files.length * size) / 1e9;
    return {
      facts: [
        `${files.length} files of ${size / MEBIBYTE} MiB, in the page cache; bare: AES-256-CBC, MD5 and QuickXorHash in chunks of 64 KiB`,
        "primepack: a whole build with default options (blocks of 8 MiB), manifest files and read-back included",
        "work: without the start of Node and the loading of modules; openssl: whole processes, and no QuickXorHash",
      ],
      rows,
      columns: {
        ...nameColumn,
        ...workColumn,
        "GB per CPU s": (row) => round(gigabytes / typical(row, work)),
        ...ratioColumn("x bare", bare, work),
        ...processColumns,
      },
      goals: [
        {
          goal: "CPU of sealing, as a multiple of bare node:crypto and QuickXorHash in chunks of 64 KiB",
          value: ratio(core, bare, work),
          atMost: 1.25,
          unit: " x",
        },
      ],
    };
  },
};
