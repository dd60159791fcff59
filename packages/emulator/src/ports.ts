import type { EmulatorFaults, EmulatorSwitches } from "./types.ts";

// How the emulator's parts see each other: server and storage, jobs, import, site.

/** A blob as an import sees it: its newest snapshot, or (without one) the blob itself. */
export interface StoredBlob {
  readonly name: string;
  /** Stored bytes. */
  readonly size: number;
  /** Base64; undefined if the blob has none. */
  readonly md5: string | undefined;
  /** Metadata `IV`, as it stands. */
  readonly iv: string | undefined;
  readonly isSnapshot: boolean;
  /** Other than `BlockBlob` is refused. */
  readonly blobType: string;
  open(): AsyncIterable<Uint8Array>;
}

/** One container of a job, opened with what the job was given. */
export interface JobContainer {
  /** Undefined: there is no such blob. */
  find(name: string): Promise<StoredBlob | undefined>;
  /** Names of all blobs. */
  list(): Promise<readonly string[]>;
  /** For logs; `iv` in base64. */
  write(name: string, body: Uint8Array, iv: string | undefined): Promise<void>;
}

/** Opens what a job was given; throws a `ServiceRefusal`, the service's answer to a bad one. */
export interface JobStorage {
  /**
   * Checks the SAS (rights, times), that the containers exist, and that no other job had them. Provided containers want a
   * job that is encrypted. From then on they belong to this job, which may open them again (after a restart).
   *
   * `signal` ends whatever is being read of them, at once; logs can be written all the same.
   */
  openContainers(
    uris: { readonly data: string; readonly manifest: string },
    job: { readonly id: string; readonly isEncrypted: boolean },
    signal?: AbortSignal,
  ): Promise<{
    readonly data: JobContainer;
    readonly manifest: JobContainer;
    /** Ours, given out for one job. */
    readonly isProvided: boolean;
  }>;
  /** Checks the SAS, and that the queue exists. */
  openQueue(uri: string): Promise<{ send(messageText: string): Promise<void> }>;
}

/** One package to import. */
export interface ImportRequest {
  readonly jobId: string;
  readonly data: JobContainer;
  readonly manifest: JobContainer;
  /** 32 bytes; undefined: not encrypted. */
  readonly key: Uint8Array | undefined;
  readonly site: Site;
  readonly switches: Required<EmulatorSwitches>;
  readonly faults: () => EmulatorFaults;
  readonly signal: AbortSignal;
}

export type ProblemLevel = "warning" | "error" | "fatal";

/** What an import does, step by step; who reads the steps sets the pace, and may stop between any two. */
export type ImportStep =
  /** The package was read; the import begins. */
  | { readonly type: "expected"; readonly objects: number; readonly bytes: number }
  /** One object is in the target. */
  | {
      readonly type: "object";
      readonly objectType: string;
      readonly id: string;
      readonly url: string;
      /** Versions of a file; 0 for what is none. */
      readonly files: number;
      /** Plaintext bytes of all versions, and of the current one. */
      readonly bytes: number;
      readonly currentBytes: number;
    }
  /** `fatal` is the last step. */
  | {
      readonly type: "problem";
      readonly level: ProblemLevel;
      readonly objectType: string;
      readonly id: string;
      readonly url: string;
      readonly sourceListItemIntId?: number;
      readonly errorCode: string;
      readonly errorType: string;
      readonly message: string;
    };

export type ImportPackage = (request: ImportRequest) => AsyncGenerator<ImportStep, void, undefined>;

/** A list or library of the emulated site. */
export interface SiteList {
  readonly id: string;
  readonly title: string;
  /** Server-relative URL of the root folder. */
  readonly url: string;
  readonly baseTemplate: number;
  readonly rootFolderId: string;
}

/** An item of a list, as site routes show it. */
export interface SiteItem {
  readonly listId: string;
  readonly itemId: number;
  /** GUID of the file or folder, or of the list item's document. */
  readonly uniqueId: string;
  readonly kind: "folder" | "file" | "item";
  /** Server-relative. */
  readonly url: string;
}

/** The emulated site collection with its root web, kept in the emulator's folder. */
export interface Site {
  readonly siteId: string;
  readonly webId: string;
  /** Server-relative, `/sites/emulated`. */
  readonly url: string;
  readonly title: string;
  readonly lists: readonly SiteList[];
  /** In the order of item ids. */
  items(listId: string): Iterable<SiteItem>;
  readonly roleDefinitions: readonly {
    readonly id: number;
    readonly name: string;
    readonly roleType: number;
    readonly permMask: string;
  }[];
  readonly users: readonly {
    readonly id: number;
    readonly title: string;
    readonly login: string;
    readonly email: string;
  }[];
}
