import { describe, expect, it } from "vitest";
import type { PackageEntry } from "../journal/entries.ts";
import { beforeInChain, dependenciesOf, lastOfChain } from "./dependencies.ts";

const tally = { imported: 3, failed: 0, unknown: 0, importedBytes: 0 };

function entry(more: Partial<PackageEntry>): PackageEntry {
  return {
    ...{ stage: "planned", attempt: 1, dependsOn: [], kind: "structure", hash: "", portable: true },
    ...{ items: 3, bytes: 0, uploads: 0, plannedAt: "" },
    ...more,
  };
}

function state(packages: Readonly<Record<string, Partial<PackageEntry>>>, more: Partial<PackageEntry> = {}) {
  const journal = { package: (name: string) => (packages[name] === undefined ? undefined : entry(packages[name])) };
  return dependenciesOf(entry({ dependsOn: ["000001", "000002"], ...more }), journal);
}

const well = { stage: "settled", result: "ended", tally } as const;

describe("dependenciesOf()", () => {
  it("waits for packages that are not planned yet, and for those that are not settled", () => {
    expect(state({ "000001": well })).toEqual({ state: "waiting" });
    expect(state({ "000001": well, "000002": { stage: "submitted" } })).toEqual({ state: "waiting" });
    expect(state({ "000001": well, "000002": well })).toEqual({ state: "met" });
  });

  it("waits for what sends the items of a package again, and goes by the last of these", () => {
    const fatal = { stage: "settled", result: "fatal", retriedBy: "000002-r2", tally } as const;
    expect(state({ "000001": well, "000002": fatal })).toEqual({ state: "waiting" });
    expect(state({ "000001": well, "000002": fatal, "000002-r2": well })).toEqual({ state: "met" });
    const again = { stage: "settled", result: "fatal", tally } as const;
    expect(state({ "000001": well, "000002": fatal, "000002-r2": again })).toEqual({ state: "failed", by: "000002" });
  });

  it("is not met by a package that ended badly or was not sent", () => {
    for (const result of ["fatal", "cancelled", "deleted", "lost"] as const) {
      expect(state({ "000001": { stage: "settled", result, tally } })).toMatchObject({ state: "failed", by: "000001" });
    }
    const unsent = { stage: "settled", unsent: { outcome: "failed", code: "X", message: "" }, tally } as const;
    expect(state({ "000001": unsent })).toMatchObject({ state: "failed" });
    expect(state({ "000001": { stage: "unknown" } })).toEqual({ state: "unknown", by: "000001" });
  });

  it("is met by a package of which some items failed, but not for deletions", () => {
    const partly = { stage: "settled", result: "ended", tally: { ...tally, failed: 1 } } as const;
    expect(state({ "000001": partly, "000002": well })).toEqual({ state: "met" });
    expect(state({ "000001": partly, "000002": well }, { deletes: true })).toEqual({ state: "failed", by: "000001" });
  });

  it("is met by a package of which nothing was left to be sent", () => {
    expect(state({ "000001": { stage: "settled", tally }, "000002": well })).toEqual({ state: "met" });
  });
});

describe("lastOfChain()", () => {
  it("follows what sends items again to its end", () => {
    const packages: Record<string, PackageEntry> = {
      "000001": entry({ retriedBy: "000001-r2" }),
      "000001-r2": entry({ retriedBy: "000001-r3" }),
      "000001-r3": entry({}),
    };
    expect(lastOfChain("000001", { package: (name) => packages[name] })).toBe("000001-r3");
    expect(lastOfChain("000002", { package: (name) => packages[name] })).toBe("000002");
  });
});

describe("beforeInChain()", () => {
  it("finds who had the items before, and nobody for a package that the scan planned", () => {
    const packages: Record<string, PackageEntry> = {
      "000001": entry({ retriedBy: "000001-r2" }),
      "000001-r2": entry({ retryOf: "000001", retriedBy: "000001-r3" }),
      "000001-r3": entry({ retryOf: "000001" }),
    };
    const before = (name: string) =>
      beforeInChain(name, packages[name] ?? entry({}), { package: (one) => packages[one] });
    expect(["000001-r3", "000001-r2", "000001"].map(before)).toEqual(["000001-r2", "000001", undefined]);
    expect(beforeInChain("000001-r4", { retryOf: "000001" }, { package: (one) => packages[one] })).toBeUndefined();
  });
});
