export { memoryJournal } from "@primepack/core";
export { itemEnds } from "./item-ends.ts";
export { cancelMigration, migrate, settleMigration } from "./migrate.ts";
export { type ReportRunOptions, reportRun } from "./report/report-run.ts";
export {
  type ItemCounts,
  type ReportFiles,
  type ReportOptions,
  type WrittenReport,
  writeReport,
} from "./report/write-report.ts";
export { readStatus } from "./status.ts";
export type * from "./types.ts";
