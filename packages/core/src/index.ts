// Promises: what stands here keeps its meaning within a major version.

export { buildPlans } from "./build/build-plans.ts";
export { type ConfirmOptions, confirmPackages } from "./build/confirm-packages.ts";
export { isWithin } from "./build/is-within.ts";
export { readKeyFile } from "./build/key-file.ts";
export { memoryLedger } from "./build/memory-ledger.ts";
export { formatNdjsonLine, readNdjson } from "./build/ndjson.ts";
export { notePackage } from "./build/note-package.ts";
export { type OutputDirectory, type OutputDirectoryOptions, openOutputDirectory } from "./build/output-directory.ts";
export { type OutputRun, readOutputRun } from "./build/output-run.ts";
export { type PlannedSource, type PlanSourceEvent, type PlanSourceOptions, planSource } from "./build/plan-source.ts";
export { type LockOptions, lockPath } from "./build/process-lock.ts";
export { build } from "./build/run.ts";
export { SOURCE_TYPES } from "./build/source-types.ts";
export { parseTarget } from "./build/target.ts";
export type * from "./build/types.ts";
export { type AzureContainerOpener, type AzureOpenerOptions, azureContainerOpener } from "./container/azure-opener.ts";
export { type AzureStoreOptions, azurePackageStore } from "./container/azure-store.ts";
export { directoryPackageStore } from "./container/directory-store.ts";
export { type LocatedContainerOptions, openLocatedContainer } from "./container/locate.ts";
export {
  type MemoryContainer,
  type MemoryPackage,
  type MemoryPackageStore,
  memoryPackageStore,
} from "./container/memory.ts";
export {
  openSasContainer,
  type SasContainerOptions,
  type SasPackageOptions,
  sasPackageContainers,
} from "./container/sas-containers.ts";
export * from "./convert/index.ts";
export {
  type Code,
  type CodeEntry,
  codes,
  describe,
  PrimepackError,
  type PrimepackErrorOptions,
  redact,
  Secret,
} from "./errors/index.ts";
export type { RetryOptions } from "./http/retrier.ts";
export type { Timer } from "./http/timer.ts";
export * from "./model/index.ts";
export { parsePlan, planHash } from "./plan/plan-json.ts";
export { decodeName } from "./plan/rename.ts";
export { type AzureBlobOptions, azureBlobSource, type BlobTokenCredential } from "./source/azure-blob.ts";
export {
  countFileSystem,
  type FileSystemCount,
  type FileSystemOptions,
  fileSystemSource,
} from "./source/file-system.ts";
export { type InventoryOptions, inventorySource } from "./source/inventory.ts";
export type { ReadableBlobs } from "./source/inventory-content.ts";
export type { InventoryOrderOptions } from "./source/inventory-order.ts";
export type { SourceRoot } from "./source/root.ts";
export type { ContentUrlOptions } from "./source/url-content.ts";
export { readUserMap, type UserMapFile, type UserMapOptions, type UserMapProblem } from "./source/user-map.ts";
export type { FileSystemItem } from "./source/walk.ts";
export * from "./verify/index.ts";
