import { abortedError, type Code, PrimepackError } from "@primepack/core/errors";
import { ServiceError } from "@primepack/core/http";
import { type Journal, memoryJournal } from "@primepack/core/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CrossTenantTasks, MigrationTask, Move, TaskLookup } from "../tasks/task-types.ts";
import type { BatchEvent, BatchOptions, BatchRun, BatchSummary, MoveStatus } from "./batch-types.ts";
import { readBatch } from "./read-batch.ts";
import { cancelBatch, runBatch } from "./run-batch.ts";

const HOST = "https://north-my.sharepoint.com";
const guid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

type Call = "validate" | "create" | "find" | "get" | "cancel";

/** What happens to a request: the answer doesn't come though the service acted, it comes to nothing, or is an error. */
type Fault = "lost, acted" | "lost, not acted" | Code;

interface ModelTask {
  readonly id: string;
  readonly source: string;
  readonly parameters: Record<string, unknown>;
  status: string;
  /** What it comes to, and after how many looks at it. */
  readonly end: "completed" | "failed";
  looks: number;
  readonly isOurs: boolean;
}

/** The service: tasks by source, of which a look-up shows the first or the last. */
class ModelTenant {
  readonly tasks: ModelTask[] = [];
  #made = 0;
  readonly calls: { readonly call: Call; readonly source: string }[] = [];
  shows: "newest" | "oldest" = "newest";
  /** What a task of the source comes to. */
  endOf: (source: string) => "completed" | "failed" = () => "completed";
  fault: (call: Call, source: string, number: number) => Fault | undefined = () => undefined;
  looksUntilEnd = 2;
  /** UPNs of users by id, filled in where the target is named by its id (the published sample). */
  readonly userPrincipalNames: Map<string, string> = new Map();

  add(source: string, status: string, parameters: Record<string, unknown> = {}): ModelTask {
    const task: ModelTask = {
      ...{ id: guid(++this.#made), source: source.toLowerCase(), parameters, status },
      ...{ end: this.endOf(source), looks: 0, isOurs: false },
    };
    this.tasks.push(task);
    return task;
  }

  oursOf(source: string): ModelTask[] {
    return this.tasks.filter((task) => task.isOurs && task.source === source.toLowerCase());
  }

  call(call: Call, source: string): Fault | undefined {
    this.calls.push({ call, source });
    return this.fault(call, source, this.calls.length);
  }

  create(move: Move): MigrationTask {
    const parameters = this.#parametersOf(move);
    if (move.validateOnly) return shown({ status: "completed", parameters }, undefined);
    const source = String(namesOf(move).find((name) => name !== undefined));
    const known = move.kind === "user" ? (this.userPrincipalNames.get(source) ?? source) : source;
    const task: ModelTask = { ...this.add(known, "notStarted", parameters), isOurs: true };
    this.tasks[this.tasks.length - 1] = task;
    return shown(task, task.id);
  }

  find(lookup: TaskLookup): MigrationTask | undefined {
    const [key, name] = Object.entries(lookup)[0] ?? ["", ""];
    const tasks = this.tasks.filter((task) => (key === "taskId" ? task.id : task.source) === name.toLowerCase());
    const task = this.shows === "newest" ? tasks.at(-1) : tasks[0];
    if (task === undefined) return undefined;
    if (key === "taskId") this.goOn(task);
    return shown(task, task.id);
  }

  goOn(task: ModelTask): void {
    if (task.status !== "notStarted" && task.status !== "inProgress") return;
    task.looks += 1;
    task.status = task.looks >= this.looksUntilEnd ? task.end : "inProgress";
  }

  #parametersOf(move: Move): Record<string, unknown> {
    const { kind, source, target, ...rest } = move;
    if (kind === "site") {
      return { ...rest, sourceSiteUrl: source.siteUrl, targetSiteUrl: target.siteUrl };
    }
    if (kind === "group") return { ...rest, sourceGroupIdentity: source, targetGroupIdentity: target };
    const upn = source.id === undefined ? undefined : this.userPrincipalNames.get(source.id);
    const named = upn !== undefined && move.targetOrganizationId !== undefined ? { userPrincipalName: upn } : {};
    return { ...rest, sourceUserIdentity: { ...source, ...named }, targetUserIdentity: target };
  }
}

function namesOf({ source }: Move): (string | undefined)[] {
  return Object.values(source) as (string | undefined)[];
}

function shown(
  { status, parameters }: { readonly status: string; readonly parameters: Record<string, unknown> },
  id: string | undefined,
): MigrationTask {
  const date = (on: boolean) => (on ? "2027-01-01T00:00:00.000Z" : undefined);
  const hasEnded = status !== "notStarted" && status !== "inProgress";
  return {
    ...{ id, status, parameters, move: undefined, lastUpdatedDateTime: undefined },
    startedDateTime: date(status !== "notStarted"),
    finishedDateTime: date(hasEnded),
    error: status === "failed" ? { code: "SomeCode", message: "It broke" } : undefined,
  };
}

function nameIn(lookup: TaskLookup): string {
  return String(Object.values(lookup)[0]);
}

/** What somebody waits for. */
function moment(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

function isCreating(value: unknown): boolean {
  return typeof value === "object" && value !== null && "stage" in value && value.stage === "creating";
}

const NEVER = new Promise<never>(() => undefined);

/** Where a process dies: at its so-many-th step (a write of the journal or a request), before or after it has effect. */
interface Death {
  readonly step: number;
  readonly when: "before" | "after";
}

/** One process: from its death on it writes nothing, asks nothing and waits for ever. */
class Process {
  readonly died: Promise<"died">;
  readonly options: Pick<BatchOptions, "journal" | "tasks" | "timer" | "now">;
  steps = 0;
  #isDead = false;
  #die: () => void = () => undefined;
  readonly #death: Death | undefined;
  readonly #tenant: ModelTenant;

  constructor(store: Journal, tenant: ModelTenant, death?: Death) {
    this.#tenant = tenant;
    this.#death = death;
    this.died = new Promise((resolve) => {
      this.#die = () => resolve("died");
    });
    let now = Date.UTC(2027, 0, 1);
    this.options = {
      now: () => new Date(now),
      timer: async (milliseconds, signal) => {
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (this.#isDead) await NEVER;
        signal?.throwIfAborted();
        now += milliseconds;
      },
      journal: {
        get: (key) => store.get(key),
        entries: (prefix) => store.entries(prefix),
        write: (changes) => this.#step(() => store.write(changes)),
        close: () => store.close(),
      },
      tasks: this.#tasks(),
    };
  }

  #tasks(): CrossTenantTasks {
    const tenant = this.#tenant;
    const request = (call: Call, source: string, act: () => MigrationTask | undefined) =>
      this.#step(async () => {
        const fault = tenant.call(call, source);
        await new Promise((resolve) => setImmediate(resolve));
        if (fault === undefined) return act();
        if (fault === "lost, acted") act();
        const code = fault.startsWith("lost") ? "SERVICE_ANSWER_LOST" : (fault as Code);
        throw new ServiceError(code, `Cannot ${call} ${source}`, { advice: { retryable: false } });
      });
    const some = (task: MigrationTask | undefined): MigrationTask => {
      if (task === undefined) throw new PrimepackError("MIGRATION_TASK_NOT_FOUND", "Cannot find the task");
      return task;
    };
    return {
      create: async (move) => {
        const [source = ""] = namesOf(move);
        return some(await request(move.validateOnly ? "validate" : "create", source, () => tenant.create(move)));
      },
      get: async (lookup) => some(await request("get", nameIn(lookup), () => tenant.find(lookup))),
      find: (lookup) => {
        const call = "taskId" in lookup ? "get" : "find";
        return request(call, nameIn(lookup), () => tenant.find(lookup));
      },
      cancel: async (taskId) => {
        await request("cancel", taskId, () => {
          const task = tenant.tasks.find(({ id }) => id === taskId);
          if (task === undefined) throw new PrimepackError("MIGRATION_TASK_NOT_FOUND", "Cannot cancel");
          if (task.status !== "notStarted") throw new PrimepackError("MIGRATION_TASK_IN_PROGRESS", "Cannot cancel");
          task.status = "cancelled";
          return undefined;
        });
      },
      close: async () => undefined,
    };
  }

  async #step<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.#isDead) return NEVER;
    this.steps += 1;
    if (this.#death?.step !== this.steps) return act();
    if (this.#death.when === "after") await act().catch(() => undefined);
    this.#isDead = true;
    this.#die();
    return NEVER;
  }
}

const csv = (rows: readonly string[]) => bytes(`kind,source,target\n${rows.join("\n")}\n`);

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const user = (number: number) => `user,u${number}@south.example,u${number}@north.example`;
const userName = (number: number) => `u${number}@south.example`;

const rowsOf = (lines: readonly string[]): NonNullable<BatchOptions["rows"]> => ({
  file: csv(lines),
  format: "csv",
  defaults: { target: { targetOrganizationHost: HOST } },
});

/** A batch with its journal, which processes go on with one after the other. */
function world(lines: readonly string[]) {
  const tenant = new ModelTenant();
  const store = memoryJournal();
  const begin = (options: Partial<BatchOptions> = {}, death?: Death) => {
    const process = new Process(store, tenant, death);
    const run = runBatch({ ...process.options, place: "https://south", rows: rowsOf(lines), ...options });
    return { run, process };
  };
  return {
    tenant,
    store,
    begin,
    run: (options: Partial<BatchOptions> = {}) => begin(options).run.result,
    cancel: (options: { readonly watch?: boolean } = {}) => {
      const process = new Process(store, tenant);
      return cancelBatch({ ...process.options, place: "https://south", ...options }).result;
    },
    moves: () => [...readBatch(store).moves()],
  };
}

/** The service's calls, some of them otherwise. */
function tasksOf(
  tenant: ModelTenant,
  change: (tasks: CrossTenantTasks) => Partial<CrossTenantTasks>,
): CrossTenantTasks {
  const { tasks } = new Process(memoryJournal(), tenant).options;
  return { ...tasks, ...change(tasks) };
}

/** One whose writes take their time, as those of other stores may. */
function slowJournal(): Journal {
  const journal = memoryJournal();
  return {
    ...{ get: (key) => journal.get(key), entries: (prefix) => journal.entries(prefix), close: () => journal.close() },
    write: async (changes) => {
      await turns(5);
      await journal.write(changes);
    },
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const outcomes = (moves: readonly MoveStatus[]) => moves.map(({ outcome, stage }) => outcome ?? stage);

async function events(run: BatchRun): Promise<BatchEvent[]> {
  const read: BatchEvent[] = [];
  for await (const event of run) read.push(event);
  return read;
}

describe("runBatch()", () => {
  it("validates every move before it creates any, and watches all to their end", async () => {
    const { tenant, run, moves, store } = world([user(1), "site,https://s/a,https://n/a", "group,ops,ops-new"]);
    tenant.endOf = (source) => (source === "ops" ? "failed" : "completed");
    const summary = await run();
    expect(summary).toMatchObject({ status: "complete", moves: 3, findings: 0, counts: { completed: 2, failed: 1 } });
    const order = tenant.calls.map(({ call }) => call).filter((call) => call !== "get");
    expect(order.slice(0, 3)).toEqual(["validate", "validate", "validate"]);
    expect(tenant.calls.filter(({ call }) => call === "create")).toHaveLength(3);
    expect(moves()[2]).toMatchObject({
      ...{ line: 4, kind: "group", source: "ops", target: "ops-new", outcome: "failed", taskStatus: "failed" },
      ...{ code: "MIGRATION_TASK_FAILED", message: "The task failed: SomeCode: It broke" },
      ...{ startedAt: "2027-01-01T00:00:00.000Z", endedAt: "2027-01-01T00:00:00.000Z" },
    });
    expect(readBatch(store).batch).toMatchObject({ status: "complete", moves: 3, place: "https://south" });
  });

  it("sends nothing of a file with findings, tells them by line, and sends the rest with skipInvalid", async () => {
    const lines = [
      user(1),
      user(2),
      "user,U1@SOUTH.example,other@north.example",
      "site,not a url,https://n/a",
      "robot,a,b",
    ];
    const { tenant, begin, run, moves } = world(lines);
    const { run: refused } = begin();
    const told = await events(refused);
    expect(await refused.result).toMatchObject({ status: "refused", findings: 3, counts: { invalid: 3, pending: 2 } });
    expect(tenant.calls).toEqual([]);
    expect(told.filter(({ type }) => type === "finding")).toMatchObject([
      { finding: { line: 4, code: "MOVE_DUPLICATE", message: expect.stringContaining("line 2 too") } },
      { finding: { line: 5, code: "MOVE_INVALID" } },
      {
        finding: {
          line: 6,
          code: "MOVE_INVALID",
          message: expect.stringMatching(/^Cannot use line 6 of .* kind must/),
        },
      },
    ]);
    // Without the file, as it was read to its end.
    const again = { rows: undefined } as unknown as Partial<BatchOptions>;
    expect(await run(again)).toMatchObject({ status: "refused" });
    expect(await run({ ...again, skipInvalid: true })).toMatchObject({ status: "complete", counts: { completed: 2 } });
    expect(outcomes(moves())).toEqual(["completed", "completed", "invalid", "invalid", "invalid"]);
  });

  it("begins a refused batch anew with a file", async () => {
    const { store, tenant, begin } = world([user(1), user(1)]);
    expect(await begin().run.result).toMatchObject({ status: "refused" });
    const { run } = begin({ rows: rowsOf([user(1), user(3)]) });
    expect(await run.result).toMatchObject({ status: "complete", moves: 2, counts: { completed: 2, invalid: 0 } });
    expect([...readBatch(store).moves()].map(({ source }) => source)).toEqual([userName(1), userName(3)]);
    expect(tenant.oursOf(userName(1))).toHaveLength(1);
  });

  it("finds two moves to one target, and sites that differ only in how their URLs are written", async () => {
    const { run, moves } = world([
      "site,https://s.example/sites/Team%20A/,https://n.example/a",
      "site,https://S.example:443/sites/team a,https://n.example/b",
      "site,https://s.example/sites/c,https://n.example/A/",
    ]);
    expect(await run()).toMatchObject({ status: "refused", findings: 2 });
    expect(moves().map(({ code }) => code)).toEqual([undefined, "MOVE_INVALID", "MOVE_DUPLICATE"]);
  });

  it("creates nothing when the service refuses one validation, by an error or by a task that failed", async () => {
    const { tenant, run, moves } = world([user(1), user(2), user(3)]);
    tenant.fault = (call, source) =>
      call === "validate" && source === userName(2) ? "IDENTITY_MAP_MISSING" : undefined;
    const create = tenant.create.bind(tenant);
    tenant.create = (move) => ({ ...create(move), ...(namesOf(move)[0] === userName(3) ? failed : {}) });
    const failed = { status: "failed", error: { message: "No license" } };
    expect(await run()).toMatchObject({ status: "refused", findings: 0, counts: { invalid: 2, pending: 1 } });
    expect(tenant.tasks).toEqual([]);
    expect(moves()).toMatchObject([
      { stage: "validated" },
      { outcome: "invalid", code: "IDENTITY_MAP_MISSING" },
      { outcome: "invalid", code: "MIGRATION_TASK_FAILED", message: "The service refused the validation: No license" },
    ]);
  });

  it("takes no validation for passed that hasn't come to its end", async () => {
    const { tenant, run, moves } = world([user(1), user(2)]);
    const tasks = tasksOf(tenant, ({ create }) => ({
      create: async (move) => {
        const task = await create(move);
        return move.validateOnly && namesOf(move)[0] === userName(2) ? { ...task, status: "notStarted" } : task;
      },
    }));
    expect(await run({ tasks })).toMatchObject({ status: "refused", counts: { invalid: 1, pending: 1 } });
    expect(moves()[1]).toMatchObject({ code: "SERVICE_REPLY_INVALID", message: expect.stringContaining("notStarted") });
  });

  it("only validates with validateOnly, and creates later what was valid", async () => {
    const { tenant, run, moves } = world([user(1), user(2)]);
    expect(await run({ validateOnly: true })).toMatchObject({ status: "validated", counts: { validated: 2 } });
    expect(tenant.tasks).toEqual([]);
    expect(outcomes(moves())).toEqual(["validated", "validated"]);
    const go = { rows: undefined } as unknown as Partial<BatchOptions>;
    expect(await run(go)).toMatchObject({ status: "complete", counts: { completed: 2, validated: 0 } });
    await expect(run({ ...go, validateOnly: true })).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  it.each(["notStarted", "inProgress", "completed", "unknownFutureValue"])(
    "skips a source that has a task which is %s",
    async (status) => {
      const { tenant, run, moves } = world([user(1), user(2)]);
      const { id } = tenant.add(userName(1), status);
      expect(await run()).toMatchObject({ counts: { skipped: 1, completed: 1 } });
      const message = `The source has task ${id} already, which is ${status}`;
      expect(moves()[0]).toMatchObject({ outcome: "skipped", code: "MIGRATION_TASK_EXISTS", message, taskId: id });
      expect(tenant.oursOf(userName(1))).toEqual([]);
    },
  );

  it.each(["failed", "cancelled"])("creates a new task where the earlier one is %s", async (status) => {
    const { tenant, run, moves } = world([user(1)]);
    tenant.add(userName(1), status);
    expect(await run()).toMatchObject({ counts: { completed: 1 } });
    expect(moves()[0]?.taskId).toBe(tenant.oursOf(userName(1))[0]?.id);
  });

  it.each(["newest", "oldest"] as const)(
    "takes no validation that the service keeps for a task, the %s one",
    async (shows) => {
      const { tenant, run, moves } = world([user(1)]);
      tenant.shows = shows;
      tenant.fault = (call) => {
        if (call === "validate") {
          tenant.add(userName(1), "completed", {
            validateOnly: true,
            sourceUserIdentity: { userPrincipalName: userName(1) },
            targetUserIdentity: { userPrincipalName: "u1@north.example" },
          });
        }
        return call === "create" ? "lost, acted" : undefined;
      };
      const outcome = shows === "newest" ? "completed" : "unknown";
      expect(await run()).toMatchObject({ counts: { [outcome]: 1 } });
      expect(moves()[0]?.outcome).toBe(outcome);
      expect(tenant.oursOf(userName(1))).toHaveLength(1);
    },
  );

  it("adopts the task whose creation was answered by nothing", async () => {
    const { tenant, run, moves } = world([user(1)]);
    tenant.add(userName(1), "failed");
    tenant.fault = (call) => (call === "create" ? "lost, acted" : undefined);
    expect(await run()).toMatchObject({ counts: { completed: 1 } });
    expect(tenant.oursOf(userName(1))).toMatchObject([{ id: moves()[0]?.taskId }]);
  });

  it("adopts no task of another target", async () => {
    const { tenant, run, moves } = world([user(1)]);
    tenant.fault = (call) => {
      if (call !== "create") return undefined;
      tenant.add(userName(1), "notStarted", {
        sourceUserIdentity: { userPrincipalName: userName(1) },
        targetUserIdentity: { userPrincipalName: "somebody@else.example" },
      });
      return "lost, not acted";
    };
    expect(await run()).toMatchObject({ status: "complete", counts: { unknown: 1 } });
    expect(moves()[0]).toMatchObject({
      code: "SUBMISSION_UNKNOWN",
      message: expect.stringContaining("which is not its"),
    });
  });

  it("leaves unknown what no look shows, and sends it again only when told to", async () => {
    const { tenant, run, moves } = world([user(1), user(2)]);
    tenant.fault = (call, source) => (call === "create" && source === userName(1) ? "lost, not acted" : undefined);
    expect(await run({ limits: { searchLooks: 4 } })).toMatchObject({ counts: { unknown: 1, completed: 1 } });
    expect(moves()[0]).toMatchObject({ outcome: "unknown", code: "SUBMISSION_UNKNOWN" });
    expect(tenant.calls.filter(({ call, source }) => call === "find" && source === userName(1))).toHaveLength(1 + 4);
    tenant.fault = () => undefined;
    const asked = tenant.calls.length;
    expect(await run()).toMatchObject({ status: "complete", counts: { unknown: 1 } });
    expect(tenant.calls).toHaveLength(asked);
    expect(await run({ resubmitUnknown: true })).toMatchObject({ counts: { unknown: 0, completed: 2 } });
    expect(tenant.oursOf(userName(1))).toHaveLength(1);
  });

  it("adopts no task that had started long before, though another one was shown first", async () => {
    const { tenant, run, moves } = world([user(1)]);
    const before = [tenant.add(userName(1), "failed"), tenant.add(userName(1), "failed")];
    tenant.fault = (call) => (call === "create" ? "lost, acted" : undefined);
    let looks = 0;
    const tasks = tasksOf(tenant, () => ({
      find: async () => {
        const { id, status } = before[Math.min(looks++, 1)] ?? {};
        const parameters = {
          sourceUserIdentity: { userPrincipalName: userName(1) },
          targetUserIdentity: { userPrincipalName: "u1@north.example" },
        };
        const task = shown({ status: status ?? "", parameters }, id);
        return { ...task, startedDateTime: "2026-12-01T00:00:00.000Z", finishedDateTime: undefined };
      },
    }));
    expect(await run({ tasks })).toMatchObject({ counts: { unknown: 1, failed: 0 } });
    expect(looks).toBe(1 + 3);
    expect(moves()[0]).toMatchObject({ code: "SUBMISSION_UNKNOWN" });
    expect(await run({ resubmitUnknown: true })).toMatchObject({ counts: { unknown: 0, completed: 1 } });
    expect(tenant.oursOf(userName(1))).toHaveLength(1);
  });

  it("leaves unknown what is refused when it is sent again, or finds another task in its way", async () => {
    const { tenant, run, moves } = world([user(1), user(2)]);
    tenant.fault = (call) => (call === "create" ? "lost, not acted" : undefined);
    expect(await run()).toMatchObject({ counts: { unknown: 2 } });
    tenant.fault = (call) => (call === "create" ? "CROSS_TENANT_PRECONDITION" : undefined);
    const { id } = tenant.add(userName(2), "inProgress");
    expect(await run({ resubmitUnknown: true })).toMatchObject({ counts: { unknown: 2, failed: 0, skipped: 0 } });
    expect(moves()).toMatchObject([
      { code: "SUBMISSION_UNKNOWN", message: expect.stringContaining("sent again, it was refused: Cannot create") },
      { code: "SUBMISSION_UNKNOWN", message: expect.stringContaining(`its source has task ${id}, which is not its`) },
    ]);
    tenant.fault = () => undefined;
    expect(await run({ resubmitUnknown: true })).toMatchObject({ counts: { unknown: 1, completed: 1 } });
  });

  it("keeps a task that the service gives for two lines at once for one of them", async () => {
    const { tenant, run } = world([user(1), user(2)]);
    const tasks = tasksOf(tenant, ({ create }) => ({
      create: async (move) => {
        const task = await create(move);
        return move.validateOnly ? task : { ...task, id: guid(1) };
      },
    }));
    const journal = slowJournal();
    expect(await run({ tasks, journal })).toMatchObject({ status: "complete", counts: { completed: 1, skipped: 1 } });
    expect([...readBatch(journal).moves()].map(({ taskId }) => taskId)).toEqual([guid(1), undefined]);
  });

  it("finds users by id where the validation names their UPN, else can't tell what a lost answer meant", async () => {
    const lines = [`user,${guid(901)},${guid(911)}`, `user,${guid(902)},${guid(912)}`];
    const { tenant, begin, moves } = world(lines);
    tenant.userPrincipalNames.set(guid(901), userName(1));
    tenant.fault = (call) => (call === "create" ? "lost, acted" : undefined);
    const { run } = begin({
      rows: { ...rowsOf(lines), defaults: { target: { targetOrganizationId: guid(5) } } },
    });
    expect(await run.result).toMatchObject({ counts: { completed: 1, unknown: 1 } });
    expect(moves()[1]?.message).toContain("can't be looked up by the user's id");
  });

  it("refuses a user by id whose UPN is on another line", async () => {
    const lines = [user(1), `user,${guid(901)},${guid(911)}`];
    const { tenant, begin, moves } = world(lines);
    tenant.userPrincipalNames.set(guid(901), userName(1).toUpperCase());
    const { run } = begin({
      rows: { ...rowsOf(lines), defaults: { target: { targetOrganizationId: guid(5) } } },
      limits: { requests: 1 },
    });
    expect(await run.result).toMatchObject({ status: "refused" });
    expect(moves()[1]).toMatchObject({ outcome: "invalid", code: "MOVE_DUPLICATE" });
  });

  it("refuses users by id, validated at once, whom the service names the same UPN of", async () => {
    const lines = [`user,${guid(901)},${guid(911)}`, `user,${guid(902)},${guid(912)}`];
    const { tenant, begin } = world(lines);
    for (const number of [901, 902]) tenant.userPrincipalNames.set(guid(number), userName(1));
    const rows = { ...rowsOf(lines), defaults: { target: { targetOrganizationId: guid(5) } } };
    const { run } = begin({ rows, journal: slowJournal() });
    expect(await run.result).toMatchObject({ status: "refused", counts: { invalid: 1 } });
  });

  it("fails the moves that the service refuses to create, and goes on with the others", async () => {
    const { tenant, run, moves } = world([user(1), user(2), user(3)]);
    tenant.fault = (call, source) =>
      call === "create" && source !== userName(2) ? "ORGANIZATIONS_ON_ONE_FARM" : undefined;
    expect(await run()).toMatchObject({ status: "complete", counts: { failed: 2, completed: 1 } });
    expect(moves()[0]).toMatchObject({ outcome: "failed", code: "ORGANIZATIONS_ON_ONE_FARM" });
  });

  it.each(["validate", "create", "find"] as const)(
    "ends when access is denied to %s at first, fails no move, and goes on from there",
    async (denied) => {
      const { tenant, run, moves } = world(Array.from({ length: 20 }, (_, at) => user(at)));
      tenant.fault = (call) => (call === denied ? "CROSS_TENANT_ACCESS_DENIED" : undefined);
      const options = { validate: denied === "validate", limits: { requests: 2 } };
      await expect(run(options)).rejects.toMatchObject({ code: "CROSS_TENANT_ACCESS_DENIED" });
      expect(tenant.calls.filter(({ call }) => call === denied).length).toBeLessThanOrEqual(2);
      expect(moves().filter(({ stage }) => stage === "ended")).toEqual([]);
      tenant.fault = () => undefined;
      expect(await run(options)).toMatchObject({ status: "complete", counts: { completed: 20 } });
    },
  );

  it("fails a single move that access is denied to", async () => {
    const { tenant, run } = world([user(1), user(2), user(3)]);
    tenant.fault = (call, source) =>
      call === "create" && source === userName(2) ? "CROSS_TENANT_ACCESS_DENIED" : undefined;
    expect(await run({ limits: { requests: 1 } })).toMatchObject({
      status: "complete",
      counts: { failed: 1, completed: 2 },
    });
  });

  it("rests when it is throttled or cut off, and ends resumably if that doesn't help", async () => {
    const { tenant, run } = world([user(1), user(2)]);
    let refusals = 0;
    tenant.fault = (call) => (call === "create" && ++refusals <= 3 ? "SERVICE_THROTTLED" : undefined);
    expect(await run()).toMatchObject({ counts: { completed: 2 } });
    expect(refusals).toBe(5);
    const other = world([user(1), user(2)]);
    other.tenant.fault = (call) => (call === "create" ? "SERVICE_UNREACHABLE" : undefined);
    await expect(other.run()).rejects.toMatchObject({ code: "SERVICE_UNREACHABLE" });
    expect(outcomes(other.moves())).toEqual(["validated", "validated"]);
    other.tenant.fault = () => undefined;
    expect(await other.run()).toMatchObject({ status: "complete", counts: { completed: 2 } });
  });

  it("refuses a move that the service fails to validate again and again, while it answers others", async () => {
    const { tenant, run, moves } = world(Array.from({ length: 30 }, (_, at) => user(at)));
    tenant.fault = (call, source) => (call === "validate" && source === userName(3) ? "SERVICE_FAILED" : undefined);
    expect(await run({ skipInvalid: true, limits: { requests: 2 } })).toMatchObject({ counts: { completed: 29 } });
    expect(moves()[3]).toMatchObject({ outcome: "invalid", code: "SERVICE_FAILED" });
  });

  it("leaves a move whose creation met a defect to a search, as nobody knows whether it was sent", async () => {
    const { tenant, begin, run, moves } = world([user(1)]);
    const { process } = begin({}, { step: 1, when: "before" });
    const tasks = { ...process.options.tasks };
    const fresh = new Process(memoryJournal(), tenant).options.tasks;
    tasks.create = async (move) => {
      const task = await fresh.create(move);
      if (move.validateOnly) return task;
      throw new TypeError("a defect");
    };
    const { find, get, cancel, close } = fresh;
    await expect(run({ tasks: { create: tasks.create, find, get, cancel, close } })).rejects.toMatchObject({
      code: "INTERNAL",
    });
    expect(outcomes(moves())).toEqual(["creating"]);
    expect(await run()).toMatchObject({ counts: { completed: 1 } });
    expect(tenant.oursOf(userName(1))).toHaveLength(1);
  });

  it("keeps no more tasks open than its limit", async () => {
    const { tenant, run } = world(Array.from({ length: 12 }, (_, at) => user(at)));
    let most = 0;
    const create = tenant.create.bind(tenant);
    tenant.create = (move) => {
      const task = create(move);
      const open = tenant.tasks.filter(({ status }) => status === "notStarted" || status === "inProgress");
      most = Math.max(most, open.length);
      return task;
    };
    expect(await run({ limits: { tasks: 3 } })).toMatchObject({ counts: { completed: 12 } });
    expect(most).toBe(3);
  });

  it("says what became of a task that the service shows no more, and of one that somebody cancelled", async () => {
    const { tenant, run, moves } = world([user(1), user(2)]);
    const create = tenant.create.bind(tenant);
    tenant.create = (move) => {
      const task = create(move);
      const made = tenant.tasks.at(-1);
      if (made?.source === userName(2)) made.status = "cancelled";
      else if (made !== undefined) tenant.tasks.pop();
      return task;
    };
    expect(await run()).toMatchObject({ counts: { unknown: 1, cancelled: 1 } });
    expect(moves()).toMatchObject([{ code: "MIGRATION_TASK_LOST" }, { code: "MIGRATION_TASK_CANCELLED" }]);
    // There was a task: that it is lost is no reason to make another one.
    expect(await run({ resubmitUnknown: true })).toMatchObject({ counts: { unknown: 1 } });
    expect(tenant.calls.filter(({ call }) => call === "create")).toHaveLength(2);
  });

  it("watches a task again which the service did not show for what the organizations lacked", async () => {
    const { tenant, run, moves } = world([user(1), user(2)]);
    tenant.fault = (call, id) =>
      call === "get" && id === tenant.oursOf(userName(1))[0]?.id ? "CROSS_TENANT_RELATIONSHIP_MISSING" : undefined;
    expect(await run()).toMatchObject({ status: "interrupted", counts: { completed: 1, pending: 1, unknown: 0 } });
    expect(moves()[0]).toMatchObject({ stage: "created", code: "CROSS_TENANT_RELATIONSHIP_MISSING" });
    tenant.fault = () => undefined;
    expect(await run()).toMatchObject({ status: "complete", counts: { completed: 2 } });
    expect(moves()[0]?.code).toBeUndefined();
  });

  it("leaves to a search what was under way when it was ended at once, though it fails by something else", async () => {
    const { tenant, begin, run, moves } = world([user(1), user(2)]);
    const stop = new AbortController();
    const tasks = tasksOf(tenant, ({ create }) => ({
      create: async (move, signal) => {
        const task = await create(move);
        if (move.validateOnly || namesOf(move)[0] !== userName(1) || signal === undefined) return task;
        // It was acted on, and its answer never comes.
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(abortedError(signal, "create")));
        });
      },
    }));
    let refusals = 0;
    tenant.fault = (call, source) => {
      if (call !== "create" || source !== userName(2)) return undefined;
      if (++refusals === 6) void turns(20).then(() => stop.abort());
      return "SERVICE_UNREACHABLE";
    };
    const { run: ended } = begin({ tasks, signal: stop.signal });
    await expect(ended.result).rejects.toMatchObject({ code: "SERVICE_UNREACHABLE" });
    expect(outcomes(moves())).toEqual(["creating", "validated"]);
    tenant.fault = () => undefined;
    expect(await run()).toMatchObject({ status: "complete", counts: { completed: 2 } });
    expect(tenant.oursOf(userName(1))).toHaveLength(1);
  });

  it("does not send what waits for its turn when it is drained, and knows that it didn't", async () => {
    const { tenant, store, begin, run, moves } = world([user(1), user(2)]);
    const { process } = begin({ signal: AbortSignal.abort() });
    const [searches, journaled, drained] = [moment(), moment(), moment()];
    tenant.fault = (call, source) => (call === "create" && source === userName(1) ? "lost, not acted" : undefined);
    let looks = 0;
    const tasks = tasksOf(tenant, ({ find }) => ({
      find: async (lookup) => {
        if (nameIn(lookup) !== userName(1) || ++looks < 3) return find(lookup);
        // The search has the one place, while the other move's creation is journaled and then waits for it.
        searches.resolve();
        await drained.promise;
        return find(lookup);
      },
    }));
    const journal: Journal = {
      ...process.options.journal,
      write: async (changes) => {
        const isSecond = changes.some(({ key, value }) => key.endsWith("3") && isCreating(value));
        if (isSecond) await searches.promise;
        await store.write(changes);
        if (isSecond) journaled.resolve();
      },
    };
    const { run: waiting } = begin({ tasks, journal, limits: { requests: 1 } });
    await journaled.promise;
    await turns(5);
    waiting.drain();
    drained.resolve();
    expect(await waiting.result).toMatchObject({ status: "interrupted" });
    expect(outcomes(moves())).toEqual(["creating", "validated"]);
    expect(tenant.calls.filter(({ call, source }) => call === "create" && source === userName(2))).toEqual([]);
    tenant.fault = () => undefined;
    expect(await run()).toMatchObject({ counts: { completed: 1, unknown: 1 } });
  });

  it("can be drained at any moment, and goes on", async () => {
    const { tenant, begin, run } = world(Array.from({ length: 10 }, (_, at) => user(at)));
    let summary: BatchSummary | undefined;
    for (let events = 1; summary?.status !== "complete"; events++) {
      const { run: drained } = begin({ limits: { requests: 2 } });
      let seen = 0;
      for await (const _ of drained) if (++seen === events) drained.drain();
      summary = await drained.result;
      expect(["interrupted", "complete"]).toContain(summary.status);
      expect(events).toBeLessThan(60);
    }
    expect(summary.counts.completed).toBe(10);
    expect(tenant.tasks).toHaveLength(10);
    expect(await run()).toEqual(summary);
  });

  it.each(["drained", "aborted"] as const)("can be %s while it waits for its file", async (how) => {
    const { begin, tenant, run } = world([user(1)]);
    const stop = new AbortController();
    const isWaiting = moment();
    async function* stalled(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`kind,source,target\n${user(1)}\n`);
      isWaiting.resolve();
      await NEVER;
    }
    const { run: reading } = begin({ rows: { ...rowsOf([]), file: stalled() }, signal: stop.signal });
    await isWaiting.promise;
    if (how === "aborted") {
      stop.abort();
      await expect(reading.result).rejects.toMatchObject({ code: "ABORTED" });
    } else {
      reading.drain();
      expect(await reading.result).toMatchObject({ status: "interrupted" });
    }
    expect(tenant.calls).toEqual([]);
    expect(await run()).toMatchObject({ status: "complete", moves: 1, counts: { completed: 1 } });
  });

  it("ends with ABORTED when its signal aborts, and goes on", async () => {
    const { tenant, begin, run } = world([user(1), user(2)]);
    const stop = new AbortController();
    tenant.fault = (call) => {
      if (call === "get") stop.abort();
      return undefined;
    };
    await expect(begin({ signal: stop.signal }).run.result).rejects.toMatchObject({ code: "ABORTED" });
    tenant.fault = () => undefined;
    expect(await run()).toMatchObject({ status: "complete", counts: { completed: 2 } });
    expect(tenant.tasks).toHaveLength(2);
  });

  it("refuses journals of another organization, kind or release, and none where there is no file", async () => {
    const { run } = world([user(1)]);
    await run();
    await expect(run({ place: "https://west" })).rejects.toMatchObject({ code: "RUN_MISMATCH" });
    const empty = world([]).begin({ rows: undefined } as unknown as Partial<BatchOptions>);
    await expect(empty.run.result).rejects.toMatchObject({ code: "JOURNAL_MISSING" });
    const foreign = memoryJournal();
    await foreign.write([{ key: "run", value: {} }]);
    expect(() => readBatch(foreign)).toThrow("it has to be that of a batch of moves");
    const { store } = world([]);
    await store.write([{ key: "batch", value: { schemaVersion: 2 } }]);
    expect(() => readBatch(store)).toThrow("knows journals of version 1: current value is 2");
    expect(() => world([]).begin({ validate: false, validateOnly: true })).toThrow("Cannot use option validateOnly");
    expect(() => world([]).begin({ limits: { tasks: 0 } })).toThrow("Cannot use option limits.tasks");
  });
});

describe("cancelBatch()", () => {
  /** A batch that was drained once its tasks were created. */
  async function created(count: number, options: Partial<BatchOptions> = {}) {
    const batch = world(Array.from({ length: count }, (_, at) => user(at)));
    batch.tenant.looksUntilEnd = 5;
    const { run } = batch.begin(options);
    let creations = 0;
    for await (const event of run) {
      if (event.type === "move" && event.move.stage === "created" && event.move.taskStatus === "notStarted")
        creations += 1;
      if (creations === Math.min(count, options.limits?.tasks ?? count)) run.drain();
    }
    expect(await run.result).toMatchObject({ status: "interrupted" });
    return batch;
  }

  it("cancels what has not started, and never creates what has no task", async () => {
    const { tenant, cancel, run, moves } = await created(6, { limits: { tasks: 3, requests: 1 } });
    for (const task of tenant.tasks) task.status = "notStarted";
    const made = tenant.tasks.length;
    expect(await cancel()).toMatchObject({ status: "cancelled", counts: { cancelled: 6, pending: 0 } });
    expect(tenant.tasks.map(({ status }) => status)).toEqual(Array.from({ length: made }, () => "cancelled"));
    const codes = moves().map(({ code }) => code);
    expect(codes.filter((code) => code === "MIGRATION_TASK_CANCELLED")).toHaveLength(made);
    expect(codes.filter((code) => code === "RUN_CANCELLED")).toHaveLength(6 - made);
    expect(await run()).toMatchObject({ status: "cancelled" });
    expect(tenant.tasks).toHaveLength(made);
  });

  it("leaves what has started, or watches it to its end", async () => {
    const { tenant, cancel, run, moves } = await created(2);
    const [started, waiting] = tenant.tasks;
    Object.assign(started ?? {}, { status: "inProgress", looks: 0 });
    Object.assign(waiting ?? {}, { status: "notStarted", looks: 0 });
    expect(await cancel()).toMatchObject({ status: "interrupted", counts: { cancelled: 1, pending: 1 } });
    expect(outcomes(moves()).sort()).toEqual(["cancelled", "created"]);
    await expect(run()).rejects.toMatchObject({ code: "RUN_CANCELLED" });
    expect(await cancel({ watch: true })).toMatchObject({
      status: "cancelled",
      counts: { cancelled: 1, completed: 1 },
    });
    expect(started?.status).toBe("completed");
  });

  it("cancels a task whose creation was not answered, once a search shows it", async () => {
    const { tenant, begin, cancel, moves } = world([user(1)]);
    const { run, process } = begin({ validate: false }, { step: 8, when: "after" });
    tenant.fault = () => undefined;
    expect(await Promise.race([run.result, process.died])).toBe("died");
    expect(outcomes(moves())).toEqual(["creating"]);
    expect(tenant.tasks).toMatchObject([{ status: "notStarted" }]);
    expect(await cancel()).toMatchObject({ status: "cancelled", counts: { cancelled: 1 } });
    expect(tenant.tasks).toMatchObject([{ status: "cancelled" }]);
  });

  it("asks again when an answer was lost, and keeps what the service says against it", async () => {
    const { tenant, cancel, moves } = await created(3);
    for (const task of tenant.tasks) Object.assign(task, { status: "notStarted", looks: -5 });
    const [first, second, third] = tenant.tasks.map(({ id }) => id);
    let lost = 0;
    tenant.fault = (call, id) => {
      if (call !== "cancel") return undefined;
      if (id === first) return "lost, acted";
      if (id === second && ++lost < 2) return "SERVICE_THROTTLED";
      return id === third ? "CROSS_TENANT_PRECONDITION" : undefined;
    };
    tenant.goOn = () => undefined;
    expect(await cancel()).toMatchObject({ status: "interrupted", counts: { cancelled: 2, pending: 1 } });
    expect(moves()[2]).toMatchObject({ stage: "created", code: "CROSS_TENANT_PRECONDITION", taskStatus: "notStarted" });
    tenant.fault = () => undefined;
    expect(await cancel()).toMatchObject({ status: "cancelled", counts: { cancelled: 3 } });
    expect(moves()[2]).toMatchObject({ outcome: "cancelled", code: "MIGRATION_TASK_CANCELLED" });
  });

  it("says that a task is lost which the service shows no more", async () => {
    const { tenant, cancel, moves } = await created(1);
    tenant.tasks.length = 0;
    expect(await cancel()).toMatchObject({ status: "cancelled", counts: { unknown: 1 } });
    expect(moves()[0]).toMatchObject({ code: "MIGRATION_TASK_LOST" });
  });

  it("looks for a task again that the service doesn't show at first", async () => {
    const { tenant, cancel } = await created(1);
    for (const task of tenant.tasks) task.status = "notStarted";
    tenant.goOn = () => undefined;
    const hidden = tenant.tasks.splice(0);
    let looks = 0;
    tenant.fault = (call) => {
      if (call === "get" && ++looks === 2) tenant.tasks.push(...hidden);
      return undefined;
    };
    expect(await cancel()).toMatchObject({ status: "cancelled", counts: { cancelled: 1, unknown: 0 } });
    expect(hidden[0]?.status).toBe("cancelled");
  });

  it("cancels nothing more once it is drained", async () => {
    const { tenant, store } = await created(5);
    for (const task of tenant.tasks) task.status = "notStarted";
    const { options } = new Process(store, tenant);
    const run = cancelBatch({ ...options, place: "https://south", limits: { requests: 1 } });
    let cancelled = 0;
    tenant.fault = (call) => {
      if (call === "cancel" && ++cancelled === 2) run.drain();
      return undefined;
    };
    expect(await run.result).toMatchObject({ status: "interrupted" });
    expect(cancelled).toBe(2);
  });

  it("leaves a batch that is complete as it is, and ends one that was only validated", async () => {
    const done = world([user(1)]);
    const summary = await done.run();
    expect(await done.cancel()).toEqual(summary);
    const validated = world([user(1)]);
    await validated.run({ validateOnly: true });
    expect(await validated.cancel()).toMatchObject({ status: "cancelled", counts: { cancelled: 1, validated: 0 } });
    const [move] = validated.moves();
    expect(move).toMatchObject({ outcome: "cancelled", code: "RUN_CANCELLED" });
  });

  it("goes on where it was killed, at every single step", async () => {
    for (let step = 1; ; step++) {
      const batch = await created(4, { limits: { tasks: 2, requests: 2 } });
      for (const task of batch.tenant.tasks) task.status = "notStarted";
      const process = new Process(batch.store, batch.tenant, { step, when: step % 2 === 0 ? "before" : "after" });
      const { result } = cancelBatch({ ...process.options, place: "https://south", watch: true });
      const end = await Promise.race([result, process.died]);
      expect(await batch.cancel({ watch: true })).toMatchObject({ status: "cancelled", counts: { pending: 0 } });
      for (const move of batch.moves()) {
        const task = batch.tenant.tasks.find(({ id }) => id === move.taskId);
        expect(move.outcome).toBe(task?.status ?? "cancelled");
      }
      if (end !== "died") break;
      expect(step).toBeLessThan(60);
    }
  });
});

/** Runs until a process lives to the batch's end. */
async function throughDeaths(
  { begin }: ReturnType<typeof world>,
  deaths: readonly Death[],
  options: Partial<BatchOptions>,
): Promise<BatchSummary> {
  for (const death of deaths) {
    const { run, process } = begin(options, death);
    const end = await Promise.race([run.result, process.died]);
    if (end !== "died") return end;
  }
  return begin(options).run.result;
}

/** What holds of every batch at its end, whatever happened on the way. */
function checkEnd(batch: ReturnType<typeof world>, summary: BatchSummary): void {
  const { tenant, moves } = batch;
  expect(summary).toMatchObject({ status: "complete", counts: { pending: 0 } });
  const told = Object.values(summary.counts).reduce((sum, count) => sum + count, 0);
  expect(told).toBe(summary.moves);
  for (const move of moves()) {
    expect(move.stage).toBe("ended");
    const task = tenant.tasks.find(({ id }) => id === move.taskId);
    if (move.outcome === "completed" || move.code === "MIGRATION_TASK_FAILED") {
      expect(task).toMatchObject({ isOurs: true, status: move.outcome, source: move.source });
    }
    if (move.outcome === "skipped")
      expect(tenant.tasks.some((one) => !one.isOurs && one.source === move.source)).toBe(true);
  }
}

describe("runBatch(), killed", () => {
  it.each(["before", "after"] as const)("at every single step, %s it, creates no move twice", async (when) => {
    const lines = [user(1), user(2), user(3)];
    for (let step = 1; ; step++) {
      const batch = world(lines);
      batch.tenant.add(userName(2), "failed");
      batch.tenant.endOf = (source) => (source === userName(3) ? "failed" : "completed");
      const { run, process } = batch.begin({ limits: { requests: 2 } }, { step, when });
      const end = await Promise.race([run.result, process.died]);
      const summary = await batch.run({ limits: { requests: 2 } });
      checkEnd(batch, summary);
      for (const number of [1, 2, 3]) expect(batch.tenant.oursOf(userName(number)).length).toBeLessThanOrEqual(1);
      // The look-up shows the newest, so that only what was not sent stays unknown.
      for (const move of batch.moves()) {
        expect(batch.tenant.oursOf(move.source).length).toBe(move.outcome === "unknown" ? 0 : 1);
      }
      if (end !== "died") break;
      expect(step).toBeLessThan(200);
    }
  });

  const faults: readonly Fault[] = [
    ...(["lost, acted", "lost, not acted", "SERVICE_THROTTLED", "SERVICE_UNREACHABLE"] as const),
    ...(["CROSS_TENANT_PRECONDITION", "SERVICE_REFUSED"] as const),
  ];
  const scenario = fc.record({
    moves: fc.array(
      fc.record({
        before: fc.option(fc.constantFrom("failed", "cancelled", "inProgress", "completed"), { freq: 2 }),
        end: fc.constantFrom("completed" as const, "failed" as const),
        faults: fc.array(fc.option(fc.constantFrom(...faults), { freq: 2 }), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    shows: fc.constantFrom("newest" as const, "oldest" as const),
    deaths: fc.array(
      fc.record({ step: fc.integer({ min: 1, max: 40 }), when: fc.constantFrom("before" as const, "after" as const) }),
      { maxLength: 5 },
    ),
    requests: fc.integer({ min: 1, max: 3 }),
    tasks: fc.integer({ min: 1, max: 4 }),
    validate: fc.boolean(),
  });

  function worldOf({ moves, shows }: typeof scenario extends fc.Arbitrary<infer T> ? T : never) {
    const batch = world(moves.map((_, at) => user(at)));
    const { tenant } = batch;
    tenant.shows = shows;
    tenant.endOf = (source) => moves[numberOf(source)]?.end ?? "completed";
    for (const [at, { before }] of moves.entries()) if (before !== null) tenant.add(userName(at), before);
    const left = moves.map((move) => [...move.faults]);
    tenant.fault = (call, source) => {
      if (call === "get" || call === "cancel") return undefined;
      const fault = left[numberOf(source)]?.shift() ?? undefined;
      // Which requests get no answer matters where something is made.
      return call === "create" || fault === undefined || !fault.startsWith("lost") ? fault : "SERVICE_UNREACHABLE";
    };
    return batch;
  }

  const numberOf = (source: string) => Number(/\d+/.exec(source)?.[0]);

  it("again and again, among faults, creates no move twice and tells of each what is true", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const batch = worldOf(given);
        const { requests, tasks, validate, deaths } = given;
        const options = { skipInvalid: true, validate, limits: { requests, tasks } };
        const summary = await throughDeaths(batch, deaths, options);
        checkEnd(batch, summary);
        for (const at of given.moves.keys()) expect(batch.tenant.oursOf(userName(at)).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 150 },
    );
  });

  it("and told to send again what is unknown, creates none twice where look-ups show the newest task", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const batch = worldOf({ ...given, shows: "newest" });
        const { requests, tasks, validate, deaths } = given;
        const options = { skipInvalid: true, validate, limits: { requests, tasks }, resubmitUnknown: true };
        await throughDeaths(batch, deaths, options);
        batch.tenant.fault = () => undefined;
        const summary = await batch.run(options);
        checkEnd(batch, summary);
        expect(summary.counts.unknown).toBe(0);
        for (const at of given.moves.keys()) expect(batch.tenant.oursOf(userName(at)).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });

  it("and told to send again what is unknown, creates none twice whose source had no task, whichever look-ups show", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const batch = worldOf(given);
        const { requests, tasks, validate, deaths } = given;
        const options = { skipInvalid: true, validate, limits: { requests, tasks }, resubmitUnknown: true };
        await throughDeaths(batch, deaths, options);
        batch.tenant.fault = () => undefined;
        checkEnd(batch, await batch.run(options));
        for (const [at, { before }] of given.moves.entries()) {
          if (before === null) expect(batch.tenant.oursOf(userName(at)).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });
});
