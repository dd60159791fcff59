import type { BuildSummary } from "@primepack/core";
import type { BatchSummary, MappingSummary } from "@primepack/cross-tenant";
import { describe, expect, it } from "vitest";
import { exitCodeOfBatch, exitCodeOfBuild, exitCodeOfError, exitCodeOfMapping } from "./exit-code.ts";

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

const times = { startedAt: "2026-01-05T10:00:00.000Z", endedAt: "2026-01-05T10:00:00.000Z" };

function mappingSummary(fields: Partial<MappingSummary>, counts: Partial<MappingSummary["counts"]>): MappingSummary {
  const none = { added: 1, changed: 1, removed: 1, unchanged: 1, failed: 0, invalid: 0, pending: 0 };
  const rest = { kind: "users", lines: 1, findings: 0, requests: 1, ...times } as const;
  return { status: "complete", ...rest, ...fields, counts: { ...none, ...counts } };
}

describe("exitCodeOfMapping()", () => {
  it.each([
    [{}, {}, false, 0],
    [{}, { failed: 1 }, false, 1],
    [{}, { pending: 1 }, false, 1],
    [{ findings: 1 }, { invalid: 1 }, true, 1],
    [{ status: "refused", findings: 1 }, { invalid: 1 }, false, 2],
    [{ status: "dryRun" }, {}, false, 0],
    [{ status: "dryRun", findings: 1 }, { invalid: 1 }, false, 2],
    [{ status: "dryRun", findings: 1 }, { invalid: 1 }, true, 1],
    [{ status: "interrupted" }, { failed: 1, pending: 1 }, false, 130],
  ] as const)("of %j with %j, invalid lines forgiven: %s, is %i", (fields, counts, isForgiven, code) => {
    expect(exitCodeOfMapping(mappingSummary(fields, counts), isForgiven)).toBe(code);
  });
});

function batchSummary(status: BatchSummary["status"], counts: Partial<BatchSummary["counts"]>): BatchSummary {
  const none = { completed: 1, failed: 0, cancelled: 0, invalid: 0, validated: 1, skipped: 0, unknown: 0, pending: 0 };
  return { status, moves: 1, findings: 0, ...times, counts: { ...none, ...counts } };
}

describe("exitCodeOfBatch()", () => {
  it.each([
    ["complete", {}, 0],
    ["validated", {}, 0],
    ...(["failed", "cancelled", "invalid", "skipped", "unknown", "pending"] as const).map(
      (outcome) => ["complete", { [outcome]: 1 }, 1] as const,
    ),
    ["refused", { invalid: 1 }, 2],
    ["cancelled", { cancelled: 1 }, 3],
    ["interrupted", { failed: 1 }, 130],
  ] as const)("of %s with %j is %i", (status, counts, code) => {
    expect(exitCodeOfBatch(batchSummary(status, counts), false)).toBe(code);
  });

  it("of a batch that was cancelled is 0 for whoever cancels it", () => {
    expect(exitCodeOfBatch(batchSummary("cancelled", { cancelled: 1, completed: 1 }), true)).toBe(0);
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
