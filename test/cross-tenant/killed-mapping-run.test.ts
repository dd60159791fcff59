import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { batchCampaign } from "../campaigns/batch-campaign.ts";
import { mappingCampaign } from "../campaigns/mapping-campaign.ts";

const folder = temporaryFolder();

describe("primepack tenant map, killed and run again", () => {
  it("applies each entry once: 1,000 mappings, 4 kills", { timeout: 300_000 }, async () => {
    const result = await mappingCampaign({ directory: folder("mappings"), mappings: 1000, kills: 4, seed: "1" });
    expect(result.findings).toEqual([]);
    expect(result.first.applied).toBe(1000);
    expect(result.first.kills).toBeGreaterThan(0);
    expect(result.again).toMatchObject({ applied: 0, requests: 0 });
    expect(result.changed).toMatchObject({ applied: 100 + 50 + 50 });
  });
});

describe("primepack tenant move --batch, killed and resumed", () => {
  it("creates one task for each source: 60 moves, 3 kills", { timeout: 300_000 }, async () => {
    const result = await batchCampaign({ directory: folder("moves"), moves: 60, kills: 3, seed: "1" });
    expect(result.findings).toEqual([]);
    expect(result.tasks).toBe(60);
    expect(result.kills).toBeGreaterThan(0);
  });
});
