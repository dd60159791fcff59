export { itemEnds } from "./item-ends.ts";
export { memoryJournal } from "./memory-journal.ts";
export { cancelMigration, migrate, settleMigration } from "./migrate.ts";
export { readStatus } from "./status.ts";
export type * from "./types.ts";
