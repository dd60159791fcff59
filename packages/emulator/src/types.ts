import type { SharePointIdentityMapping, SharePointMigrationTask } from "@primepack/core/wire";

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

/** What no source settles about cross-tenant migration; each choice is the emulator's own (docs/emulator.md). */
export interface CrossTenantSwitches {
  /** Which task of one source a look-up gives, if there are several. Default: `newest`. */
  readonly taskLookup?: "newest" | "oldest";
  /** How a move that fails its validation is answered: by the status of its error, or by a task that failed. Default: `status`. */
  readonly failedValidation?: "status" | "task";
  /** Cancelling a task that was cancelled or has ended: taken, or refused by 409. Default: `refuse`. */
  readonly cancelEnded?: "accept" | "refuse";
  /** How a task's status is written: as published, or as draft pages have it (`Completed`, `success`). Default: `published`. */
  readonly taskStatusText?: "published" | "capitalized" | "success";
  /** A bad entry among good ones of a mapping update: the whole request is refused, or that entry. Default: `request`. */
  readonly badMappingEntry?: "request" | "entry";
  /** A mapping that isn't there is answered by 404, or by 200 without content. Default: `notFound`. */
  readonly absentMapping?: "notFound" | "empty";
  /** Removing a mapping that isn't there. Default: `accept`. */
  readonly absentRemoval?: "accept" | "refuse";
  /** The same source twice in one mapping update: the last one holds, or the request is refused. Default: `last`. */
  readonly repeatedMapping?: "last" | "refuse";
  /** Wording of the cross-tenant errors: of the one revision of the draft pages, or the other. Default: `cannot`. */
  readonly crossTenantWording?: "cannot" | "can't";
}

/** A row of the table of cross-tenant errors. */
export type CrossTenantErrorRow =
  | "missingParameter"
  | "accessDenied"
  | "noRelationship"
  | "noOneDrive"
  | "noIdentityMap"
  | "sameFarm"
  | "taskNotFound"
  | "taskInProgress";

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
  /**
   * Answers every n-th of the requests about tasks that the table of errors has the row for with it, and does nothing.
   * Other requests aren't counted.
   */
  readonly crossTenantError?: { readonly every: number; readonly row: CrossTenantErrorRow };
  /** Lets every n-th cross-tenant task that is created from now on fail at its end. */
  readonly failMove?: { readonly every: number };
  /** Holds every n-th entry of mapping updates for bad. */
  readonly refuseMapping?: { readonly every: number };
}

/** A library or list of the emulated site. */
export interface EmulatedList {
  readonly title: string;
  /** Relative to the web: `Shared Documents`. */
  readonly url: string;
  /** Default: 101, a document library. */
  readonly baseTemplate?: number;
}

/** What the emulator knows of the two organizations of cross-tenant moves. It stands for both. */
export interface EmulatedOrganizations {
  /** Whether the target organization knows a cross-tenant relationship. Default: true. */
  readonly relationship?: boolean;
  /** Whether both are on one farm. Default: false. */
  readonly sameFarm?: boolean;
  /** Whether a move of a user needs an identity mapping of them. Default: true, as documented. */
  readonly identityMapNeeded?: boolean;
  /** What the caller may do. Default: `manage`. */
  readonly permission?: "manage" | "read" | "none";
  /** Users whose ids moves may name. Others have the UPN `<id>@source.example`, or `<id>@target.example`. */
  readonly users?: readonly { readonly id: string; readonly userPrincipalName: string }[];
  /** UPNs of source users without a OneDrive. Default: none. */
  readonly withoutOneDrive?: readonly string[];
  /** Milliseconds that a move runs. Default: 2,000. */
  readonly moveMs?: number;
  /** Milliseconds between a task's creation, or its preferred start, and its start. Default: 500. */
  readonly startDelayMs?: number;
  readonly switches?: CrossTenantSwitches;
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
  readonly organizations?: EmulatedOrganizations;
  /** The present moment, for SAS, events, retention and cross-tenant tasks. Default: the machine's. */
  readonly now?: () => Date;
  /** Waits (postponed and slow jobs). Default: the machine's timer. */
  readonly timer?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** What the emulator holds of cross-tenant migration, past all routes and faults. */
export interface EmulatedCrossTenant {
  /** Has `tasks.ndjson` and `mappings.ndjson`: a line for all that was acted on. */
  readonly directory: string;
  /** As they stand now, in the order of their creation. */
  tasks(): readonly SharePointMigrationTask[];
  /** Those that are there now. */
  mappings(kind: "users" | "groups"): AsyncIterable<SharePointIdentityMapping>;
}

/** A running emulator. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** `http://127.0.0.1:PORT/sites/emulated`. */
  readonly siteUrl: string;
  /** Root for Graph's routes: `http://127.0.0.1:PORT/v1.0`. */
  readonly graphUrl: string;
  /** Root for cross-tenant routes: `http://127.0.0.1:PORT/beta`. */
  readonly graphBetaUrl: string;
  /** The storage account behind it, for own containers: a connection string. */
  readonly storage: string;
  readonly directory: string;
  readonly crossTenant: EmulatedCrossTenant;
  /** Changes the faults from now on. */
  setFaults(faults: EmulatorFaults): void;
  /** Ended by itself when this process ends in whatever way. */
  stop(): Promise<void>;
}
