import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { EmulatorFaults } from "../types.ts";
import { MappingService } from "./mapping-service.ts";
import { MappingStore } from "./mapping-store.ts";
import type { Organizations } from "./organizations.ts";
import { TaskService } from "./task-service.ts";
import { TaskStore } from "./task-store.ts";

/** Cross-tenant migration as the routes see it. */
export interface CrossTenant {
  readonly tasks: TaskService;
  readonly mappings: MappingService;
  close(): Promise<void>;
}

export interface CrossTenantOptions {
  /** Has `tasks.ndjson` and `mappings.ndjson`. */
  readonly directory: string;
  readonly organizations: Organizations;
  readonly faults: () => EmulatorFaults;
  readonly now: () => Date;
}

/** Opens what the folder holds of tasks and mappings. */
export async function openCrossTenant(options: CrossTenantOptions): Promise<CrossTenant> {
  const { directory, organizations, faults, now } = options;
  // Names of people: nobody else's.
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const mappingStore = await MappingStore.open(join(directory, "mappings.ndjson"));
  const taskStore = await TaskStore.open(join(directory, "tasks.ndjson")).catch(async (error: unknown) => {
    await mappingStore.close();
    throw error;
  });
  const mappings = new MappingService({ store: mappingStore, organizations, faults, now });
  const isMapped = (userPrincipalName: string) => mappings.isMapped(userPrincipalName);
  const tasks = new TaskService({ store: taskStore, organizations, isMapped, faults, now });
  return {
    tasks,
    mappings,
    async close() {
      await Promise.all([tasks.settled(), mappings.settled()]);
      await taskStore.close();
      await mappingStore.close();
    },
  };
}
