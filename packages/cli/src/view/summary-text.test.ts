import { describe, expect, it } from "vitest";
import { buildSummaryLines } from "./summary-text.ts";

const counts = { packaged: 12, renamed: 0, deletion: 0, unchanged: 0, existing: 0, excluded: 0, skipped: 0, failed: 0 };
const totals = { packages: 2, reusedPackages: 0, bytes: 12, storedBytes: 96, nextItemId: 31, counts };
const kinds = { folders: 3, files: 9, items: 0, lists: 0 };
const tally = { kinds, versions: 0, attachments: 0, warnings: {} };
const end = { tally, directory: "/out", inContainers: false, dryRun: false };

describe("buildSummaryLines()", () => {
  it("names the next free item id of a run that is complete", () => {
    const lines = buildSummaryLines({ ...end, exitCode: 0, summary: { ...totals, status: "complete" } });
    expect(lines.slice(-2)).toEqual(["Next free item id: 31", "Exit status 0: complete"]);
  });

  it("counts what is unchanged and to be deleted where there is any", () => {
    const items = (more: object): string | undefined => {
      const summary = { ...totals, counts: { ...counts, ...more }, status: "complete" } as const;
      return buildSummaryLines({ ...end, exitCode: 0, summary }).find((line) => line.startsWith("Items: "));
    };
    expect(items({})).toBe("Items: 12 packaged, 0 renamed, 0 existing, 0 excluded, 0 skipped, 0 failed");
    expect(items({ unchanged: 1200, deletion: 3 })).toBe(
      "Items: 12 packaged, 0 renamed, 3 to be deleted, 1,200 unchanged, 0 existing, 0 excluded, 0 skipped, 0 failed",
    );
  });

  it("tells what was packaged where there is more than folders and files, and counts warnings by code", () => {
    const linesOf = (more: Partial<typeof tally>) =>
      buildSummaryLines({
        ...end,
        exitCode: 0,
        summary: { ...totals, status: "complete" },
        tally: { ...tally, ...more },
      }).slice(2, -3);
    expect(linesOf({})).toHaveLength(1);
    expect(linesOf({ versions: 1200 }).slice(1)).toEqual(["Packaged: 3 folders, 9 files, 1,200 older versions"]);
    const items = { folders: 0, files: 0, items: 2, lists: 1 };
    expect(
      linesOf({ kinds: items, attachments: 1, warnings: { TWO_VERSIONS: 1000, USER_MAP_LINE: 1 } }).slice(1),
    ).toEqual([
      "Packaged: 2 list items, 1 attachment, permissions of the list",
      "Warnings: 1,000 TWO_VERSIONS, 1 USER_MAP_LINE",
    ]);
  });

  it("names none of a run that was interrupted, as its rest takes the ids from there on", () => {
    const lines = buildSummaryLines({ ...end, exitCode: 130, summary: { ...totals, status: "interrupted" } });
    expect(lines.join("\n")).not.toContain("31");
    expect(lines.at(-1)).toBe("Exit status 130: interrupted");
  });
});
