/** Reply of `ProvisionMigrationContainers`: `SP.ProvisionedMigrationContainersInfo`. */
export interface ProvisionedMigrationContainersInfo {
  /** With its SAS, to be passed on untouched. */
  readonly DataContainerUri: string;
  readonly MetadataContainerUri: string;
  /** Base64 of 32 bytes. */
  readonly EncryptionKey: string;
}

/** Reply of `ProvisionMigrationQueue`: `SP.ProvisionedMigrationQueueInfo`. */
export interface ProvisionedMigrationQueueInfo {
  readonly JobQueueUri: string;
}

/** Body of `CreateMigrationJob`; with `options` that of `CreateMigrationJobEncrypted`. */
export interface CreateMigrationJobRequest {
  readonly gWebId: string;
  readonly azureContainerSourceUri: string;
  readonly azureContainerManifestUri: string;
  readonly azureQueueReportUri?: string | null;
  /** `SP.EncryptionOption`; the key in base64. */
  readonly options?: { readonly AES256CBCKey: string };
}

/** `SPMigrationJobState`. `None`: unknown, finished or never existed. */
export const MIGRATION_JOB_STATES = { None: 0, Queued: 2, Processing: 4 } as const;

/** An element of the reply of `GetMigrationStatus`: `SP.SPMigrationJobStatus`. */
export interface MigrationJobStatus {
  readonly JobId: string;
  readonly JobState: number;
}

/** Reply of `GetMigrationJobProgress`: `SP.MigrationJobProgress`. */
export interface MigrationJobProgress {
  /** Each one event, as JSON text. */
  readonly Logs: readonly string[];
  /** A number in text. */
  readonly NextToken: string;
}

/** What an Azure queue holds of an event of an encrypted job. */
export interface EncryptedQueueMessage {
  readonly Label: "Encrypted";
  readonly JobId: string;
  /** Base64. */
  readonly IV: string;
  /** Base64. */
  readonly Content: string;
}

/** Names of the events that the service is known to send; others are to be expected. */
export const MIGRATION_EVENT_NAMES = [
  "JobQueued",
  "JobPostponed",
  "JobLogFileCreate",
  "JobStart",
  "JobProgress",
  "JobWarning",
  "JobError",
  "JobFatalError",
  "JobEnd",
  "JobCancelled",
  "JobDeleted",
  "FinishManifestFileUpload",
  "JobFinishedObjectInfo",
] as const;

/** HRESULTs that the documentation or imports on the real service showed, as the decimal text in which they come. */
export const MIGRATION_ERROR_CODES = {
  fileExists: "-2147024816",
  operationCanceled: "-2147213196",
  jobNotFound: "-2147213145",
  jobStatusExpired: "-2147213146",
  generic: "-2146232832",
  objectCeasedToExist: "-2147286782",
  accessDenied: "-2147024891",
} as const;
