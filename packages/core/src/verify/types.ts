import type { Code, Secret } from "../errors/index.ts";
import type { BlobContainer, BlobRecord, ItemOutcome, PackageRecord, Source, Target } from "../model/index.ts";
import type { Finding, Severity } from "./finding.ts";

/** What a record counts of a package; see `PackageRecord`. */
export type PackageCounts = Pick<
  PackageRecord,
  | "folders"
  | "files"
  | "items"
  | "lists"
  | "deletions"
  | "versions"
  | "attachments"
  | "scopes"
  | "bytes"
  | "storedBytes"
  | "blobs"
  | "encrypted"
>;

/** A finished package, and what its records say of it. */
export interface VerifyPackage {
  readonly name: string;
  readonly content: BlobContainer;
  readonly manifest: BlobContainer;
  /** The lines of `blobs.ndjson`. Needed to find every blob in containers that may not be listed. */
  readonly blobs?: AsyncIterable<BlobRecord> | Iterable<BlobRecord>;
  /**
   * Packages that are submitted before this one: what it names must be its own, the target's, or theirs. Undefined: any
   * package may define what this one names.
   */
  readonly dependsOn?: readonly string[];
  /** Counts that the package must have. */
  readonly counts?: PackageCounts;
}

/** What packages are compared with. */
export interface Comparison {
  /** The lines of `items.ndjson`, from the first on at each call; called twice. */
  readonly items: () => AsyncIterable<ItemOutcome>;
  /**
   * The source, as the build was given it: each entry must have an outcome, and each packaged file's bytes are hashed
   * again. Undefined: only packages and outcomes are compared.
   */
  readonly source?: Source;
}

/** What {@link verify} looks at, and what it holds it against. */
export interface VerifyOptions {
  /** Best in the order of their dependencies: references to what comes later are kept until the end. */
  readonly packages: AsyncIterable<VerifyPackage> | Iterable<VerifyPackage>;
  /** AES-256 key of 32 bytes. Without it, encrypted blobs are only hashed as stored, and that is a finding. */
  readonly key?: Secret<Uint8Array>;
  /** Given, web, list and folders must be those of the target. */
  readonly target?: Target;
  readonly compare?: Comparison;
  /** Blobs that are read at once. Default: 8. Memory: a chunk each. */
  readonly concurrency?: number;
  /** Ends the run at once: `result` rejects with code ABORTED. */
  readonly signal?: AbortSignal;
}

/** What happened, as facts. Unknown types may come with later releases. */
export type VerifyEvent =
  | { readonly type: "packageStarted"; readonly name: string }
  | { readonly type: "finding"; readonly finding: Finding }
  | {
      readonly type: "packageFinished";
      readonly name: string;
      readonly blobs: number;
      /** Bytes of plaintext, of stored bytes where they could not be decrypted. */
      readonly bytes: number;
    }
  /** All packages are done; the source is read. */
  | { readonly type: "comparing" };

/** What a verification came to. */
export interface VerifySummary {
  readonly packages: number;
  readonly blobs: number;
  /** Bytes of plaintext, of stored bytes where they could not be decrypted. */
  readonly bytes: number;
  /** Files whose bytes were compared with the source. */
  readonly compared: number;
  readonly findings: Readonly<Record<Severity, number>>;
  /** How often each code was found. */
  readonly codes: Readonly<Partial<Record<Code, number>>>;
  /** Whether there was no error; warnings and notes may be. */
  readonly ok: boolean;
}

/** A run in progress; who reads its events sets the pace. It begins when they are read or `result` is asked for. */
export interface VerifyRun extends AsyncIterable<VerifyEvent> {
  /** Resolves when the run has ended, with findings or without; rejects with a PrimepackError if it could not go on. */
  readonly result: Promise<VerifySummary>;
}
