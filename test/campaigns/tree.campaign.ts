import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { treeCampaign } from "./tree-campaign.ts";

/** By `scripts/campaign.mjs`. */
const { files, seed } = JSON.parse(process.env.PRIMEPACK_CAMPAIGN ?? "{}") as {
  readonly files: number;
  readonly seed: string;
};
const log = (line: string) => process.stdout.write(`${line}\n`);

it(`migrates a tree of ${files} files, seed ${seed}`, { timeout: 0 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "primepack-campaign-"));
  log(`in ${directory}, which stays if anything is found`);
  const result = await treeCampaign({ directory, files, seed, log });
  log(JSON.stringify(result, undefined, 2));
  expect(result.findings).toEqual([]);
  await rm(directory, { recursive: true, force: true });
});
