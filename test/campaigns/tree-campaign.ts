import { join } from "node:path";
import type { MigrationSummary, PackageStatus } from "@primepack/runner";
import { startEmulatorProcess } from "@primepack/test-support";
import { makeCampaignTree } from "./campaign-tree.ts";
import { checkTree } from "./check-tree.ts";
import { Findings } from "./findings.ts";
import { type ProcessUsage, runMeasuredProcess } from "./measured-process.ts";
import { type ExpectedEntry, makeSpecialEntries } from "./special-entries.ts";

export interface TreeCampaignOptions {
  /** An empty folder for all that the campaign makes; it stays. */
  readonly directory: string;
  readonly files: number;
  /** Decides names, sizes and dates. */
  readonly seed: string;
  /** Bytes of the largest file. Default: 300,000,000, which is more than a package holds. */
  readonly largest?: number;
  /** More arguments of `primepack migrate`. */
  readonly more?: readonly string[];
  /** Told of each step, for people. Default: nobody. */
  readonly log?: (line: string) => void;
}

export interface TreeCampaignResult {
  readonly files: number;
  readonly folders: number;
  /** Of all files. */
  readonly bytes: number;
  readonly packages: number;
  /** Of the process that migrated. */
  readonly usage: ProcessUsage;
  /** What should not be; one line a kind. */
  readonly findings: readonly string[];
}

const AUTHOR = { name: "Mover & Söhne", login: "i:0#.f|membership|mover@contoso.com", email: "mover@contoso.com" };

/**
 * Migrates a tree of mixed sizes, names and dates to an emulator, all by the built command in processes of its own, and
 * holds every byte and attribute of what was imported against the tree.
 */
export async function treeCampaign(options: TreeCampaignOptions): Promise<TreeCampaignResult> {
  const { directory, files, seed, largest = 300_000_000, more = [], log = () => undefined } = options;
  const findings = new Findings();
  const source = join(directory, "source");
  const special = await makeSpecialEntries(source, largest);
  const ordinary = await makeCampaignTree(source, files - special.filter(({ kind }) => kind === "file").length, seed);
  const tree: ExpectedEntry[] = [
    ...special,
    ...ordinary.map((entry) => ({ ...entry, importedPath: entry.path, created: entry.modified })),
  ];
  const bytes = tree.reduce((sum, { size }) => sum + size, 0);
  log(`${files} files in ${tree.length - files} folders, ${(bytes / 1e6).toFixed(1)} MB`);
  const emulator = await startEmulatorProcess(join(directory, "emulator"));
  try {
    const library = "Shared Documents";
    const migrate = (run: string) =>
      runMeasuredProcess(
        [
          ...["migrate", source, "--site", emulator.siteUrl, "--library", "Documents", "--out", join(directory, run)],
          ...["--ledger", join(directory, "ledger"), "--poll-running", "1", "--poll-queued", "1", "--json"],
          ...["--author-name", AUTHOR.name, "--author-login", AUTHOR.login, "--author-email", AUTHOR.email, ...more],
        ],
        join(directory, `${run}-usage.json`),
      );
    const first = await migrate("run");
    const summary = lastLine(first.stdout);
    log(
      `migrated: ${first.usage.wall.toFixed(0)} s, ${first.usage.cpu.toFixed(1)} s of CPU, ${(first.usage.peak / 1e6).toFixed(0)} MB`,
    );
    findings.compare("exit status", first.stderr, first.exit, 0);
    const { imported, ...others } = summary.counts;
    findings.compare("counts", "imported", imported, tree.length);
    findings.compare(
      "counts",
      "others",
      Object.values(others).filter((count) => count !== 0),
      [],
    );
    findings.compare("summary", "jobs and bytes", [summary.jobs, summary.importedBytes], [summary.packages, bytes]);
    for (const { name, stage, result, counts } of packagesOf(first.stdout).values()) {
      findings.compare(
        "package",
        name,
        [stage, result, counts?.totalErrors, counts?.totalWarnings],
        ["settled", "ended", 0, 0],
      );
    }
    await checkTree(
      { emulator: emulator.directory, library, source, tree, run: join(directory, "run"), author: AUTHOR },
      findings,
    );
    log("checked");
    const next = await migrate("next");
    const { packages, jobs, counts } = lastLine(next.stdout);
    // Folders that the target has are taken as they are.
    findings.compare(
      "next run",
      next.stderr,
      [next.exit, packages, jobs, counts.unchanged + counts.existing],
      [0, 0, 0, tree.length],
    );
    return {
      ...{ files, folders: tree.length - files, bytes, packages: summary.packages },
      ...{ usage: first.usage, findings: findings.lines },
    };
  } finally {
    await emulator.stop();
  }
}

function lastLine(stdout: string): MigrationSummary {
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n") + 1)) as MigrationSummary;
}

/** As they were told last. */
function packagesOf(stdout: string): ReadonlyMap<string, PackageStatus> {
  const packages = new Map<string, PackageStatus>();
  for (const text of stdout.split("\n")) {
    const line = JSON.parse(text) as { readonly type: string; readonly package: PackageStatus };
    if (line.type === "package") packages.set(line.package.name, line.package);
  }
  return packages;
}
