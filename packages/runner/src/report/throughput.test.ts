import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PackageStatus } from "../types.ts";
import { jobRow } from "./job-row.ts";
import { ThroughputTally } from "./throughput.ts";

const record = { bytes: 0 } as NonNullable<PackageStatus["record"]>;

function job(from: number | undefined, to: number | undefined, bytes: number, imported: number): PackageStatus {
  return {
    name: "000001",
    stage: "settled",
    attempt: 1,
    dependsOn: [],
    record: { ...record, bytes },
    items: { imported, failed: 0, unknown: 0 },
    ...(from === undefined ? {} : { startedAt: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { endedAt: new Date(to).toISOString() }),
  };
}

function tally(...jobs: PackageStatus[]): ThroughputTally {
  const found = new ThroughputTally();
  for (const status of jobs) found.add(jobRow(status));
  return found;
}

const start = Date.parse("2026-01-05T10:00:00Z");

describe("ThroughputTally", () => {
  it("has nothing to show before a job has ended", () => {
    expect(tally().throughput).toBeUndefined();
    expect(tally(job(start, undefined, 100, 1)).throughput).toBeUndefined();
  });

  it("spreads a job's work evenly over the time that it ran", () => {
    const { span, bars } = tally(job(start, start + 2000, 200, 4)).throughput ?? { span: 0, bars: [] };
    expect(span).toBe(1000);
    expect(bars.slice(0, 2)).toEqual([
      { from: start, bytesPerSecond: 100, itemsPerSecond: 2 },
      { from: start + 1000, bytesPerSecond: 100, itemsPerSecond: 2 },
    ]);
  });

  it("puts a job that ended as it began, or whose start nobody saw, into one bar", () => {
    for (const from of [start, undefined, start + 5000]) {
      const { bars } = tally(job(from, start, 300, 3)).throughput ?? { bars: [] };
      expect(bars).toEqual([{ from: start, bytesPerSecond: 300, itemsPerSecond: 3 }]);
    }
  });

  it("loses nothing, in at most sixty bars, however long the jobs ran", () => {
    const given = fc.record({
      from: fc.nat(400 * 86_400_000),
      ran: fc.oneof(fc.nat(5000), fc.nat(10 * 86_400_000)),
      bytes: fc.integer({ min: 1, max: 250_000_000 }),
      items: fc.nat(250),
    });
    fc.assert(
      fc.property(fc.array(given, { minLength: 1, maxLength: 20 }), (jobs) => {
        const found = tally(
          ...jobs.map(({ from, ran, bytes, items }) => job(start + from, start + from + ran, bytes, items)),
        ).throughput;
        const { span, bars } = found ?? { span: 0, bars: [] };
        expect(bars.length).toBeGreaterThan(0);
        expect(bars.length).toBeLessThanOrEqual(60);
        const sum = bars.reduce((total, { bytesPerSecond }) => total + (bytesPerSecond * span) / 1000, 0);
        const expected = jobs.reduce((total, { bytes }) => total + bytes, 0);
        expect(Math.abs(sum - expected)).toBeLessThan(1e-6 * expected);
      }),
    );
  });
});
