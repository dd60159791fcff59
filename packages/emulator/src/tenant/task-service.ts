import { randomUUID } from "node:crypto";
import type { SharePointMigrationTask } from "@primepack/core/wire";
import { FaultCount } from "../fault-count.ts";
import type { EmulatorFaults } from "../types.ts";
import { type RowValues, rowRefusal, standsFor, type TaskOperation, TenantRefusal } from "./error-rows.ts";
import { type MoveKind, showTask, stateAt, statusText, type TaskRecord } from "./migration-task.ts";
import { DEFAULT_TARGET_HOST, type Organizations } from "./organizations.ts";
import { isMembers, type MoveRequest, readMove } from "./task-parameters.ts";
import type { TaskStore } from "./task-store.ts";
import { Turns } from "./turns.ts";

export interface TaskServiceOptions {
  readonly store: TaskStore;
  readonly organizations: Organizations;
  /** Whether the target organization has a mapping of the user. */
  readonly isMapped: (userPrincipalName: string) => boolean;
  readonly faults: () => EmulatorFaults;
  readonly now: () => Date;
}

/** The rules of the calls about tasks. All of them throw TenantRefusal for what the service refuses. */
export class TaskService {
  readonly #options: TaskServiceOptions;
  readonly #turns = new Turns();
  readonly #errorCount: FaultCount;
  readonly #moveCount: FaultCount;

  constructor(options: TaskServiceOptions) {
    this.#options = options;
    this.#errorCount = new FaultCount(options.faults);
    this.#moveCount = new FaultCount(options.faults);
  }

  /** As they stand now, in the order of their creation. */
  tasks(): readonly SharePointMigrationTask[] {
    return this.#options.store.all().map((record) => this.#show(record));
  }

  /** `body`: of the request. */
  async create(body: Readonly<Record<string, unknown>>): Promise<SharePointMigrationTask> {
    const { organizations } = this.#options;
    const hints = hintsOf(body);
    const misfortune = this.#misfortune("create", hints);
    // Rows about the move itself are a verdict on it: a validation may have another way to tell.
    if (misfortune !== undefined && !isVerdict(misfortune)) throw misfortune;
    this.#permit(true);
    const move = readMove(body.parameters, organizations, (paramName) => this.#row("missingParameter", { paramName }));
    if (move.validateOnly) return this.#validate(move, misfortune);
    if (misfortune !== undefined) throw misfortune;
    this.#check(move);
    return this.#turns.run(() => this.#add(move));
  }

  async get(id: string): Promise<SharePointMigrationTask> {
    this.#begin("get", { paramName: "taskId", id });
    const task = this.#options.store.get(id);
    this.#relate(task);
    if (task === undefined) throw this.#row("taskNotFound", { id });
    return this.#show(task);
  }

  /** `source`: blank if the request names none. */
  async getBySource(kind: MoveKind, paramName: string, source: string): Promise<SharePointMigrationTask> {
    this.#begin("getBy", { paramName, id: source });
    if (source === "") throw this.#row("missingParameter", { paramName });
    const { store, organizations } = this.#options;
    const tasks = store.ofSource(kind, source);
    const task = tasks.at(organizations.switches.taskLookup === "newest" ? -1 : 0);
    this.#relate(task);
    if (task === undefined) throw this.#row("taskNotFound", { id: source });
    return this.#show(task);
  }

  async cancel(id: string): Promise<void> {
    this.#befall("cancel", { paramName: "taskId", id });
    this.#permit(true);
    await this.#turns.run(async () => {
      const { store, now, organizations } = this.#options;
      const task = store.get(id);
      this.#relate(task);
      if (task === undefined) throw this.#row("taskNotFound", { id });
      const moment = now();
      const { status } = stateAt(task, moment.getTime());
      if (status === "notStarted") return store.cancel(task, moment.toISOString());
      if (status === "inProgress") throw this.#row("taskInProgress", {});
      if (organizations.switches.cancelEnded === "accept") return;
      throw new TenantRefusal(409, `Can't process the canceled request because the task is ${status}`);
    });
  }

  async settled(): Promise<void> {
    await this.#turns.settled();
  }

  async #add({ kind, source, parameters }: MoveRequest): Promise<SharePointMigrationTask> {
    const { store, organizations, faults, now } = this.#options;
    const { startDelayMs, moveMs } = organizations;
    const count = this.#moveCount.next();
    const { failMove } = faults();
    const record: TaskRecord = {
      id: randomUUID(),
      kind,
      source,
      parameters,
      created: now().toISOString(),
      startDelayMs,
      moveMs,
      fails: failMove !== undefined && count % failMove.every === 0,
    };
    await store.create(record);
    const status = statusText("notStarted", organizations.switches.taskStatusText);
    return { id: record.id, status, parameters };
  }

  /** Nothing is stored, and what is shown has no id. */
  #validate(move: MoveRequest, misfortune: TenantRefusal | undefined): SharePointMigrationTask {
    const { taskStatusText, failedValidation } = this.#options.organizations.switches;
    try {
      if (misfortune !== undefined) throw misfortune;
      this.#check(move);
    } catch (error) {
      if (failedValidation === "status" || !(error instanceof TenantRefusal)) throw error;
      const { code, message } = error;
      return {
        status: statusText("failed", taskStatusText),
        parameters: move.parameters,
        error: { code, message, target: move.source },
      };
    }
    return { status: statusText("completed", taskStatusText), parameters: move.parameters };
  }

  /** Whether the move is possible. */
  #check({ kind, source, parameters }: MoveRequest): void {
    const { organizations, isMapped } = this.#options;
    const { relationship, sameFarm, withoutOneDrive, identityMapNeeded } = organizations;
    if (!relationship) throw this.#row("noRelationship", { siteUrl: partnerOf(parameters) });
    if (sameFarm) throw this.#row("sameFarm", {});
    if (kind !== "user") return;
    const has = (names: readonly string[]) => names.some((name) => name.toLowerCase() === source.toLowerCase());
    if (!/^[^@\s]+@[^@\s]+$/.test(source) || has(withoutOneDrive)) {
      throw this.#row("noOneDrive", { sourceUserUpn: source });
    }
    if (identityMapNeeded && !isMapped(source)) throw this.#row("noIdentityMap", { sourceUserUpn: source });
  }

  #begin(operation: TaskOperation, values: RowValues): void {
    this.#befall(operation, values);
    this.#permit(false);
  }

  #permit(isChange: boolean): void {
    const { permission } = this.#options.organizations;
    if (permission === "none" || (isChange && permission === "read")) throw this.#row("accessDenied", {});
  }

  #relate(task: TaskRecord | undefined): void {
    if (this.#options.organizations.relationship) return;
    throw this.#row("noRelationship", { siteUrl: partnerOf(task?.parameters) });
  }

  #befall(operation: TaskOperation, values: RowValues): void {
    const misfortune = this.#misfortune(operation, values);
    if (misfortune !== undefined) throw misfortune;
  }

  /** The row that is on demand, if it stands for the operation and this is the request that it befalls. */
  #misfortune(operation: TaskOperation, values: RowValues): TenantRefusal | undefined {
    const { crossTenantError } = this.#options.faults();
    if (crossTenantError === undefined || !standsFor(crossTenantError.row, operation)) return undefined;
    if (this.#errorCount.next() % crossTenantError.every !== 0) return undefined;
    return this.#row(crossTenantError.row, { siteUrl: DEFAULT_TARGET_HOST, ...values });
  }

  #row(row: Parameters<typeof rowRefusal>[0], values: RowValues): TenantRefusal {
    return rowRefusal(row, this.#options.organizations.switches.crossTenantWording, values);
  }

  #show(record: TaskRecord): SharePointMigrationTask {
    const { now, organizations } = this.#options;
    return showTask(record, now().getTime(), organizations.switches.taskStatusText);
  }
}

function isVerdict({ row }: TenantRefusal): boolean {
  return row !== "missingParameter" && row !== "accessDenied";
}

/** What a refusal on demand can say of a body that nobody has read yet. */
function hintsOf({ parameters }: Readonly<Record<string, unknown>>): RowValues {
  const values = { paramName: "parameters" };
  if (!isMembers(parameters)) return values;
  const { sourceUserIdentity: user } = parameters;
  const name = isMembers(user) ? (user.userPrincipalName ?? user.id) : undefined;
  return { ...values, siteUrl: partnerOf(parameters), ...(typeof name === "string" && { sourceUserUpn: name }) };
}

function partnerOf(parameters: Readonly<Record<string, unknown>> | undefined): string {
  const host = parameters?.targetOrganizationHost;
  return typeof host === "string" ? host : DEFAULT_TARGET_HOST;
}
