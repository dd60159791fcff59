import {
  guidOf,
  isMembers,
  type Members,
  type OpenedConnection,
  retryAfterOf,
  ServiceError,
  type ServiceReply,
  type ServiceRequest,
} from "@primepack/core/http";
import { type CrossTenantOptions, MIGRATIONS_ROOT, openCrossTenant } from "../connection.ts";
import { checkMove } from "./check-move.ts";
import { lookupPath } from "./lookup-path.ts";
import { readTask } from "./read-task.ts";
import { type TaskOperation, taskFault } from "./task-fault.ts";
import { taskParameters } from "./task-parameters.ts";
import type { CrossTenantTasks, MigrationTask, Move, TaskLookup } from "./task-types.ts";

/**
 * The calls about cross-organization migration tasks. They go to the source organization, whose credential is needed.
 * Nothing is sent before the first call.
 *
 * Failed calls reject with a ServiceError. By the tables of the draft pages (the published ones have none) it is
 * CROSS_TENANT_REQUEST_INVALID (400), CROSS_TENANT_ACCESS_DENIED (403), MIGRATION_TASK_NOT_FOUND (404; a root of Graph
 * without these routes can't be told apart), MIGRATION_TASK_IN_PROGRESS (409 of cancel, for whatever reason it gives),
 * ORGANIZATIONS_ON_ONE_FARM (501), or one of CROSS_TENANT_RELATIONSHIP_MISSING, SOURCE_ONEDRIVE_MISSING,
 * IDENTITY_MAP_MISSING and, where the message names none of these, CROSS_TENANT_PRECONDITION (422). Throttling, tokens and
 * connections fail as with any service.
 *
 * @throws INVALID_OPTION if Graph's URL is none, or not https: for a host that is not this machine
 */
export function crossTenantTasks(options: CrossTenantOptions): CrossTenantTasks {
  return new GraphTasks(openCrossTenant(options));
}

const TASKS = `${MIGRATIONS_ROOT}/crossOrganizationMigrationTasks`;

class GraphTasks implements CrossTenantTasks {
  readonly #connection: OpenedConnection;

  constructor(connection: OpenedConnection) {
    this.#connection = connection;
  }

  async create(move: Move, signal?: AbortSignal): Promise<MigrationTask> {
    const isValidation = isMembers(move) && move.validateOnly === true;
    const doing = isValidation ? "validate the move" : "create the migration task";
    checkMove(move, doing);
    const body = { parameters: taskParameters(move) };
    const repeat = isValidation ? "safe" : "once";
    const reply = await this.#send("create", { method: "POST", url: TASKS, body, doing, repeat }, signal);
    if (isValidation) return taskIn(reply, doing);
    // What has no id can't be followed; whether there is a task all the same only a look-up can tell.
    const task = isMembers(reply.body) ? readTask(reply.body) : undefined;
    if (task?.id !== undefined) return { ...task, ...retryAdvice(reply) };
    const value = isMembers(reply.body) ? typeof reply.body.id : "no object";
    throw replyFault("SERVICE_ANSWER_LOST", reply, `Cannot ${doing} as the service gave no task id`, value);
  }

  async get(lookup: TaskLookup, signal?: AbortSignal): Promise<MigrationTask> {
    const doing = "look up the migration task";
    const url = `${TASKS}/${lookupPath(lookup, doing)}`;
    const reply = await this.#send("get", { method: "GET", url, doing }, signal);
    if (reply.body === undefined || reply.body === null) {
      // OData's answer of a function that gives nothing.
      throw replyFault("MIGRATION_TASK_NOT_FOUND", reply, `Cannot ${doing} as the service shows none`, "no content");
    }
    const task = taskIn(reply, doing);
    const id = task.id ?? ("taskId" in lookup ? guidOf(lookup.taskId) : undefined);
    if (id !== undefined) return { ...task, id };
    throw replyFault("SERVICE_REPLY_INVALID", reply, `Cannot ${doing} as the reply must have its id`, "none");
  }

  async find(lookup: TaskLookup, signal?: AbortSignal): Promise<MigrationTask | undefined> {
    try {
      return await this.get(lookup, signal);
    } catch (error) {
      if (error instanceof ServiceError && error.code === "MIGRATION_TASK_NOT_FOUND") return undefined;
      throw error;
    }
  }

  async cancel(taskId: string, signal?: AbortSignal): Promise<void> {
    const doing = "cancel the migration task";
    const url = `${TASKS}/${lookupPath({ taskId }, doing)}/cancel`;
    try {
      await this.#send("cancel", { method: "POST", url, doing, repeat: "once" }, signal);
    } catch (error) {
      // Sent again, it might be refused because it was done.
      if (!(error instanceof ServiceError) || error.code !== "SERVICE_ANSWER_LOST") throw error;
      if ((await this.#statusOf(taskId, signal)) !== "cancelled") throw error;
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Undefined if it can't be told. */
  async #statusOf(taskId: string, signal: AbortSignal | undefined): Promise<MigrationTask["status"] | undefined> {
    try {
      return (await this.get({ taskId }, signal)).status;
    } catch {
      return undefined;
    }
  }

  async #send(
    operation: TaskOperation,
    request: ServiceRequest,
    signal: AbortSignal | undefined,
  ): Promise<ServiceReply> {
    try {
      return await this.#connection.client.send({ ...request, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      throw taskFault(error, operation);
    }
  }
}

function taskIn(reply: ServiceReply, doing: string): MigrationTask {
  const { body } = reply;
  if (!isTask(body)) {
    const value = isMembers(body) ? "an object without status" : body === undefined ? "nothing" : typeof body;
    throw replyFault("SERVICE_REPLY_INVALID", reply, `Cannot ${doing} as the reply must be a task`, value);
  }
  return { ...readTask(body), ...retryAdvice(reply) };
}

function retryAdvice({ headers }: ServiceReply): Pick<MigrationTask, "retryAfterMs"> {
  const retryAfterMs = retryAfterOf(headers);
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function isTask(body: unknown): body is Members {
  return isMembers(body) && typeof body.status === "string";
}

function replyFault(
  code: "SERVICE_ANSWER_LOST" | "SERVICE_REPLY_INVALID" | "MIGRATION_TASK_NOT_FOUND",
  { status }: ServiceReply,
  constraint: string,
  value: string,
): ServiceError {
  return new ServiceError(code, `${constraint}: current value is ${value}`, { answer: { status } });
}
