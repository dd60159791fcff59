import { access } from "node:fs/promises";
import { join } from "node:path";
import { readNdjson } from "@primepack/core";
import type { ItemEnd, PackageStatus } from "@primepack/runner";
import { runCliProcess } from "@primepack/test-support";
import { makeCampaignTree, type TreeEntry } from "./campaign-tree.ts";
import { checkKills, type KillTraces } from "./check-kills.ts";
import { checkMigration, type FinishedMigration } from "./check-migration.ts";
import { EmulatedStorage } from "./emulated-storage.ts";
import { Findings } from "./findings.ts";
import { sharedAttributes } from "./imported-tree.ts";
import { killMoments, momentText } from "./kill-moments.ts";
import { type KilledPackage, readKilledRun } from "./killed-run.ts";
import { runMigrationProcess, WorkDone } from "./migration-process.ts";
import { MortalEmulator } from "./mortal-emulator.ts";

export interface KillCampaignOptions {
  /** An empty folder for all that the campaign makes; it stays. */
  readonly directory: string;
  readonly files: number;
  readonly kills: number;
  /** Decides the tree and the moments. */
  readonly seed: string;
  /** Times that the emulator is killed too, and started again at once. Default: 0. */
  readonly emulatorKills?: number;
  /** Leaves out the undisturbed run, which takes half of the time; the source is compared with all the same. Default: false. */
  readonly alone?: boolean;
  /** Items of a package. Default: 40. */
  readonly packageItems?: number;
  /** Told of each step, for people. Default: nobody. */
  readonly log?: (line: string) => void;
}

export interface KillCampaignResult {
  readonly files: number;
  readonly folders: number;
  /** Of all files. */
  readonly bytes: number;
  readonly packages: number;
  /** Kills that found a process alive. */
  readonly kills: number;
  readonly emulatorKills: number;
  readonly traces: KillTraces;
  /** Milliseconds that the run took that nobody killed, and the other one. */
  readonly undisturbedMs: number | undefined;
  readonly disturbedMs: number;
  /** What should not be; one line a kind. */
  readonly findings: readonly string[];
}

const LIBRARIES = ["undisturbed", "disturbed"] as const;

/** Of a build with one worker thread. */
const PACKAGES_IN_FLIGHT = 2;

/** Looks often, in pieces that many moments fall between. */
const BEHAVIOUR = [
  ...["--poll-running", "0.2", "--poll-queued", "0.2", "--poll-requests", "6000"],
  ...["--block-size", "5", "--workers", "1", "--packages-ahead", "4"],
];

/**
 * Migrates one tree twice to an emulator, by the built command in processes of its own: once undisturbed, once killed
 * (SIGKILL) again and again and resumed. Both must come to the same, by the target, the reports, the ledgers and by what
 * the service kept of jobs and containers.
 */
export async function killCampaign(options: KillCampaignOptions): Promise<KillCampaignResult> {
  const { directory, files, seed, emulatorKills = 0, alone = false, log = () => undefined } = options;
  const findings = new Findings();
  const source = join(directory, "source");
  const tree = await makeCampaignTree(source, files, seed);
  const bytes = tree.reduce((sum, { size }) => sum + size, 0);
  log(`${files} files in ${tree.length - files} folders, ${(bytes / 1e6).toFixed(1)} MB`);
  const emulator = await MortalEmulator.start(
    join(directory, "emulator"),
    LIBRARIES.flatMap((library) => ["--library", `${library}=${library}`]),
    { kills: emulatorKills, seed, log },
  );
  try {
    const campaign = new Campaign(options, emulator, findings);
    const place = (library: (typeof LIBRARIES)[number]): FinishedMigration => ({
      ...{ emulator: emulator.process.directory, library, source, tree, run: campaign.run(library) },
    });
    const undisturbed = alone ? undefined : await campaign.undisturbed();
    const expected = undisturbed && (await checkMigration(place("undisturbed"), findings));
    if (undisturbed) log(`undisturbed: ${undisturbed.packages} packages, ${seconds(undisturbed.ms)}`);

    const storage = await EmulatedStorage.open(emulator.process.storageFile);
    const before = new Set((await storage.containers()).map(({ name }) => name));
    const disturbed = await campaign.disturbed(storage, undisturbed?.packages ?? campaign.packagesOf(tree));
    log(`killed ${disturbed.killed.length} times: ${seconds(disturbed.ms)}`);
    const found = await checkMigration(place("disturbed"), findings);
    for (const { path } of expected === undefined ? [] : tree) {
      const [is, shouldBe] = [found, expected].map((one) => sharedAttributes(one?.imported.get(path)));
      findings.compare("attributes", path, is, shouldBe);
    }
    const packages = await campaign.packages("disturbed");
    if (undisturbed) findings.compare("packages", "disturbed", packages.length, undisturbed.packages);
    const traces = await checkKills(
      {
        storage,
        containers: (await storage.containers()).filter(({ name }) => !before.has(name)),
        packages,
        killed: disturbed.killed,
        givenUp: disturbed.givenUp,
        emulatorKills: emulator.kills,
        packagesInFlight: PACKAGES_IN_FLIGHT,
      },
      findings,
    );
    if (undisturbed) await campaign.checkLedger("undisturbed", tree.length);
    await campaign.checkLedger("disturbed", tree.length);
    await campaign.checkNextRun(tree.length);
    return {
      ...{ files, folders: tree.length - files, bytes, packages: packages.length },
      ...{ kills: disturbed.killed.length, emulatorKills: emulator.kills, traces },
      ...{ undisturbedMs: undisturbed?.ms, disturbedMs: disturbed.ms, findings: findings.lines },
    };
  } finally {
    await emulator.stop();
  }
}

/** The commands of a campaign. */
class Campaign {
  readonly #options: KillCampaignOptions;
  readonly #emulator: MortalEmulator;
  readonly #findings: Findings;

  constructor(options: KillCampaignOptions, emulator: MortalEmulator, findings: Findings) {
    this.#options = options;
    this.#emulator = emulator;
    this.#findings = findings;
  }

  run(library: string): string {
    return join(this.#options.directory, `run-${library}`);
  }

  /** How many packages the tree makes: folders apart from files, each package full. */
  packagesOf(tree: readonly TreeEntry[]): number {
    const { files, packageItems = 40 } = this.#options;
    return Math.ceil(files / packageItems) + Math.ceil((tree.length - files) / packageItems);
  }

  async undisturbed(): Promise<{ readonly packages: number; readonly ms: number }> {
    const begun = performance.now();
    const { exit, summary, said } = await runMigrationProcess(this.#migrate("undisturbed"), new WorkDone(1));
    if (exit !== 0 || summary === undefined) throw new Error(`The undisturbed run ended with ${exit}: ${said}`);
    return { packages: summary.packages, ms: performance.now() - begun };
  }

  /** Kills and resumes until the run ends by itself. */
  async disturbed(
    storage: EmulatedStorage,
    packages: number,
  ): Promise<{
    readonly ms: number;
    readonly killed: readonly (readonly KilledPackage[])[];
    readonly givenUp: ReadonlySet<string>;
  }> {
    const { kills, seed, log = () => undefined } = this.#options;
    const begun = performance.now();
    const run = this.run("disturbed");
    const moments = killMoments(kills, seed);
    const work = new WorkDone(packages, (share) => this.#emulator.progress(share));
    let failures = 0;
    const killed: (readonly KilledPackage[])[] = [];
    const givenUp = new Set<string>();
    let args = this.#migrate("disturbed");
    for (;;) {
      const moment = moments[killed.length];
      const { exit, summary, said } = await runMigrationProcess(args, work, moment);
      await this.#emulator.up();
      args = (await exists(join(run, "migration.json"))) ? ["resume", run] : this.#migrate("disturbed");
      if (exit === "SIGKILL" && moment !== undefined) {
        const left = await readKilledRun(run);
        killed.push(left);
        log(`  kill ${killed.length}, ${momentText(moment)}: ${stagesText(left)}`);
      } else if (exit === 1 && (summary?.counts.unknown ?? 0) > 0) {
        log(`  unknown: ${summary?.counts.unknown} items`);
        const added = await this.#checkUnknown(storage, givenUp);
        if (added === 0) throw new Error(`Items stay unknown: ${said}`);
        args = ["resume", run, "--resubmit-unknown"];
      } else if (exit === 0) return { ms: performance.now() - begun, killed, givenUp };
      else if (exit === 3 && failures < this.#emulator.kills) {
        // What a service that is gone does to a run; it goes on when somebody resumes it.
        failures += 1;
        log(`  ended by an error: ${said.trimEnd().split("\n").at(-1)}`);
      } else throw new Error(`The run ended with ${exit}: ${said}`);
    }
  }

  /** Packages may be unknown only where the service has no job of them. Gives how many new ones there are. */
  async #checkUnknown(storage: EmulatedStorage, givenUp: Set<string>): Promise<number> {
    const run = this.run("disturbed");
    const before = givenUp.size;
    const jobs = new Map((await storage.containers()).map(({ name, jobId }) => [name, jobId]));
    const unknown = (await readKilledRun(run)).filter(({ stage }) => stage === "unknown");
    for (const { name, containers, wasSubmitted } of unknown) {
      // Others wait for one of these, and keep what they have.
      if (!wasSubmitted) continue;
      for (const container of containers) {
        const jobId = jobs.get(container);
        if (jobId !== undefined) this.#findings.add("unknown though the service shows the job", `${name}: ${jobId}`);
        givenUp.add(container);
      }
    }
    const names = new Set(unknown.map(({ name }) => name));
    for await (const end of readNdjson<ItemEnd>(join(run, "report", "items.ndjson"))) {
      const outcome = names.has(end.package ?? "") ? "unknown" : "imported";
      this.#findings.compare("outcome beside unknown packages", end.source, end.outcome, outcome);
    }
    return givenUp.size - before;
  }

  async packages(library: string): Promise<readonly PackageStatus[]> {
    const lines = await this.#lines(["status", this.run(library), "--json"]);
    return lines.filter(({ type }) => type === "package").map((line) => line.package as PackageStatus);
  }

  /** All that the source has was received, as it is. */
  async checkLedger(library: string, items: number): Promise<void> {
    const lines = await this.#lines(["ledger", "show", "--ledger", this.#ledger(library), "--json"]);
    const list = lines.find(({ type }) => type === "list");
    const is = ["items", "received", "outdated", "built"].map((name) => list?.[name]);
    this.#findings.compare("ledger", library, is, [items, items, 0, 0]);
  }

  /** With the ledger of the run that was killed there is nothing to be sent. */
  async checkNextRun(items: number): Promise<void> {
    const { exit, summary } = await runMigrationProcess(this.#migrate("disturbed", "next"), new WorkDone(1));
    const { packages, jobs, counts } = summary ?? {};
    // Folders that the target has are taken as they are.
    const known = (counts?.unchanged ?? 0) + (counts?.existing ?? 0);
    this.#findings.compare("next run", "summary", [exit, packages, jobs, known], [0, 0, 0, items]);
  }

  #ledger(library: string): string {
    return join(this.#options.directory, `ledger-${library}`);
  }

  #migrate(library: string, run = library): readonly string[] {
    const { directory, packageItems = 40 } = this.#options;
    return [
      ...[
        "migrate",
        join(directory, "source"),
        "--site",
        this.#emulator.process.siteUrl,
        "--library",
        library,
        "--out",
        this.run(run),
      ],
      ...["--ledger", this.#ledger(library), "--max-items", String(packageItems), ...BEHAVIOUR],
    ];
  }

  async #lines(
    args: readonly string[],
  ): Promise<readonly { readonly type: string; readonly [name: string]: unknown }[]> {
    const { exit, stdout, stderr } = await runCliProcess(args);
    if (exit !== 0) throw new Error(`primepack ${args[0]} ended with ${exit}: ${stderr}${stdout}`);
    return stdout.split("\n").map((line) => JSON.parse(line));
  }
}

function stagesText(packages: readonly KilledPackage[]): string {
  const counts = new Map<string, number>();
  for (const { stage } of packages) counts.set(stage, (counts.get(stage) ?? 0) + 1);
  return [...counts].map(([stage, count]) => `${count} ${stage}`).join(", ") || "no package";
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
