import { describe, expect, it } from "vitest";
import { buildSummaryLines } from "./summary-text.ts";

const counts = { packaged: 12, renamed: 0, existing: 0, excluded: 0, skipped: 0, failed: 0 };
const totals = { packages: 2, reusedPackages: 0, bytes: 12, storedBytes: 96, nextItemId: 31, counts };
const end = { directory: "/out", inContainers: false, dryRun: false };

describe("buildSummaryLines()", () => {
  it("names the next free item id of a run that is complete", () => {
    const lines = buildSummaryLines({ ...end, exitCode: 0, summary: { ...totals, status: "complete" } });
    expect(lines.slice(-2)).toEqual(["Next free item id: 31", "Exit status 0: complete"]);
  });

  it("names none of a run that was interrupted, as its rest takes the ids from there on", () => {
    const lines = buildSummaryLines({ ...end, exitCode: 130, summary: { ...totals, status: "interrupted" } });
    expect(lines.join("\n")).not.toContain("31");
    expect(lines.at(-1)).toBe("Exit status 130: interrupted");
  });
});
