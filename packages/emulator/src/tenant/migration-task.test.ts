import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { showTask, stateAt, type TaskRecord } from "./migration-task.ts";

const created = Date.UTC(2027, 0, 1);
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
const offset = fc.option(fc.integer({ min: -200_000, max: 400_000 }), { nil: undefined });
const records = fc
  .record({
    preferred: offset,
    latest: offset,
    startDelayMs: fc.nat(100_000),
    moveMs: fc.nat(300_000),
    fails: fc.boolean(),
  })
  .map(
    ({ preferred, latest, startDelayMs, moveMs, fails }): TaskRecord => ({
      id: "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f",
      kind: "group",
      source: "ops",
      parameters: {
        "@odata.type": "#microsoft.graph.sharePointGroupMigrationTaskParameters",
        ...(preferred !== undefined && { preferredStartDateTime: iso(created + preferred) }),
        ...(latest !== undefined && { preferredLatestStartDateTime: iso(created + latest) }),
      },
      created: iso(created),
      startDelayMs,
      moveMs,
      fails,
    }),
  );
const rank = { notStarted: 0, inProgress: 1, completed: 2, failed: 2, cancelled: 2 };

describe("stateAt()", () => {
  it("goes forward only, and what it said of times stays", () => {
    fc.assert(
      fc.property(records, fc.nat(900_000), fc.nat(900_000), (record, first, then) => {
        const [before, after] = [stateAt(record, created + first), stateAt(record, created + first + then)];
        expect(rank[after.status]).toBeGreaterThanOrEqual(rank[before.status]);
        if (rank[before.status] === 2) expect(after).toEqual(before);
        if (before.started !== undefined) expect(after.started).toBe(before.started);
        expect(after.updated ?? created).toBeGreaterThanOrEqual(before.updated ?? created);
        expect(after.updated ?? created).toBeGreaterThanOrEqual(created);
        expect(after.updated ?? 0).toBeLessThanOrEqual(created + first + then);
      }),
    );
  });

  it("starts no task before its preferred start, nor after its latest", () => {
    fc.assert(
      fc.property(records, fc.nat(900_000), (record, passed) => {
        const { status, started } = stateAt(record, created + passed);
        if (started === undefined) {
          expect(["notStarted", "cancelled"]).toContain(status);
          return;
        }
        const { preferredStartDateTime, preferredLatestStartDateTime } = record.parameters;
        expect(started).toBeGreaterThanOrEqual(created);
        if (preferredStartDateTime) expect(started).toBeGreaterThanOrEqual(Date.parse(preferredStartDateTime));
        if (preferredLatestStartDateTime) expect(started).toBeLessThanOrEqual(Date.parse(preferredLatestStartDateTime));
      }),
    );
  });

  it("ends each task, some time", () => {
    fc.assert(
      fc.property(records, (record) => {
        const { status, finished } = stateAt(record, created + 900_000);
        const isCancelled = status === "cancelled";
        expect(finished === undefined).toBe(isCancelled);
        if (!isCancelled) expect(status).toBe(record.fails ? "failed" : "completed");
      }),
    );
  });

  it("leaves a task that was cancelled by request as it is", () => {
    fc.assert(
      fc.property(records, fc.nat(900_000), (record, passed) => {
        const cancelled = iso(created + 5);
        const state = stateAt({ ...record, cancelled }, created + 5 + passed);
        expect(state).toEqual({ status: "cancelled", updated: created + 5 });
      }),
    );
  });
});

describe("showTask()", () => {
  it("shows only members that apply, and an error of failed tasks alone", () => {
    fc.assert(
      fc.property(records, fc.nat(900_000), (record, passed) => {
        const task = showTask(record, created + passed, "published");
        expect(Object.values(task)).not.toContain(undefined);
        expect("error" in task).toBe(task.status === "failed");
        expect("finishedDateTime" in task).toBe(task.status === "failed" || task.status === "completed");
      }),
    );
  });
});
