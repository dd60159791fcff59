export { itemEnds } from "./item-ends.ts";
export { memoryJournal } from "./memory-journal.ts";
export { cancelMigration, migrate, settleMigration } from "./migrate.ts";
export { type ReportFiles, type ReportOptions, writeReport } from "./report/write-report.ts";
export { readStatus } from "./status.ts";
export type * from "./types.ts";
