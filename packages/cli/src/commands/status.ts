import { join, resolve } from "node:path";
import { type Journal, PrimepackError } from "@primepack/core";
import { type MigrationStatus, type PackageStage, type RunStatus, readStatus, reportRun } from "@primepack/runner";
import { readReportArguments, readStatusArguments } from "../arguments/run-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodeOfMigration, exitCodes } from "../exit-code.ts";
import { readRunFile } from "../migration/run-file.ts";
import { JOURNAL_FOLDER } from "../run-record.ts";
import { jsonLine } from "../view/json-line.ts";
import { migrationSummaryLines } from "../view/migration-summary-text.ts";
import { type RunCounts, statusLines } from "../view/status-text.ts";

/** `primepack status`: how far a run is, also while another process works on it. */
export async function statusCommand({ argv, cwd, stdout }: CommandContext): Promise<ExitCode> {
  const { run, json } = readStatusArguments(argv);
  return reading(resolve(cwd, run), async (journal, directory) => {
    const status = readStatus(journal);
    const found = runOf(status, directory);
    const counts = count(status);
    if (json) {
      for (const entry of status.packages()) await stdout.write(jsonLine({ type: "package", package: entry }));
      await stdout.write(jsonLine({ type: "summary", ...found, ...counts, directory, exitCode: exitCodes.complete }));
    } else await stdout.write(`${statusLines(found, counts, directory).join("\n")}\n`);
    return exitCodes.complete;
  });
}

/** `primepack report`: the report of a run, at its end or while it goes on. */
export async function reportCommand({ argv, cwd, stdout }: CommandContext): Promise<ExitCode> {
  const { run, json, out } = readReportArguments(argv);
  return reading(resolve(cwd, run), async (journal, directory) => {
    const into = out === undefined ? undefined : resolve(cwd, out);
    const { files, summary } = await reportRun({ directory, journal, ...(into !== undefined && { into }) });
    const exitCode = exitCodeOfMigration(summary);
    const end = { summary, exitCode, directory, report: files.page };
    await stdout.write(
      json
        ? jsonLine({ type: "summary", ...summary, directory, report: files.page, exitCode: exitCodes.complete })
        : `${migrationSummaryLines(end).slice(0, -1).join("\n")}\n`,
    );
    return exitCodes.complete;
  });
}

async function reading(
  directory: string,
  work: (journal: Journal, directory: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  await readRunFile(directory);
  // Its native code is loaded by who needs a journal alone.
  const { openLmdbJournal } = await import("@primepack/store-lmdb");
  const journal = await openLmdbJournal({ path: join(directory, JOURNAL_FOLDER), readOnly: true });
  return work(journal, directory).finally(() => journal.close());
}

function runOf({ run }: MigrationStatus, directory: string): RunStatus {
  if (run !== undefined) return run;
  throw new PrimepackError(
    "JOURNAL_MISSING",
    `Cannot show the run as its journal holds none: current value is ${directory}`,
  );
}

function count(status: MigrationStatus): RunCounts {
  const stages: Record<PackageStage, number> = {
    planned: 0,
    building: 0,
    built: 0,
    submitting: 0,
    submitted: 0,
    ended: 0,
    settled: 0,
    unknown: 0,
  };
  const counts = { packages: 0, jobs: 0, imported: 0, failed: 0, unknown: 0 };
  for (const { stage, jobId, items } of status.packages()) {
    stages[stage] += 1;
    counts.packages += 1;
    if (jobId !== undefined) counts.jobs += 1;
    counts.imported += items?.imported ?? 0;
    counts.failed += items?.failed ?? 0;
    counts.unknown += items?.unknown ?? 0;
  }
  return { ...counts, stages };
}
