import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { killCampaign } from "./kill-campaign.ts";

const folder = temporaryFolder();

describe("primepack migrate, killed and resumed", () => {
  it("ends as if nobody had killed it: 300 files, 5 kills", { timeout: 600_000 }, async () => {
    const result = await killCampaign({ directory: folder(), files: 300, kills: 5, seed: "1", packageItems: 20 });
    expect(result.findings).toEqual([]);
    expect(result.kills).toBe(5);
    expect(result.traces).toMatchObject({ jobs: result.packages, blobs: result.files });
  });
});
