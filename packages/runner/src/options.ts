import { type Clock, type Ledger, type Logger, type NetworkOptions, PrimepackError } from "@primepack/core";
import { systemTimer, type Timer } from "@primepack/core/http";
import type { PolledEvents } from "@primepack/event-reader";
import { type ContainerProvider, type MigrationService, providedContainers } from "@primepack/submitter";
import type { EndOptions, RunLimits } from "./types.ts";

const HOUR = 3_600_000;

/** What all kinds of runs need, with every default filled in. */
export interface ResolvedOptions {
  readonly directory: string;
  readonly service: MigrationService;
  /** Site URL, or id of the SharePoint Embedded container. */
  readonly place: string;
  readonly events: PolledEvents;
  readonly containers: ContainerProvider;
  readonly ledger: { readonly store: Ledger; readonly deletions?: boolean } | undefined;
  readonly limits: ResolvedLimits;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly network: NetworkOptions | undefined;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger | undefined;
}

export type ResolvedLimits = Required<Omit<RunLimits, "packagesInFlight">> & Pick<RunLimits, "packagesInFlight">;

/** Fills a copy; throws INVALID_OPTION. */
export function resolveOptions(options: EndOptions): ResolvedOptions {
  const { directory, service, events, ledger, network, signal, logger } = options;
  return {
    directory,
    service,
    place: service.kind === "sharepoint" ? service.siteUrl : service.containerId,
    events,
    containers: options.containers ?? providedContainers(service),
    ledger,
    limits: resolveLimits(options.limits),
    clock: options.clock ?? (() => new Date()),
    timer: options.timer ?? systemTimer,
    network,
    signal,
    logger,
  };
}

function resolveLimits(given: RunLimits = {}): ResolvedLimits {
  const limits = {
    jobs: given.jobs ?? 5000,
    jobsPerSite: given.jobsPerSite ?? 5,
    packagesAhead: given.packagesAhead ?? 10,
    attempts: given.attempts ?? 3,
    sasHoursLeft: given.sasHoursLeft ?? 12,
    pollRunningMs: given.pollRunningMs ?? 60_000,
    pollQueuedMs: given.pollQueuedMs ?? 300_000,
    pollRequestsPerMinute: given.pollRequestsPerMinute ?? 300,
    silenceMs: given.silenceMs ?? 24 * HOUR,
  };
  for (const [name, value] of Object.entries(limits)) {
    const isHours = name === "sasHoursLeft";
    if (isHours ? value >= 0 && Number.isFinite(value) : Number.isSafeInteger(value) && value >= 1) continue;
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use option limits.${name} as it takes ${isHours ? "hours from 0" : "a whole number from 1"}: current value is ${value}`,
    );
  }
  return {
    ...limits,
    ...(given.packagesInFlight === undefined ? {} : { packagesInFlight: given.packagesInFlight }),
  };
}
