import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { killCampaign } from "./kill-campaign.ts";

/** By `scripts/campaign.mjs`. */
const { files, kills, emulatorKills, seed, alone, packageItems } = JSON.parse(
  process.env.PRIMEPACK_CAMPAIGN ?? "{}",
) as {
  readonly files: number;
  readonly kills: number;
  readonly emulatorKills: number;
  readonly seed: string;
  readonly alone: boolean;
  readonly packageItems: number;
};
const log = (line: string) => process.stdout.write(`${line}\n`);

it(`migrates ${files} files, killed ${kills} times, seed ${seed}`, { timeout: 0 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "primepack-campaign-"));
  log(`in ${directory}, which stays if anything is found`);
  const result = await killCampaign({ directory, files, kills, emulatorKills, seed, alone, packageItems, log });
  log(JSON.stringify(result, undefined, 2));
  expect(result.findings).toEqual([]);
  await rm(directory, { recursive: true, force: true });
});
