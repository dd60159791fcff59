import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readNdjson } from "@primepack/core";
import type { MoveStatus } from "@primepack/cross-tenant";
import {
  type EmulatorProcess,
  type RelayedRequest,
  runCliProcess,
  startEmulatorProcess,
} from "@primepack/test-support";
import { Findings } from "./findings.ts";
import { mappingRows, writeMappingFile } from "./mapping-rows.ts";
import { type MortalEnd, startMortalProcess } from "./mortal-process.ts";
import { KillingRelay, requestMoments, requestMomentText } from "./request-moments.ts";

export interface BatchCampaignOptions {
  /** A folder for all that the campaign makes, which is made if it isn't there; it stays. */
  readonly directory: string;
  readonly moves: number;
  readonly kills: number;
  /** Decides the moves and the moments. */
  readonly seed: string;
  /** Told of each step, for people. Default: nobody. */
  readonly log?: (line: string) => void;
}

export interface BatchCampaignResult {
  readonly moves: number;
  /** Tasks that the emulator created. */
  readonly tasks: number;
  /** Kills that found a process alive. */
  readonly kills: number;
  /** Moves that were left unknown by kills between the journal's word and the request, and sent then as they were told to. */
  readonly unknown: number;
  readonly residentMegabytes: number;
  readonly ms: number;
  /** What should not be; one line a kind. */
  readonly findings: readonly string[];
}

/** A line of the emulator's `tasks.ndjson`. */
interface TaskLine {
  readonly action: "created" | "cancelled";
  readonly id: string;
  readonly source: string;
}

interface MoveRow {
  readonly kind: "user" | "site" | "group";
  readonly source: string;
  readonly target: string;
}

/** Bytes of resident memory that no process may pass. */
const MOST_MEMORY = 200_000_000;

/** Looks often, so that many moments fall between. */
const BEHAVIOUR = [
  ...["--poll-running", "0.2", "--poll-queued", "0.2", "--poll-requests", "60000"],
  ...["--search-looks", "2", "--search-seconds", "0.05"],
];

/**
 * Moves a batch to an emulator, by the built command in processes that are killed (SIGKILL) again and again and resumed.
 * Each source has to have one task at the emulator, which the batch knows as completed.
 */
export async function batchCampaign(options: BatchCampaignOptions): Promise<BatchCampaignResult> {
  await mkdir(options.directory, { recursive: true });
  const emulator = await startEmulatorProcess(join(options.directory, "emulator"));
  try {
    const campaign = new BatchCampaign(options, emulator);
    await campaign.mapUsers();
    const begun = performance.now();
    const { kills, unknown } = await campaign.move();
    const ms = performance.now() - begun;
    return { moves: options.moves, kills, unknown, ms, ...(await campaign.check()) };
  } finally {
    await emulator.stop();
  }
}

class BatchCampaign {
  readonly #options: BatchCampaignOptions;
  readonly #emulator: EmulatorProcess;
  readonly #rows: readonly MoveRow[];
  readonly #run: string;
  readonly #findings = new Findings();
  readonly #ends: MortalEnd[] = [];

  constructor(options: BatchCampaignOptions, emulator: EmulatorProcess) {
    this.#options = options;
    this.#emulator = emulator;
    this.#run = join(options.directory, "run");
    this.#rows = mappingRows(options.moves, options.seed).map((row, index): MoveRow => {
      if (index % 5 === 3) return { kind: "site", source: siteUrl("south", index), target: siteUrl("north", index) };
      if (index % 5 === 4) return { kind: "group", source: `group-${index}`, target: `moved-${index}` };
      return { kind: "user", source: row.sourceUserPrincipalName, target: row.targetUserPrincipalName };
    });
  }

  /** The emulator moves no user without an identity mapping. */
  async mapUsers(): Promise<void> {
    const { directory, moves, seed } = this.#options;
    const file = join(directory, "users.csv");
    await writeMappingFile(file, mappingRows(moves, seed));
    const service = `${new URL(this.#emulator.siteUrl).origin}/beta`;
    const { exit, stderr, stdout } = await runCliProcess(["tenant", "map", "users", file, "--graph-url", service]);
    if (exit !== 0) throw new Error(`The users could not be mapped: ${stderr}${stdout}`);
  }

  /** Runs and resumes until the batch ends by itself. */
  async move(): Promise<{ readonly kills: number; readonly unknown: number }> {
    const { directory, seed, log = () => undefined } = this.#options;
    const file = join(directory, "moves.csv");
    const lines = this.#rows.map(({ kind, source, target }) => `${kind},"${source}","${target}"\n`);
    await writeFile(file, `kind,source,target\n${lines.join("")}`);
    // Each move is validated, then created.
    const relay = await KillingRelay.start(new URL(this.#emulator.siteUrl).origin, isCreation);
    relay.expect(2 * this.#rows.length);
    const moments = requestMoments(this.#options.kills, `batch ${seed}`, 3000);
    const given: readonly string[] = ["--graph-url", `${relay.url}/beta`, ...BEHAVIOUR];
    const begin = ["--batch", file, "--out", this.#run, "--target-host", "https://north-my.sharepoint.com"];
    let kills = 0;
    let unknown = 0;
    let flags: readonly string[] = [];
    try {
      for (;;) {
        const args = (await this.#isBegun()) ? ["resume", this.#run, ...flags] : begin;
        const process = startMortalProcess(["tenant", "move", ...args, ...given], {
          usageFile: join(directory, "usage.json"),
        });
        const moment = moments[kills];
        if (moment !== undefined) relay.arm(process, moment);
        const end = await process.end;
        relay.disarm();
        this.#ends.push(end);
        const counts = { ...(end.summary?.counts as Record<string, number>) };
        if (end.exit === "SIGKILL") {
          kills += 1;
          log(`  kill ${kills}${moment && `, ${requestMomentText(moment)}`}: ${relay.answered} requests so far`);
        } else if (end.exit === 0) return { kills, unknown };
        else if (end.exit === 1 && (counts.unknown ?? 0) > 0 && flags.length === 0) {
          unknown = counts.unknown ?? 0;
          log(`  unknown: ${unknown} moves`);
          await this.#checkUnknown();
          flags = ["--resubmit-unknown"];
        } else throw new Error(`The batch ended with ${end.exit}: ${JSON.stringify(end.summary)} ${end.said}`);
      }
    } finally {
      await relay.stop();
    }
  }

  /** One task for each source and no other, which the batch knows. */
  async check(): Promise<Pick<BatchCampaignResult, "tasks" | "residentMegabytes" | "findings">> {
    const tasks = await this.#tasks();
    const sources = new Set(this.#rows.map(({ source }) => source));
    for (const [source, ids] of tasks) {
      if (!sources.has(source)) this.#findings.add("task of no move", source);
      if (ids.length > 1) this.#findings.add("two tasks of one source", `${source}: ${ids.join(", ")}`);
    }
    const moves = await this.#moves();
    for (const { source } of this.#rows) {
      const move = moves.get(source);
      const is = [move?.outcome, move?.taskStatus, move?.taskId];
      this.#findings.compare("move", source, is, ["completed", "completed", tasks.get(source)?.[0]]);
    }
    this.#findings.compare("moves", "in the status", moves.size, this.#rows.length);
    const peak = Math.max(0, ...this.#ends.map((end) => end.peak ?? 0));
    if (peak > MOST_MEMORY) this.#findings.add("memory", `${peak} bytes`);
    const created = [...tasks.values()].reduce((sum, ids) => sum + ids.length, 0);
    return { tasks: created, residentMegabytes: Math.round(peak / 1e6), findings: this.#findings.lines };
  }

  /** A move may be unknown only where the service has no task of it. */
  async #checkUnknown(): Promise<void> {
    const tasks = await this.#tasks();
    for (const { source, outcome } of (await this.#moves()).values()) {
      if (outcome === "unknown" && tasks.has(source)) this.#findings.add("unknown though there is a task", source);
    }
  }

  async #tasks(): Promise<ReadonlyMap<string, readonly string[]>> {
    const tasks = new Map<string, string[]>();
    for await (const line of readNdjson<TaskLine>(join(this.#emulator.directory, "tenant", "tasks.ndjson"))) {
      if (line.action === "created") tasks.set(line.source, [...(tasks.get(line.source) ?? []), line.id]);
      else this.#findings.add("cancelled", line.id);
    }
    return tasks;
  }

  async #moves(): Promise<ReadonlyMap<string, MoveStatus>> {
    const { exit, stdout, stderr } = await runCliProcess(["tenant", "move", "status", this.#run, "--json"]);
    if (exit !== 0) throw new Error(`The status ended with ${exit}: ${stderr}${stdout}`);
    const lines = stdout.split("\n").map((line) => JSON.parse(line) as { type: string; move?: MoveStatus });
    return new Map(lines.flatMap(({ type, move }) => (type === "move" && move ? [[move.source, move]] : [])));
  }

  #isBegun(): Promise<boolean> {
    return access(this.#run).then(
      () => true,
      () => false,
    );
  }
}

function isCreation({ method, url }: RelayedRequest): boolean {
  return method === "POST" && /\/crossOrganizationMigrationTasks$/i.test(url);
}

function siteUrl(organization: string, index: number): string {
  return `https://${organization}.sharepoint.com/sites/O'Neil ${index}`.replaceAll(" ", "%20");
}
