import type { Journal } from "@primepack/core/model";
import type { GroupMapping, IdentityMappings, MappingKind, UserMapping } from "./mapping-types.ts";

/** A mapping file: CSV or NDJSON of any size; docs/cross-tenant.md names the columns. */
export interface MappingFileOptions {
  /** Path, or bytes. */
  readonly file: string | AsyncIterable<Uint8Array>;
  /** Default: `csv` for a path that ends in `.csv`, else `ndjson`. */
  readonly format?: "csv" | "ndjson";
  /** Default: `,`. */
  readonly delimiter?: "," | ";" | "\t";
  /** GUID, of rows that name no source organization. */
  readonly sourceOrganizationId?: string;
}

/** What is wrong with one line of a file. */
export interface LineFinding {
  /** From 1, the header and empty lines counted. */
  readonly line: number;
  /** MAPPING_INVALID or MAPPING_DUPLICATE; of moves MOVE_INVALID or MOVE_DUPLICATE. */
  readonly code: "MAPPING_INVALID" | "MAPPING_DUPLICATE" | "MOVE_INVALID" | "MOVE_DUPLICATE";
  /** "Cannot use line 7 of ... as ...", redacted. */
  readonly message: string;
}

interface CommonMappingRunOptions {
  readonly rows: MappingFileOptions;
  /**
   * What was applied last, and how far this run is. One journal is of one kind of mappings and one target organization. A
   * run that was interrupted goes on (with the same file: another one begins anew, from what was applied).
   */
  readonly journal: Journal;
  /** Names the organization that mappings go to; the journal belongs to it from its first run on (RUN_MISMATCH). */
  readonly place: string;
  /**
   * Remove mappings that were applied before and that the file lacks; where lines have findings none is, as one of these
   * may name it, and an empty file is refused (TABLE_INVALID). Default: false.
   */
  readonly removeMissing?: boolean;
  /** Send all, also what was applied before as it is (somebody else may have changed it). Default: false. */
  readonly resend?: boolean;
  /** Send what can be used though lines have findings. Default: false: nothing is sent then. */
  readonly skipInvalid?: boolean;
  /** Requests at once. Default: 4; what throttling the service applies is unknown. */
  readonly requests?: number;
  readonly now?: () => Date;
  readonly signal?: AbortSignal;
}

/** How a mapping file is applied. */
export type MappingRunOptions = CommonMappingRunOptions &
  (
    | {
        readonly kind: "users";
        readonly service: IdentityMappings<UserMapping>;
        readonly dryRun?: false;
        readonly scratch?: never;
      }
    | {
        readonly kind: "groups";
        readonly service: IdentityMappings<GroupMapping>;
        readonly dryRun?: false;
        readonly scratch?: never;
      }
    | {
        readonly kind: MappingKind;
        readonly service?: never;
        /**
         * Say what would be sent by a new run; nothing is sent, and the journal is only read. What an interrupted run may
         * have sent is looked up by the run that goes on with it, so that it counts as not sent here; so does what failed.
         */
        readonly dryRun: true;
        /** An empty journal that is thrown away afterwards. */
        readonly scratch: Journal;
      }
  );

/** What became of one entry. In a dry run: what would be sent. */
export interface MappingOutcome {
  /** Undefined: the file lacks it (`removeMissing`). */
  readonly line?: number;
  /** UPN, or object id of the group, as the file writes it. */
  readonly source: string;
  readonly target?: string;
  readonly outcome: "added" | "changed" | "removed" | "unchanged" | "failed" | "invalid" | "pending";
  /** Code of ours. */
  readonly code?: string;
  /** What the service said, redacted. */
  readonly message?: string;
  /** Of the mapping, as the service gave it. */
  readonly id?: string;
}

export type MappingEvent =
  | { readonly type: "finding"; readonly finding: LineFinding }
  /** The file was read to its end. */
  | { readonly type: "read"; readonly lines: number; readonly changes: number }
  /** Not told of what is unchanged. */
  | { readonly type: "mapping"; readonly mapping: MappingOutcome };

export interface MappingProgress {
  readonly lines: number;
  /** Entries to send; undefined until the file was read to its end. */
  readonly changes: number | undefined;
  /** Entries that have their outcome. */
  readonly done: number;
  readonly failed: number;
  readonly requests: number;
}

export interface MappingSummary {
  /**
   * `refused`: lines have findings, so nothing was sent. `interrupted`: it can be gone on with. `dryRun` also with
   * findings, though without `skipInvalid` nothing would be sent then.
   */
  readonly status: "complete" | "interrupted" | "refused" | "dryRun";
  readonly kind: MappingKind;
  readonly lines: number;
  readonly findings: number;
  readonly counts: Readonly<Record<MappingOutcome["outcome"], number>>;
  /** PATCH requests of this process. */
  readonly requests: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Applying of a mapping file, under way. Events are told to whoever reads them; nobody need. */
export interface MappingRun extends AsyncIterable<MappingEvent> {
  readonly result: Promise<MappingSummary>;
  readonly progress: MappingProgress;
  /** Sends nothing more; `result` then resolves with `interrupted`. */
  drain(): void;
}
