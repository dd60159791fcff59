import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { treeCampaign } from "./tree-campaign.ts";

const folder = temporaryFolder();

describe("primepack migrate of a tree", () => {
  it("brings every byte and attribute, and explains every item: 300 files", { timeout: 600_000 }, async () => {
    const more = ["--max-megabytes", "8", "--max-items", "60"];
    const result = await treeCampaign({ directory: folder(), files: 300, seed: "1", largest: 20_000_000, more });
    expect(result.findings).toEqual([]);
    expect(result.packages).toBeGreaterThan(6);
  });
});
