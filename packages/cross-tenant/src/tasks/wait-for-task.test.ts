import { ServiceError } from "@primepack/core/http";
import { describe, expect, it } from "vitest";
import { readTask } from "./read-task.ts";
import type { CrossTenantTasks, WatchTasksOptions } from "./task-types.ts";
import { waitForTask } from "./wait-for-task.ts";

const taskId = "4f02f9a2-8d17-4f02-8d5b-0f6f4a3b5c6d";

/** Waits for a task that shows one status, or fails by one error, at each look. */
function waiting(looks: readonly (string | Error)[], options: Omit<WatchTasksOptions, "tasks"> = {}) {
  let now = 0;
  let at = 0;
  const tasks = {
    get: async () => {
      const look = looks[at++];
      if (look === undefined || look instanceof Error) throw look ?? new Error("one look too many");
      return readTask({ id: taskId, status: look });
    },
  } as unknown as CrossTenantTasks;
  const timer = async (milliseconds: number) => {
    now += milliseconds;
  };
  return waitForTask(tasks, taskId, { now: () => new Date(now), timer, ...options });
}

const noSuchTask = new ServiceError("MIGRATION_TASK_NOT_FOUND", "Cannot find");
const denied = new ServiceError("CROSS_TENANT_ACCESS_DENIED", "Cannot look up");

describe("waitForTask()", () => {
  it.each(["completed", "cancelled", "failed"])("gives the task that is %s", async (status) => {
    expect(await waiting(["notStarted", noSuchTask, "inProgress", status])).toMatchObject({ id: taskId, status });
  });

  it("rejects when the task is found no more, or never was", async () => {
    const looks = [noSuchTask, noSuchTask];
    await expect(waiting(["inProgress", ...looks], { missingLooks: 2 })).rejects.toMatchObject({
      code: "MIGRATION_TASK_LOST",
    });
    await expect(waiting(looks, { missingLooks: 2 })).rejects.toMatchObject({ code: "MIGRATION_TASK_NOT_FOUND" });
  });

  it("rejects with what a look fails with for good", async () => {
    await expect(waiting([denied])).rejects.toBe(denied);
  });

  it("rejects with ABORTED when the signal aborts", async () => {
    await expect(waiting(["inProgress"], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ABORTED" });
  });
});
