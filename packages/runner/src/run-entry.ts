import { createHash, randomBytes } from "node:crypto";
import { PrimepackError } from "@primepack/core";
import { JOURNAL_SCHEMA_VERSION, keyOf, type RunEntry } from "./journal/entries.ts";
import { put, type RunJournal } from "./journal/run-journal.ts";
import type { ResolvedOptions } from "./options.ts";
import type { RunMode } from "./run-context.ts";
import type { MigrateOptions } from "./types.ts";

/**
 * The journal's run, taken up; or a new one, which is in the journal when the promise resolves.
 *
 * Throws RUN_MISMATCH for a run of another target, RUN_CANCELLED for one that was cancelled, JOURNAL_MISSING where there
 * is none to be ended.
 */
export async function takeUpRun(
  journal: RunJournal,
  options: ResolvedOptions,
  mode: RunMode,
  migration: MigrateOptions | undefined,
): Promise<RunEntry> {
  const known = journal.run();
  if (known === undefined && migration === undefined) {
    throw new PrimepackError("JOURNAL_MISSING", "Cannot end the run as the journal holds none");
  }
  const run = known === undefined ? newRun(options, migration) : known;
  checkPlace(run, options, migration);
  if (mode === "migrate" && (run.status === "cancelled" || run.status === "cancelling")) {
    throw new PrimepackError(
      "RUN_CANCELLED",
      `Cannot go on with the run as it was cancelled: current value is ${run.runId}`,
    );
  }
  if (run.status === "cancelled") return run;
  const { endedAt: _, ...rest } = run;
  const status = mode === "cancel" || run.status === "cancelling" ? "cancelling" : "running";
  return writeRun(journal, { ...rest, status });
}

export async function writeRun(journal: RunJournal, run: RunEntry): Promise<RunEntry> {
  await journal.write([put(keyOf.run, run)]);
  return run;
}

function newRun({ service, place, clock }: ResolvedOptions, migration: MigrateOptions | undefined): RunEntry {
  return {
    schemaVersion: JOURNAL_SCHEMA_VERSION,
    runId: randomBytes(8).toString("hex"),
    status: "running",
    service: service.kind,
    place,
    listId: migration?.target.listId ?? "",
    settings: settingsOf(migration),
    startedAt: clock().toISOString(),
  };
}

function checkPlace(run: RunEntry, { service, place }: ResolvedOptions, migration: MigrateOptions | undefined): void {
  const checks: (readonly [what: string, of: string, given: string])[] = [
    ["service", run.service, service.kind],
    ["site or container", run.place, place],
  ];
  if (migration !== undefined) {
    checks.push(["list", run.listId, migration.target.listId]);
    checks.push(["source type and forms", run.settings, settingsOf(migration)]);
  }
  for (const [what, of, given] of checks) {
    if (of === given) continue;
    throw new PrimepackError(
      "RUN_MISMATCH",
      `Cannot go on with the run as it has another ${what}, ${of}: current value is ${given}`,
    );
  }
}

/** What decides, beside their plans, what packages hold. */
function settingsOf(migration: MigrateOptions | undefined): string {
  const { sourceType = "FileShare", forms = {} } = migration?.packaging ?? {};
  const text = JSON.stringify([sourceType, Object.entries(forms).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return createHash("sha256").update(text).digest("hex");
}
