// Runs a campaign of test/campaigns at a size of one's own: npm run campaign -- kill|tree|rich|mappings [OPTIONS], see the README there.
// Build first. What it prints is what it found; anything that should not be makes it fail.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: "string", default: "10000" },
    kills: { type: "string", default: "20" },
    "emulator-kills": { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    alone: { type: "boolean", default: false },
    "package-items": { type: "string", default: "40" },
    mappings: { type: "string", default: "100000" },
    moves: { type: "string", default: "300" },
  },
});
const { files, kills, "emulator-kills": emulatorKills, seed, alone, "package-items": packageItems } = values;
const { mappings, moves } = values;
const numbers = {
  files: Number(files),
  kills: Number(kills),
  emulatorKills: Number(emulatorKills),
  packageItems: Number(packageItems),
  mappings: Number(mappings),
  moves: Number(moves),
};
const [campaign = "", ...others] = positionals;
if (
  !["kill", "tree", "rich", "mappings"].includes(campaign) ||
  others.length > 0 ||
  !Object.values(numbers).every((number) => Number.isSafeInteger(number) && number >= 0)
) {
  console.error(
    "Usage: npm run campaign -- kill [--files N] [--kills N] [--emulator-kills N] [--seed TEXT] [--package-items N] [--alone]\n" +
      "       npm run campaign -- tree|rich [--files N] [--seed TEXT]\n" +
      "       npm run campaign -- mappings [--mappings N] [--moves N] [--kills N] [--seed TEXT]",
  );
  process.exit(2);
}

const args = [
  "scripts/pnpm.mjs",
  "exec",
  "vitest",
  "run",
  "--config",
  "test/campaigns/vitest.config.ts",
  "--root",
  root,
];
const { status } = spawnSync(process.execPath, [...args, `${campaign}.campaign`], {
  cwd: root,
  env: { ...process.env, PRIMEPACK_CAMPAIGN: JSON.stringify({ ...numbers, seed, alone }) },
  stdio: "inherit",
});
process.exit(status ?? 1);
