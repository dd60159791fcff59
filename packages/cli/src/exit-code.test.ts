import type { BuildSummary } from "@primepack/core";
import { describe, expect, it } from "vitest";
import { exitCodeOfBuild, exitCodeOfError } from "./exit-code.ts";

function summaryWith(status: BuildSummary["status"], counts: Partial<BuildSummary["counts"]>): BuildSummary {
  const none = { packaged: 1, renamed: 1, deletion: 1, unchanged: 1, existing: 1, excluded: 1, skipped: 0, failed: 0 };
  const totals = { packages: 1, reusedPackages: 0, bytes: 1, storedBytes: 1, nextItemId: 2 };
  return { status, counts: { ...none, ...counts }, ...totals };
}

describe("exitCodeOfBuild()", () => {
  it.each([
    ["complete", {}, 0],
    ["complete", { skipped: 1 }, 1],
    ["complete", { failed: 1 }, 1],
    ["interrupted", { failed: 1 }, 130],
  ] as const)("of %s with %j is %i", (status, counts, code) => {
    expect(exitCodeOfBuild(summaryWith(status, counts))).toBe(code);
  });
});

describe("exitCodeOfError()", () => {
  it("tells faults of the input from those of the run", () => {
    expect(exitCodeOfError("INVALID_TARGET", "usage", false)).toBe(2);
    expect(exitCodeOfError("OUTPUT_UNREADABLE", "verify", false)).toBe(2);
    expect(exitCodeOfError("RECORDS_INVALID", "verify", false)).toBe(2);
    expect(exitCodeOfError("INVENTORY_INVALID", "source", false)).toBe(2);
    expect(exitCodeOfError("USER_MAP_FAILED", "plan", false)).toBe(2);
    expect(exitCodeOfError("DISK_FULL", "container", false)).toBe(3);
  });

  it("is 130 for an abort that was asked for by a signal, and for nothing else", () => {
    expect(exitCodeOfError("ABORTED", "run", true)).toBe(130);
    expect(exitCodeOfError("ABORTED", "run", false)).toBe(3);
    expect(exitCodeOfError("DISK_FULL", "container", true)).toBe(3);
  });
});
