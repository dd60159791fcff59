import { Engine } from "./engine.ts";
import type { EndOptions, MigrateOptions, MigrationRun } from "./types.ts";

/**
 * Migrates a source into a library: begins a run, or resumes the one that the journal holds. It starts in the next turn
 * of the event loop, and works whether or not its events are read.
 *
 * Throws at once for options that can't be used (INVALID_OPTION); `result` rejects with a PrimepackError if the run could
 * not go on: RUN_IN_USE, RUN_MISMATCH, RUN_CANCELLED, PLAN_CHANGED, SAS_TOO_SHORT, and what the source, the storage and
 * the service reject with. What was done by then is in the journal, and the run can be resumed.
 */
export function migrate(options: MigrateOptions): MigrationRun {
  return new Engine(options, "migrate", options);
}

/**
 * Watches what a run has submitted to its end, and settles it; reads nothing of the source and submits nothing. What was
 * not submitted stays to be resumed.
 */
export function settleMigration(options: EndOptions): MigrationRun {
  return new Engine(options, "settle");
}

/**
 * Deletes the jobs of a run that have not ended, watches them to their end, and settles them. What was not submitted is
 * not going to be: the run is `cancelled` for good.
 */
export function cancelMigration(options: EndOptions): MigrationRun {
  return new Engine(options, "cancel");
}
