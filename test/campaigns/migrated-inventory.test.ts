import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { richCampaign } from "./rich-campaign.ts";

const folder = temporaryFolder();

describe("primepack migrate of an inventory", () => {
  it("brings every attribute that a line can say, of 60 files and 60 list items", { timeout: 600_000 }, async () => {
    const result = await richCampaign({ directory: folder(), items: 60, seed: 1 });
    expect(result.findings).toEqual([]);
    expect(result.versions).toBeGreaterThan(80);
  });
});
