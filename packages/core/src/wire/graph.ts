/** `sharePointMigrationContainerInfo`. */
export interface SharePointMigrationContainerInfo {
  readonly dataContainerUri: string;
  readonly metadataContainerUri: string;
  /** Base64 of 32 bytes. */
  readonly encryptionKey: string;
}

/** `sharePointMigrationJob`: request (`containerInfo`) and reply (`id`). */
export interface SharePointMigrationJob {
  readonly id?: string;
  readonly containerInfo?: SharePointMigrationContainerInfo;
}

/** Ends of the `@odata.type`s of events: `#microsoft.graph.<name>`. */
export const GRAPH_MIGRATION_EVENT_TYPES = [
  "sharePointMigrationJobQueuedEvent",
  "sharePointMigrationJobStartEvent",
  "sharePointMigrationJobPostponedEvent",
  "sharePointMigrationJobCancelledEvent",
  "sharePointMigrationJobDeletedEvent",
  "sharePointMigrationFinishManifestFileUploadEvent",
  "sharePointMigrationJobErrorEvent",
  "sharePointMigrationJobProgressEvent",
] as const;

/** `sharePointMigrationEvent` and what the derived types add; members are left out rather than null. */
export interface SharePointMigrationEvent {
  readonly "@odata.type": string;
  readonly id: string;
  readonly jobId: string;
  readonly correlationId?: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly eventDateTime: string;
  readonly [property: string]: unknown;
}

/** Reply of `GET .../progressEvents`. */
export interface SharePointMigrationEventPage {
  readonly value: readonly SharePointMigrationEvent[];
  /** Has `$skiptoken`. */
  readonly "@odata.nextLink"?: string;
}

/** Body of an error reply of Graph. */
export interface GraphErrorReply {
  readonly error: {
    readonly code: string;
    readonly message?: string;
    readonly innerError?: { readonly code?: string; readonly [property: string]: unknown };
    readonly [property: string]: unknown;
  };
}
