import { join } from "node:path";
import { readNdjson } from "@primepack/core";
import type { PrimepackError } from "@primepack/core/errors";
import { type Journal, memoryJournal } from "@primepack/core/model";
import {
  applyMappings,
  type BatchSummary,
  type MappingSummary,
  type MoveStatus,
  mappingOutcomes,
  readBatch,
  runBatch,
} from "@primepack/cross-tenant";
import type { CrossTenantErrorRow, CrossTenantSwitches, EmulatorFaults } from "@primepack/emulator";
import { temporaryFolder } from "@primepack/test-support";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type EmulatedPair, startEmulatedPair } from "./emulated-organizations.ts";

const folder = temporaryFolder();

/** The value of each switch that is not its default. */
const OTHER_WAY: Required<CrossTenantSwitches> = {
  taskLookup: "oldest",
  failedValidation: "task",
  cancelEnded: "accept",
  taskStatusText: "success",
  badMappingEntry: "entry",
  absentMapping: "empty",
  absentRemoval: "refuse",
  repeatedMapping: "refuse",
  crossTenantWording: "can't",
};

const SERVICES: Readonly<Record<string, CrossTenantSwitches>> = {
  "a service as it is by default": {},
  "a service that decides everything the other way": OTHER_WAY,
};

/** Faults of the way to the service, and of the service as a whole. */
const WAY: Readonly<Record<string, EmulatorFaults>> = {
  "no fault": {},
  "429 now and then": { throttle: { every: 3, retryAfterSeconds: 0 } },
  "503 now and then": { throttle: { every: 4, retryAfterSeconds: 0, status: 503 } },
  "lost answers of all kinds": { loseAnswer: { every: 3 } },
};

const MAPPING_FAULTS: Readonly<Record<string, EmulatorFaults>> = {
  ...WAY,
  "lost answers to every second update": { loseAnswer: { every: 2, path: "UserMappings" } },
  "bad entries": { refuseMapping: { every: 37 } },
  "all of it at once": {
    throttle: { every: 5, retryAfterSeconds: 0 },
    loseAnswer: { every: 7 },
    refuseMapping: { every: 41 },
  },
};

const MOVE_FAULTS: Readonly<Record<string, EmulatorFaults>> = {
  ...WAY,
  "lost answers to every second creation or validation": { loseAnswer: { every: 2, path: "MigrationTasks" } },
  "tasks that fail": { failMove: { every: 4 } },
  "all of it at once": {
    throttle: { every: 5, retryAfterSeconds: 0 },
    loseAnswer: { every: 7 },
    failMove: { every: 3 },
  },
};

const CREATE_ROWS: readonly CrossTenantErrorRow[] = [
  ...(["missingParameter", "accessDenied", "noRelationship", "noOneDrive", "noIdentityMap", "sameFarm"] as const),
];

describe.each(Object.entries(SERVICES))("%s", (name, switches) => {
  let pair: EmulatedPair;
  let runs = 0;
  beforeAll(async () => {
    pair = await startEmulatedPair(folder(name), { organizations: { startDelayMs: 5, moveMs: 20, switches } });
  });
  afterAll(() => pair?.stop());
  afterEach(() => pair.emulator.setFaults({}));

  /** Names that no other test has. */
  const namesOf = (count: number): readonly string[] => {
    runs += 1;
    return Array.from({ length: count }, (_, index) => `run${runs}.${String(index).padStart(4, "0")}`);
  };

  /** What the emulator's record has of these names: actions by source. */
  async function applied(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const known = new Set(names.map((one) => `${one}@south.example`));
    const actions = new Map<string, string[]>();
    const file = join(pair.emulator.crossTenant.directory, "mappings.ndjson");
    for await (const { source, action } of readNdjson<{ source: string; action: string }>(file)) {
      if (known.has(source)) actions.set(source, [...(actions.get(source) ?? []), action]);
    }
    return actions;
  }

  function mappingFile(names: readonly string[], organization: string): AsyncIterable<Uint8Array> {
    const lines = names.map((one) => `${one}@south.example,${one}@${organization}.example\n`);
    return (async function* () {
      yield Buffer.from(`sourceUserPrincipalName,targetUserPrincipalName\n${lines.join("")}`);
    })();
  }

  /** Applies a file; what failed is sent again by the same file, so often that everything has had its turn. */
  async function map(names: readonly string[], organization: string, journal: Journal, removeMissing = false) {
    const summaries: MappingSummary[] = [];
    let begun = 0;
    for (;;) {
      const run = applyMappings({
        ...{ kind: "users", service: pair.users, journal, place: "emulated", removeMissing },
        rows: { file: mappingFile(names, organization), format: "csv" },
      });
      expect(begun++).toBeLessThan(20);
      const summary = await run.result.catch((error: PrimepackError) => error);
      if (summary instanceof Error) {
        // Retries that were used up; the run goes on.
        expect(summary.code).toMatch(/^SERVICE_(?:UNREACHABLE|THROTTLED)$/);
        continue;
      }
      summaries.push(summary);
      const outcomes = [...mappingOutcomes(journal)];
      for (const { outcome, code, message } of outcomes) {
        if (outcome !== "failed") continue;
        expect(code).toMatch(/^MAPPING_(?:REFUSED|UNANSWERED)$/);
        expect(message).not.toBe("");
      }
      expect(outcomes.filter(({ outcome }) => outcome === "failed")).toHaveLength(summary.counts.failed);
      expect(summary.status).toBe("complete");
      if (summary.counts.failed === 0) return summaries;
    }
  }

  it.each(Object.entries(MAPPING_FAULTS))("applies each mapping once in spite of %s", async (fault, faults) => {
    const names = namesOf(130);
    const journal = memoryJournal();
    pair.emulator.setFaults(faults);
    const first = await map(names, "north", journal);
    // Nothing but an entry that is refused by itself keeps from being applied the first time.
    if (faults.refuseMapping === undefined) expect(first).toHaveLength(1);
    const [kept, gone] = [names.slice(0, 100), names.slice(100)];
    const later = await map(kept, "west", journal, true);
    pair.emulator.setFaults({});
    const actions = await applied(names);
    expect(actions.size).toBe(names.length);
    for (const one of kept)
      expect([fault, one, actions.get(`${one}@south.example`)]).toEqual([fault, one, ["set", "set"]]);
    for (const one of gone) expect([one, actions.get(`${one}@south.example`)]).toEqual([one, ["set", "removed"]]);
    const sum = (summaries: readonly MappingSummary[], outcome: "added" | "changed" | "removed") =>
      summaries.reduce((total, { counts }) => total + counts[outcome], 0);
    expect([sum(first, "added"), sum(later, "changed"), sum(later, "removed")]).toEqual([130, 100, 30]);
    const none = await map(kept, "west", journal, true);
    expect(none).toMatchObject([{ requests: 0, counts: { unchanged: 100 } }]);
    const found = await pair.users.find(`${kept[7]}@south.example`);
    expect(found).toMatchObject({ targetUserPrincipalName: `${kept[7]}@west.example`, isDeleted: false });
    expect(await pair.users.find(`${gone[7]}@south.example`)).toBeUndefined();
  });

  interface Moved {
    readonly summary: BatchSummary;
    readonly moves: readonly MoveStatus[];
    /** Ids by source. */
    readonly tasks: ReadonlyMap<string, readonly string[]>;
  }

  /** Moves users of these names by one batch. */
  async function move(names: readonly string[], journal: Journal, skipInvalid = false): Promise<Moved> {
    const lines = names.map((one) => `user,${one}@south.example,${one}@north.example\n`);
    const file = (async function* () {
      yield Buffer.from(`kind,source,target\n${lines.join("")}`);
    })();
    const summary = await runBatch({
      ...{ journal, tasks: pair.tasks, place: "emulated", skipInvalid },
      rows: {
        ...{ file, format: "csv" },
        defaults: { target: { targetOrganizationHost: "https://north-my.sharepoint.com" } },
      },
      limits: { pollRunningMs: 10, pollNotStartedMs: 10, requestsPerMinute: 600_000, searchMs: 5 },
    }).result;
    const known = new Set(names.map((one) => `${one}@south.example`));
    const tasks = new Map<string, string[]>();
    for (const { id, parameters } of pair.emulator.crossTenant.tasks()) {
      const source = parameters?.sourceUserIdentity?.userPrincipalName ?? "";
      if (known.has(source)) tasks.set(source, [...(tasks.get(source) ?? []), id ?? ""]);
    }
    return { summary, moves: [...readBatch(journal).moves()], tasks };
  }

  it.each(Object.entries(MOVE_FAULTS))("creates one task for each move in spite of %s", async (_fault, faults) => {
    const names = namesOf(14);
    await pair.map(...names.map((one) => `${one}@south.example`));
    pair.emulator.setFaults(faults);
    const { summary, moves, tasks } = await move(names, memoryJournal());
    expect(summary).toMatchObject({ status: "complete", moves: 14, findings: 0 });
    expect(moves).toHaveLength(14);
    for (const { source, outcome, taskId, code, message } of moves) {
      expect([source, tasks.get(source)]).toEqual([source, [taskId]]);
      if (outcome === "completed") continue;
      expect([source, outcome, code]).toEqual([source, "failed", "MIGRATION_TASK_FAILED"]);
      expect(message).toContain("moveFailed");
    }
    expect(summary.counts.completed + summary.counts.failed).toBe(14);
    expect(summary.counts.failed > 0).toBe(faults.failMove !== undefined);
  });

  it.each(CREATE_ROWS)("tells of each move that is refused by %s, and creates no other twice", async (row) => {
    const names = namesOf(12);
    await pair.map(...names.map((one) => `${one}@south.example`));
    pair.emulator.setFaults({ crossTenantError: { every: 5, row } });
    const journal = memoryJournal();
    const ending = await move(names, journal, true).then(
      (moved) => moved,
      (error: unknown) => error,
    );
    pair.emulator.setFaults({});
    if (ending instanceof Error) {
      // What concerns all requests ends the batch; it goes on once that is mended.
      expect(ending).toMatchObject({ code: expect.stringMatching(/^(?:CROSS_TENANT|ORGANIZATIONS)_/) });
    }
    const { moves, tasks } = await move(names, journal, true);
    expect(moves).toHaveLength(12);
    const refused = moves.filter(({ outcome }) => outcome !== "completed");
    for (const { source, outcome, code, message, taskId } of moves) {
      if (outcome === "completed") expect([source, tasks.get(source)]).toEqual([source, [taskId]]);
      else {
        expect([source, tasks.get(source)]).toEqual([source, undefined]);
        expect([source, outcome]).toEqual([source, expect.stringMatching(/^(?:invalid|failed)$/)]);
        expect(code).toBeDefined();
        expect(message).not.toBe("");
      }
    }
    if (!(ending instanceof Error)) expect(refused.length).toBeGreaterThan(0);
  });
});
