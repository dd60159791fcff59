/** What no source settles about the service; each choice is the emulator's own (docs/emulator.md). */
export interface EmulatorSwitches {
  /** HTTP status of a job that can't be created. Default: 400. */
  readonly badJobStatus?: 400 | 500;
  /** What a blob without a snapshot does: fails its object or the job. Default: `object`. */
  readonly missingSnapshot?: "object" | "job";
  /** Side files (all but Manifest.xml and UserGroup.xml): read leniently, as was seen, or by their schema. Default: `lenient`. */
  readonly sideFiles?: "lenient" | "strict";
  /** Order in which several manifests are read: as SystemData.xml lists them, or by name. Default: `listed`. */
  readonly manifestOrder?: "listed" | "byName";
  /** A file with an existing GUID: its versions are appended (as was seen), or it is replaced (as documented). Default: `append`. */
  readonly existingFiles?: "append" | "replace";
  /** A GUID of the list at another path: the object is refused, or moved there. Default: `refuse`. */
  readonly movedItems?: "refuse" | "move";
  /** Objects with `IsDeleted`: what they name is deleted, or they have no effect. Default: `delete`. */
  readonly deletedObjects?: "delete" | "ignore";
  /** Object errors after which a job is cancelled. Default: 100. */
  readonly errorLimit?: number;
  /** Which text a wrong MD5 gives. Default: `mismatch`. */
  readonly md5Error?: "mismatch" | "missing";
  /** What of archives is encrypted: the zip alone, or (by the `InitializationVector` of their files) its members too. Default: `archive`. */
  readonly archiveEncryption?: "archive" | "members";
  /** Lines of logs: fields in brackets before the message, or the ids within it. Default: `fields`. */
  readonly logLines?: "fields" | "message";
  /** Whether `DeleteMigrationJob` of a running job stops it (as JobCancelled) or is refused. Default: `cancel`. */
  readonly deleteRunning?: "cancel" | "refuse";
}

/** Faults on demand. All are off by default; they can be changed while the emulator runs. */
export interface EmulatorFaults {
  /** Answers every n-th API request with 429 and a `Retry-After` of so many seconds. */
  readonly throttle?: { readonly every: number; readonly retryAfterSeconds: number; readonly status?: 429 | 503 };
  /** Drops the connection of every n-th request after it was acted on, without an answer. */
  readonly loseAnswer?: { readonly every: number; readonly path?: string };
  /** Answers every n-th progress request with 500 and a passing code. */
  readonly failProgress?: { readonly every: number };
  /** Postpones each job so often before it starts. */
  readonly postpone?: { readonly times: number; readonly milliseconds: number };
  /** Milliseconds that each object of a job takes. */
  readonly slowObjectMs?: number;
  /** SAS URIs of provisioned containers live so long, in milliseconds. Default of the service: three days. */
  readonly sasLifetimeMs?: number;
  /** Loses or repeats every n-th queue message. */
  readonly loseMessage?: { readonly every: number };
  readonly repeatMessage?: { readonly every: number };
  /** Ends each job of the first `jobs` with a fatal error after so many objects. */
  readonly fatalAfter?: { readonly objects: number; readonly jobs?: number };
  /** Fails the first import of every n-th file with "already exists". */
  readonly alreadyExists?: { readonly every: number };
  /** Restarts each job once (a second JobStart) after so many objects. */
  readonly restartAfter?: { readonly objects: number };
}

/** A library or list of the emulated site. */
export interface EmulatedList {
  readonly title: string;
  /** Relative to the web: `Shared Documents`. */
  readonly url: string;
  /** Default: 101, a document library. */
  readonly baseTemplate?: number;
}

export interface EmulatorOptions {
  /** Where imported trees, `items.ndjson` and the sites' state are kept. */
  readonly directory: string;
  /** Port of the HTTP server on loopback. Default: a free one. */
  readonly port?: number;
  /** Server-relative URL of the site collection. Default: `/sites/emulated`. */
  readonly site?: string;
  /** Default: one library, `Documents` at `Shared Documents`. */
  readonly lists?: readonly EmulatedList[];
  /** SharePoint Embedded containers by id. Default: one, `b!emulated`. */
  readonly graphContainers?: readonly string[];
  /** Only this bearer token is accepted. Default: any. */
  readonly accessToken?: string;
  /** Jobs that run at once. Default: 2 (Smart Copy saw about two a site). */
  readonly concurrentJobs?: number;
  readonly switches?: EmulatorSwitches;
  readonly faults?: EmulatorFaults;
  /** The present moment, for SAS, events and retention. Default: the machine's. */
  readonly now?: () => Date;
  /** Waits (postponed and slow jobs). Default: the machine's timer. */
  readonly timer?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** A running emulator. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** `http://127.0.0.1:PORT/sites/emulated`. */
  readonly siteUrl: string;
  /** Root for Graph's routes: `http://127.0.0.1:PORT/v1.0`. */
  readonly graphUrl: string;
  /** The storage account behind it, for own containers: a connection string. */
  readonly storage: string;
  readonly directory: string;
  /** Changes the faults from now on. */
  setFaults(faults: EmulatorFaults): void;
  /** Ended by itself when this process ends in whatever way. */
  stop(): Promise<void>;
}
