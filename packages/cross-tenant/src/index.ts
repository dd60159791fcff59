// Promises: what stands here keeps its meaning within a major version.

export type * from "./batches/batch-types.ts";
export { readBatch } from "./batches/read-batch.ts";
export {
  type BatchReportFiles,
  type BatchReportOptions,
  type WrittenBatchReport,
  writeBatchReport,
} from "./batches/report/write-batch-report.ts";
export { cancelBatch, runBatch } from "./batches/run-batch.ts";
export type { CrossTenantOptions } from "./connection.ts";
export { applyMappings } from "./mappings/apply-mappings.ts";
export { groupMappings, userMappings } from "./mappings/identity-mappings.ts";
export { mappingOutcomes } from "./mappings/mapping-outcomes.ts";
export type * from "./mappings/mapping-run-types.ts";
export type * from "./mappings/mapping-types.ts";
export { MAX_DELTA_ENTRIES } from "./mappings/mapping-types.ts";
export {
  type MappingReportFiles,
  type MappingReportOptions,
  type WrittenMappingReport,
  writeMappingReport,
} from "./mappings/report/write-mapping-report.ts";
export { checkMove, moveFaults } from "./tasks/check-move.ts";
export { crossTenantTasks } from "./tasks/cross-tenant-tasks.ts";
export { lookupOf, moveSource, moveTarget } from "./tasks/move-sides.ts";
export { hasEnded } from "./tasks/read-task.ts";
export type * from "./tasks/task-types.ts";
export { waitForTask } from "./tasks/wait-for-task.ts";
export { watchTasks } from "./tasks/watch-tasks.ts";
