import type { Code, Secret } from "../errors/index.ts";
import type {
  Clock,
  ItemOutcome,
  Ledger,
  Logger,
  PackageForms,
  PackagePlan,
  PackageRecord,
  PackageStore,
  PeopleOptions,
  RandomBytes,
  Source,
  SourceContent,
  Target,
} from "../model/index.ts";

import type { SOURCE_TYPES } from "./source-types.ts";

/** A person who stands as author and editor of items whose source names none. */
export interface DefaultAuthor {
  readonly name: string;
  /** Claims login with the UPN, for example `i:0#.f|membership|user@contoso.com`. */
  readonly login: string;
  readonly email?: string;
}

/**
 * `SourceType` of ExportSettings.xml (Manifest page; mandatory since 2023). `{ other }` is written as `Other` with its
 * text, 1 to 255 characters, as `DetailedSource`.
 */
export type SourceType = (typeof SOURCE_TYPES)[number] | { readonly other: string };

/** What becomes of names and paths that SharePoint refuses. */
export interface NameOptions {
  /** What to do with names and paths that SharePoint refuses. Default: `rename`. `fail` ends the run at the first. */
  readonly policy?: "rename" | "skip" | "fail";
  /** How `rename` writes a refused character: `_xHHHH_` (reversible) or `_`. Default: `hex`. */
  readonly renameWith?: "hex" | "underscore";
}

/** The most that one package holds; the service takes no more than the defaults (Content page). */
export interface PackageLimits {
  /** Items per package, 1 to 250. Default: 250. */
  readonly maxItems?: number;
  /** Plaintext bytes per package, up to 250,000,000; a larger file goes alone. Default: 250,000,000. */
  readonly maxBytes?: number;
}

/** Makes the run a delta: only what the target has not received as it is goes into packages. */
export interface LedgerOptions {
  /** What earlier runs sent and the target has received; it has to be that of the target list. */
  readonly store: Ledger;
  /** Names the run in the ledger, unique among all runs of it; a continued run has the same. 1 to 64 of `A-Z a-z 0-9 _ -`. */
  readonly runId: string;
  /**
   * Write deletions of what the ledger holds and the source no longer has. Only a source that was read to its end counts,
   * and nothing below an entry that was excluded, skipped or failed. Default: false.
   */
  readonly deletions?: boolean;
}

/** Archives need encryption; nothing else in the options depends on something else. */
export type EncryptionOptions =
  | {
      /**
       * AES-256 key of 32 bytes, for every blob of the run; `provided`: each package's key comes with its containers;
       * `none` writes plain blobs (own containers only).
       */
      readonly encryption: Secret<Uint8Array> | "provided";
      /** Default: that of each form. */
      readonly forms?: PackageForms;
    }
  | {
      readonly encryption: Secret<Uint8Array> | "provided" | "none";
      readonly forms?: PackageForms & { readonly archives?: false };
    };

/** What {@link build} packages, for which library, and into what. */
export type BuildOptions = EncryptionOptions & CommonBuildOptions;

/** What {@link buildPlans} executes, and into what. */
export type BuildPlansOptions = EncryptionOptions &
  ExecutionOptions & {
    /** Packages that were planned before: by {@link build}, in this process or another. */
    readonly plans: AsyncIterable<PackagePlan> | Iterable<PackagePlan>;
    /**
     * Contents of locators of kind `local`, by handle, for plans that are not portable. Default: none; an item whose
     * content is not there fails with its outcome.
     */
    readonly local?: (plan: PackagePlan) => ReadonlyMap<number, SourceContent>;
  };

/** The options that don't depend on each other. */
export interface CommonBuildOptions extends ExecutionOptions {
  /** What is packaged: items in the order that {@link SourceItem} asks for. */
  readonly source: Source;
  /** The library or list that the packages are for. */
  readonly target: Target;
  /** Default: names that SharePoint refuses are mended. */
  readonly names?: NameOptions;
  /** Default: what the service takes. */
  readonly limits?: PackageLimits;
  /** Stands in the plans as user 1. Default: the System Account (`SHAREPOINT\system`). */
  readonly defaultAuthor?: DefaultAuthor;
  /** Default: everyone keeps the login of the source. */
  readonly people?: PeopleOptions;
  /** Default: none; everything is packaged. */
  readonly ledger?: LedgerOptions;
  /** Plans only: nothing is read or written; every item gets its outcome as if it had been packaged. Default: false. */
  readonly dryRun?: boolean;
  /**
   * Told of each package that is planned, in order, before it is executed; waited for. `local` are the contents of its
   * locators of kind `local`. A package that `finished` knows is not told of. Default: nobody.
   */
  readonly planned?: (plan: PackagePlan, local: ReadonlyMap<number, SourceContent>) => Promise<void>;
  /** Read once, for items whose source names no date. Default: the machine's. */
  readonly clock?: Clock;
}

/** How packages are made of plans. */
export interface ExecutionOptions {
  /** Where the packages go. */
  readonly packages: PackageStore;
  /** Default: `FileShare`. */
  readonly sourceType?: SourceType;
  /**
   * Worker threads that read, hash, encrypt and upload; 0 does all on this thread.
   * Default: available processors less one, at least 1 and at most 8.
   */
  readonly workers?: number;
  /** Entry of the worker thread, for bundlers. Default: the one that is shipped. */
  readonly workerUrl?: URL;
  /** Bytes of a block, 5 MiB to 100 MiB. Default: 8 MiB. Memory: blockSize x (uploads + ahead + workers). */
  readonly blockSize?: number;
  /** Blocks and small blobs that are sent at once, over all workers. Default: 8. */
  readonly uploads?: number;
  /** Blocks that are sealed ahead of their upload, over all workers. Default: 4. */
  readonly ahead?: number;
  /** Packages that are being built at once. Default: 2 x (workers or 1). */
  readonly packagesInFlight?: number;
  /**
   * The record of the package if an earlier run finished this very plan: it is not executed a second time. `settings` is
   * what the record's {@link PackageRecord.settings} would be.
   */
  readonly finished?: (plan: PackagePlan, settings: string) => PackageRecord | undefined;
  /** Gives the IVs. Default: `randomBytes` of node:crypto. */
  readonly random?: RandomBytes;
  /** Ends the run at once: work in flight is dropped, `result` rejects with code ABORTED. */
  readonly signal?: AbortSignal;
  /** Told of the requests that worker threads send; those of the main thread are the store's to tell. Default: nobody. */
  readonly logger?: Logger;
}

/** What happened, as facts. Unknown types may come with later releases. */
export type BuildEvent =
  /** An entry has its outcome. Each source entry has exactly one such event. */
  | { readonly type: "item"; readonly outcome: ItemOutcome }
  | { readonly type: "packageStarted"; readonly name: string; readonly items: number; readonly bytes: number }
  | { readonly type: "packageFinished"; readonly record: PackageRecord }
  /** The package was finished by an earlier run; its items have their outcomes from there. */
  | { readonly type: "packageReused"; readonly record: PackageRecord }
  /** The source has ended; the totals are final. */
  | { readonly type: "scanned"; readonly items: number; readonly bytes: number }
  | { readonly type: "warning"; readonly code: Code; readonly message: string; readonly source?: string };

/** How far a run is. */
export interface BuildProgress {
  /** Entries that the source has yielded. */
  readonly scannedItems: number;
  readonly scannedBytes: number;
  /** Files whose content is stored, and bytes of plaintext that were sealed (files in flight included). */
  readonly files: number;
  readonly sealedBytes: number;
  readonly packages: number;
}

/** What a run came to. */
export interface BuildSummary {
  /** `interrupted` after a `drain()` that left something of the source unread. */
  readonly status: "complete" | "interrupted";
  readonly packages: number;
  readonly reusedPackages: number;
  readonly counts: Readonly<Record<ItemOutcome["outcome"] | "renamed", number>>;
  /** Bytes of plaintext in finished packages. */
  readonly bytes: number;
  readonly storedBytes: number;
  /** The next free integer item id of the list, for the next run's `firstItemId`. */
  readonly nextItemId: number;
}

/**
 * A run in progress. It starts in the next turn of the event loop and works whether or not its events are read; who
 * begins to read them in the same turn gets all of them, and sets the pace. Leaving the loop early ends only the reading.
 */
export interface BuildRun extends AsyncIterable<BuildEvent> {
  /** Resolves when the run has ended; rejects with a PrimepackError if it could not go on. */
  readonly result: Promise<BuildSummary>;
  /** Counts so far, to be read at any time and as often as a view likes. */
  readonly progress: BuildProgress;
  /** Reads no more of the source, finishes what is in flight; `result` then resolves with `interrupted`. */
  drain(): void;
}
