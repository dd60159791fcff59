import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchCampaign } from "./batch-campaign.ts";
import { mappingCampaign } from "./mapping-campaign.ts";

/** By `scripts/campaign.mjs`. */
const { mappings, moves, kills, seed } = JSON.parse(process.env.PRIMEPACK_CAMPAIGN ?? "{}") as {
  readonly mappings: number;
  readonly moves: number;
  readonly kills: number;
  readonly seed: string;
};
const log = (line: string) => process.stdout.write(`${line}\n`);

describe(`cross-tenant files, killed ${kills} times each, seed ${seed}`, () => {
  let directory: string;
  const findings: string[] = [];
  const told = <Result extends { readonly findings: readonly string[] }>(result: Result) => {
    log(JSON.stringify(result, undefined, 2));
    findings.push(...result.findings);
    return result;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "primepack-campaign-"));
    log(`in ${directory}, which stays if anything is found`);
  });
  afterAll(async () => {
    if (findings.length === 0) await rm(directory, { recursive: true, force: true });
  });

  it(`applies ${mappings} mappings`, { timeout: 0 }, async () => {
    const result = told(await mappingCampaign({ directory: join(directory, "mappings"), mappings, kills, seed, log }));
    expect(result.findings).toEqual([]);
  });

  it(`moves ${moves} sources`, { timeout: 0 }, async () => {
    const result = told(await batchCampaign({ directory: join(directory, "moves"), moves, kills, seed, log }));
    expect(result.findings).toEqual([]);
  });
});
