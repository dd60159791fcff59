import type { ContainerProvider, MigrationService } from "./types.ts";

/** Containers that the service provisions: the default. Their SAS allows reading and writing, no list. */
export function providedContainers(service: MigrationService): ContainerProvider {
  return { kind: "provided", provide: (_name, signal) => service.provisionContainers(signal) };
}
