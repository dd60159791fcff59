import type {
  BuildProgress,
  CommonBuildOptions,
  Journal,
  Ledger,
  Logger,
  NetworkOptions,
  PackageForms,
  PackageRecord,
  Source,
  SourcePath,
  Target,
} from "@primepack/core";
import type { JobCounts, PolledEvents } from "@primepack/event-reader";
import type { ContainerProvider, MigrationService } from "@primepack/submitter";

/** What shapes the packages; a resumed run has to be given the same. */
export type PackagingOptions = Pick<
  CommonBuildOptions,
  "names" | "limits" | "defaultAuthor" | "people" | "sourceType" | "workers" | "blockSize" | "uploads" | "ahead"
> & { readonly forms?: PackageForms };

/** A migration: what moves where, and by whom. */
export interface MigrateOptions {
  /**
   * Folder of the run: records, journal (where the journal is stored there) and report. It holds secrets and is made for
   * this user only (mode 0700).
   */
  readonly directory: string;
  /** Where the run's state is kept; that of an earlier attempt resumes it. */
  readonly journal: Journal;
  readonly source: Source;
  readonly target: Target;
  readonly service: MigrationService;
  /** How events are read. */
  readonly events: PolledEvents;
  /** Default: provisioned by the service. */
  readonly containers?: ContainerProvider;
  /** Folders and files that are read: none may lie in or around the folder of the run. Default: none. */
  readonly sources?: readonly string[];
  readonly packaging?: PackagingOptions;
  /** Makes the run a delta, and is told what was received. Default: none. */
  readonly ledger?: { readonly store: Ledger; readonly deletions?: boolean };
  readonly limits?: RunLimits;
  /** How storage is reached. Default: directly. */
  readonly network?: NetworkOptions;
  /**
   * SharePoint: let the service tell events to a queue of the run's own as well. It is what shows a job whose creation
   * was cut off. Default: true; a service that no longer provides queues is gone on without.
   */
  readonly queue?: boolean;
  /** Send packages again of which nobody can tell whether they became jobs. Default: false; they stay `unknown`. */
  readonly resubmitUnknown?: boolean;
  /** Default: the machine's. */
  readonly clock?: () => Date;
  /** Waits. Default: the machine's timer. */
  readonly timer?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Ends the run at once; it can be resumed. */
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
}

/** What ends a run without its source: {@link cancelMigration}, {@link settleMigration}. */
export type EndOptions = Pick<
  MigrateOptions,
  | "directory"
  | "journal"
  | "service"
  | "events"
  | "containers"
  | "ledger"
  | "limits"
  | "network"
  | "clock"
  | "timer"
  | "signal"
  | "logger"
>;

/** Bounds and patience; defaults from what is known of the service. */
export interface RunLimits {
  /** Jobs at the service that have not ended, over all runs of this process. Default: 5,000 (Microsoft's speed guidance). */
  readonly jobs?: number;
  /** Jobs of one site that have not ended. Default: 5: imports were seen cancelled from about 6 on, and 2 run at once. */
  readonly jobsPerSite?: number;
  /** Packages that are uploaded and wait for their turn. Default: 10. */
  readonly packagesAhead?: number;
  /** Packages that are being built at once. Default: that of `build`. */
  readonly packagesInFlight?: number;
  /** Times that an item is sent, the first included. Default: 3. */
  readonly attempts?: number;
  /** Hours that a SAS must still last when its package is submitted; else it is uploaded anew. Default: 12. */
  readonly sasHoursLeft?: number;
  /** Milliseconds between two looks at a running job. Default: 60,000 (Progress page: about once a minute). */
  readonly pollRunningMs?: number;
  /** Milliseconds between two looks at a queued job. Default: 300,000. */
  readonly pollQueuedMs?: number;
  /** Requests for events a minute, over all jobs of the run. Default: 300. */
  readonly pollRequestsPerMinute?: number;
  /** Milliseconds of silence after which a job counts as lost (`unknown`). Default: 24 hours. */
  readonly silenceMs?: number;
}

/** Where a package of the run is. */
export type PackageStage =
  | "planned"
  | "building"
  | "built"
  | "submitting"
  | "submitted"
  | "ended"
  | "settled"
  | "unknown";

/** A package and its job, for status and report. Holds no secret. */
export interface PackageStatus {
  readonly name: string;
  readonly stage: PackageStage;
  /** From 1; a package that is sent again has another name, and says whose items it has. */
  readonly attempt: number;
  readonly retryOf?: string;
  readonly dependsOn: readonly string[];
  readonly jobId?: string;
  /** ISO 8601, UTC. */
  readonly plannedAt?: string;
  readonly builtAt?: string;
  readonly submittedAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly record?: PackageRecord;
  readonly counts?: JobCounts;
  /** How the job ended. */
  readonly result?: "ended" | "fatal" | "cancelled" | "deleted" | "lost";
  /** What the service, or the run, said of it. */
  readonly message?: string;
  readonly items?: { readonly imported: number; readonly failed: number; readonly unknown: number };
}

/** How far a run is, as its journal says. */
export interface RunStatus {
  /** 16 hexadecimal digits; names the run in the ledger. */
  readonly runId: string;
  /** `running` also of a run whose process was killed: whoever needs to know tries to resume it. */
  readonly status: "running" | "interrupted" | "complete" | "cancelling" | "cancelled";
  readonly service: "sharepoint" | "graph";
  /** Site URL, or id of the SharePoint Embedded container. */
  readonly place: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Undefined until the source was read to its end. */
  readonly scanned?: { readonly items: number; readonly bytes: number };
}

/** What {@link readStatus} gives. */
export interface MigrationStatus {
  /** Undefined: the journal holds no run. */
  readonly run: RunStatus | undefined;
  /** In the order of their names. */
  packages(): Iterable<PackageStatus>;
}

/** The end of one source item: one line of the report's items. */
export interface ItemEnd {
  readonly source: string;
  readonly sourcePath: SourcePath;
  readonly kind: "folder" | "file" | "item" | "list" | "other";
  readonly outcome:
    | "imported"
    | "deleted"
    | "unchanged"
    | "existing"
    | "excluded"
    | "skipped"
    | "failed"
    | "unknown"
    /** Not yet settled: the run is going on, or was interrupted. */
    | "pending";
  /** Code of ours, or the service's. */
  readonly code?: string;
  readonly message?: string;
  readonly warnings?: readonly string[];
  readonly url?: string;
  readonly id?: string;
  readonly package?: string;
  readonly jobId?: string;
  /** Times that it was sent. */
  readonly attempts?: number;
  /** Bytes of plaintext. */
  readonly size?: number;
}

/** What happened, as facts. Unknown types may come with later releases. */
export type MigrationEvent =
  | { readonly type: "package"; readonly package: PackageStatus }
  | { readonly type: "scanned"; readonly items: number; readonly bytes: number }
  | { readonly type: "warning"; readonly code: string; readonly message: string; readonly source?: string };

export interface MigrationProgress {
  readonly build: BuildProgress;
  /** Packages by stage. */
  readonly stages: Readonly<Record<PackageStage, number>>;
  readonly imported: number;
  readonly failed: number;
  readonly unknown: number;
  /** Bytes of plaintext whose import is proven. */
  readonly importedBytes: number;
}

export interface MigrationSummary {
  /** `interrupted`: it can be resumed. */
  readonly status: "complete" | "interrupted" | "cancelled";
  /** Items by how they ended. */
  readonly counts: Readonly<Record<ItemEnd["outcome"], number>>;
  readonly packages: number;
  readonly jobs: number;
  readonly importedBytes: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** A migration under way. Events are told to whoever reads them; nobody need. */
export interface MigrationRun extends AsyncIterable<MigrationEvent> {
  readonly result: Promise<MigrationSummary>;
  readonly progress: MigrationProgress;
  /** Reads no more of the source and submits nothing more; `result` then resolves with `interrupted`. */
  drain(): void;
}
