import { PrimepackError } from "@primepack/core";
import type { EndOptions, MigrateOptions, MigrationRun } from "./types.ts";

/**
 * Migrates a source into a library: begins a run, or resumes the one that the journal holds.
 */
export function migrate(_options: MigrateOptions): MigrationRun {
  throw new PrimepackError("INTERNAL", "Cannot migrate yet");
}

/** Watches what was submitted to its end, and settles it; reads nothing of the source and submits nothing. */
export function settleMigration(_options: EndOptions): MigrationRun {
  throw new PrimepackError("INTERNAL", "Cannot settle yet");
}

/** Deletes the jobs that have not ended, settles them, and ends the run for good. */
export function cancelMigration(_options: EndOptions): MigrationRun {
  throw new PrimepackError("INTERNAL", "Cannot cancel yet");
}
