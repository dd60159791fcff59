import { createHash, randomBytes } from "node:crypto";
import { Bench } from "tinybench";
import { quickXorHash } from "../core.mjs";
import { round } from "../harness/report.mjs";
import { typical } from "../harness/rounds.mjs";
import { KIBIBYTE, MEBIBYTE } from "../harness/sizes.mjs";

/** The rule as it is published, byte by byte: what a straight implementation costs. */
function straight(bytes) {
  const ring = new Uint8Array(20);
  let position = 0;
  for (const byte of bytes) {
    const at = position >> 3;
    const shift = position & 7;
    ring[at] ^= byte << shift;
    if (shift > 0) ring[(at + 1) % 20] ^= byte >> (8 - shift);
    position = (position + 11) % 160;
  }
  return ring;
}

export const quickXorHashScenario = {
  name: "quick-xor-hash",
  title: "QuickXorHash in GB/s of one core",
  async run({ quick, rounds, log }) {
    const { QuickXorHash } = await quickXorHash();
    const sizes = { "64 KiB": 64 * KIBIBYTE, "1 MiB": MEBIBYTE };
    const rows = [];
    for (let round = 0; round < rounds; round += 1) {
      log(`round ${round + 1} of ${rounds}`);
      const bench = new Bench({ time: quick ? 200 : 1000, warmupTime: 100 });
      for (const [label, size] of Object.entries(sizes)) {
        const bytes = randomBytes(size);
        const target = Buffer.alloc(size);
        const hash = new QuickXorHash();
        bench
          .add(`QuickXorHash, chunks of ${label}`, () => void hash.update(bytes))
          .add(`null: copy, chunks of ${label}`, () => void bytes.copy(target))
          .add(`MD5 (node:crypto), chunks of ${label}`, () => void createHash("md5").update(bytes).digest())
          .add(`straight QuickXorHash, chunks of ${label}`, () => void straight(bytes));
      }
      await bench.run();
      bench.tasks.forEach(({ name, result }, index) => {
        if (result.state !== "completed") throw result.error ?? new Error(`${name} did not complete`);
        const size = name.endsWith("64 KiB") ? 64 * KIBIBYTE : MEBIBYTE;
        rows[index] ??= { name, runs: [] };
        rows[index].runs.push({ gigabytesPerSecond: size / result.latency.p50 / 1e6 });
      });
    }
    const speed = (row) => typical(row, (run) => run.gigabytesPerSecond);
    return {
      facts: ["tinybench, the median of the calls; one hash that is fed the same chunk again and again, random bytes"],
      rows,
      columns: { row: ({ name }) => name, "GB/s": (row) => round(speed(row)) },
      goals: [{ goal: "QuickXorHash in chunks of 64 KiB, a core", value: speed(rows[0]), atLeast: 4, unit: " GB/s" }],
    };
  },
};
