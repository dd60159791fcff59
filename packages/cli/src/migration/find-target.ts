import type { Target } from "@primepack/core";
import { resolveGraphTarget, resolveTarget } from "@primepack/submitter";
import type { ServiceArguments } from "../arguments/service-arguments.ts";
import type { OpenedService } from "./open-service.ts";

/** Where a migration leads. */
export interface FoundTarget {
  readonly target: Target;
  /** Names of the folder of the library that everything goes into; empty: its root. */
  readonly folder: readonly string[];
}

/** Asks the service for the library or container. Throws TARGET_NOT_FOUND and other ServiceErrors. */
export async function findTarget(
  place: ServiceArguments,
  { library = "", folder }: { readonly library?: string; readonly folder?: string },
  { client }: OpenedService,
  signal: AbortSignal,
): Promise<FoundTarget> {
  const within = { client, signal, ...(folder !== undefined && { folder }) };
  if (place.kind === "graph") {
    const { target, folder: names } = await resolveGraphTarget({ ...within, containerId: place.containerId });
    return { target, folder: names };
  }
  const resolved = await resolveTarget({ ...within, siteUrl: place.siteUrl, library });
  await resolved.close();
  return { target: resolved.target, folder: resolved.folder };
}
