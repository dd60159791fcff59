import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readNdjson } from "@primepack/core";
import type { SharePointIdentityMapping } from "@primepack/core/wire";
import { type EmulatorProcess, type RelayedRequest, startEmulatorProcess } from "@primepack/test-support";
import { Findings } from "./findings.ts";
import { changedRows, type MappingRow, mappingRows, writeMappingFile } from "./mapping-rows.ts";
import { type MortalEnd, startMortalProcess } from "./mortal-process.ts";
import { KillingRelay, requestMoments, requestMomentText } from "./request-moments.ts";

export interface MappingCampaignOptions {
  /** A folder for all that the campaign makes, which is made if it isn't there; it stays. */
  readonly directory: string;
  readonly mappings: number;
  readonly kills: number;
  /** Decides the mappings and the moments. */
  readonly seed: string;
  /** Told of each step, for people. Default: nobody. */
  readonly log?: (line: string) => void;
}

/** One file that was applied, by processes of which all but the last were killed. */
export interface AppliedFile {
  /** Entries that the emulator applied for it. */
  readonly applied: number;
  /** Updates that the emulator answered well, and entries of them. */
  readonly requests: number;
  /** Kills that found a process alive. */
  readonly kills: number;
  readonly ms: number;
}

export interface MappingCampaignResult {
  readonly mappings: number;
  readonly first: AppliedFile;
  /** The same file again. */
  readonly again: AppliedFile;
  /** A file with 10 % changed, 5 % gone, 5 % more. */
  readonly changed: AppliedFile;
  /** The most memory that any process that applied had of its own, in megabytes (1,000,000 bytes). */
  readonly anonymousMegabytes: number;
  /** The same with what the system takes back at will: the mapped journal, and Node itself. */
  readonly residentMegabytes: number;
  /** What the dry run had resident, which maps a second journal for its trial. */
  readonly dryRunMegabytes: number;
  readonly processes: number;
  /** What should not be; one line a kind. */
  readonly findings: readonly string[];
}

/** A line of the emulator's `mappings.ndjson`: an entry that it applied. */
interface AppliedEntry {
  readonly source: string;
  readonly action: "set" | "removed";
  readonly entry: SharePointIdentityMapping;
}

const ORGANIZATION = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const ENTRIES_OF_UPDATE = 50;
/** Bytes that no process may have resident, the mapped journal and Node's own file counted. */
const MOST_MEMORY = 200_000_000;

/**
 * Applies a mapping file to an emulator, by the built command in processes that are killed (SIGKILL) again and again and
 * run anew, then applies it once more, then a changed one, with kills too. The emulator's record of what it applied has to
 * hold each change once, and no process may have more than 200 MB of its own.
 */
export async function mappingCampaign(options: MappingCampaignOptions): Promise<MappingCampaignResult> {
  const { directory, mappings, kills, seed } = options;
  await mkdir(directory, { recursive: true });
  const emulator = await startEmulatorProcess(join(directory, "emulator"));
  // One for all files: a state is of one service.
  const relay = await KillingRelay.start(new URL(emulator.siteUrl).origin, isUpdate);
  try {
    const campaign = new MappingCampaign(options, emulator, relay);
    const rows = mappingRows(mappings, seed);
    const first = await campaign.apply("users.csv", rows, { kills, entries: rows.length });
    campaign.expectEntries(
      "first file",
      rows.map((row) => ["set", row]),
    );
    const again = await campaign.apply("users.csv", rows, { kills: 0, entries: rows.length });
    campaign.expectEntries("same file again", []);
    const later = changedRows(rows, seed);
    const entries = later.changed.length + later.removed.length + later.added.length;
    await campaign.dryRun("users-later.csv", later);
    const changed = await campaign.apply("users-later.csv", later.rows, {
      ...{ kills: Math.ceil(kills / 4), entries },
      flags: ["--remove-missing"],
    });
    campaign.expectEntries("changed file", [
      ...[...later.changed, ...later.added].map((row) => ["set", row] as const),
      ...later.removed.map((row) => ["removed", row] as const),
    ]);
    return { mappings, first, again, changed, ...campaign.processes() };
  } finally {
    await relay.stop();
    await emulator.stop();
  }
}

class MappingCampaign {
  readonly #options: MappingCampaignOptions;
  readonly #emulator: EmulatorProcess;
  readonly #relay: KillingRelay;
  readonly #findings = new Findings();
  readonly #ends: MortalEnd[] = [];
  #dryRunPeak = 0;
  /** What the emulator applied for the file before last, and for the last one. */
  #before = 0;
  #applied: readonly AppliedEntry[] = [];

  constructor(options: MappingCampaignOptions, emulator: EmulatorProcess, relay: KillingRelay) {
    this.#options = options;
    this.#emulator = emulator;
    this.#relay = relay;
  }

  /** Applies a file, killed so many times. `entries`: that it should take. */
  async apply(
    name: string,
    rows: readonly MappingRow[],
    { kills, entries, flags = [] }: { readonly kills: number; readonly entries: number; readonly flags?: string[] },
  ): Promise<AppliedFile> {
    const { directory, seed, log = () => undefined } = this.#options;
    const file = join(directory, name);
    await writeMappingFile(file, rows);
    const begun = performance.now();
    const relay = this.#relay;
    relay.expect(Math.ceil(entries / ENTRIES_OF_UPDATE));
    let met = 0;
    const moments = requestMoments(kills, `${name} ${seed}`, Math.min(6000, 300 + rows.length / 20));
    for (const moment of [...moments, undefined]) {
      const process = this.#start(file, flags);
      if (moment !== undefined) relay.arm(process, moment);
      const end = await process.end;
      relay.disarm();
      this.#ends.push(end);
      if (end.exit === "SIGKILL" && moment !== undefined) {
        met += 1;
        log(`  kill ${met}, ${requestMomentText(moment)}: ${relay.answered} updates so far`);
      } else if (end.exit === 0) {
        this.#checkSummary(name, end);
        break;
      } else throw new Error(`The run ended with ${end.exit}: ${end.said}`);
    }
    const ms = performance.now() - begun;
    await this.#look();
    log(`${name}: ${this.#applied.length} entries in ${relay.answered} updates, ${met} kills, ${Math.round(ms)} ms`);
    return { applied: this.#applied.length, requests: relay.answered, kills: met, ms };
  }

  /** Nothing is sent, and what would be is counted right. */
  async dryRun(name: string, { rows, changed, removed, added }: ReturnType<typeof changedRows>): Promise<void> {
    const file = join(this.#options.directory, name);
    await writeMappingFile(file, rows);
    const end = await this.#start(file, ["--remove-missing", "--dry-run"]).end;
    this.#dryRunPeak = end.peak ?? 0;
    if (end.exit !== 0) throw new Error(`The dry run ended with ${end.exit}: ${end.said}`);
    const counts = { ...(end.summary?.counts as Record<string, number>) };
    const is = [end.summary?.status, counts.added, counts.changed, counts.removed, counts.unchanged];
    const unchanged = rows.length - added.length - changed.length;
    this.#findings.compare("dry run", "summary", is, [
      "dryRun",
      added.length,
      changed.length,
      removed.length,
      unchanged,
    ]);
    await this.#look();
    this.#findings.compare("dry run", "entries applied", this.#applied.length, 0);
  }

  /** Holds what the emulator applied for the last file against these, each once and in any order. */
  expectEntries(kind: string, expected: readonly (readonly ["set" | "removed", MappingRow])[]): void {
    const wanted = new Map(expected.map(([action, row]) => [row.sourceUserPrincipalName, { action, row }]));
    const seen = new Map<string, number>();
    for (const { source, action, entry } of this.#applied) {
      const times = (seen.get(source) ?? 0) + 1;
      seen.set(source, times);
      const want = wanted.get(source);
      if (want === undefined) this.#findings.add(`${kind}: applied without need`, source);
      else if (times > 1) this.#findings.add(`${kind}: applied more than once`, `${source} ${times} times`);
      else {
        this.#findings.compare(`${kind}: action`, source, action, want.action);
        this.#findings.compare(`${kind}: entry`, source, plain(entry), plain(entryOf(want.action, want.row)));
      }
    }
    for (const source of wanted.keys()) if (!seen.has(source)) this.#findings.add(`${kind}: never applied`, source);
  }

  processes(): Pick<
    MappingCampaignResult,
    "anonymousMegabytes" | "residentMegabytes" | "dryRunMegabytes" | "processes" | "findings"
  > {
    const anonymous = Math.max(0, ...this.#ends.map((end) => end.anonymous ?? 0));
    const resident = Math.max(0, ...this.#ends.map((end) => end.peak ?? 0));
    if (resident > MOST_MEMORY) this.#findings.add("memory", `${resident} bytes`);
    return {
      anonymousMegabytes: Math.round(anonymous / 1e6),
      residentMegabytes: Math.round(resident / 1e6),
      dryRunMegabytes: Math.round(this.#dryRunPeak / 1e6),
      processes: this.#ends.length,
      findings: this.#findings.lines,
    };
  }

  #start(file: string, flags: readonly string[]): ReturnType<typeof startMortalProcess> {
    const { directory } = this.#options;
    const args = ["tenant", "map", "users", file, "--state", join(directory, "state")];
    const organization = ["--source-organization", ORGANIZATION];
    return startMortalProcess([...args, ...organization, "--graph-url", `${this.#relay.url}/beta`, ...flags], {
      usageFile: join(directory, "usage.json"),
    });
  }

  #checkSummary(name: string, { summary }: MortalEnd): void {
    const { status, findings, counts } = summary ?? {};
    const { failed, invalid, pending } = { ...(counts as Record<string, number>) };
    this.#findings.compare("summary", name, [status, findings, failed, invalid, pending], ["complete", 0, 0, 0, 0]);
  }

  /** Reads what the emulator applied since it was looked at last. */
  async #look(): Promise<void> {
    const entries: AppliedEntry[] = [];
    let lines = 0;
    for await (const line of readNdjson<AppliedEntry>(join(this.#emulator.directory, "tenant", "mappings.ndjson"))) {
      if (lines >= this.#before) entries.push(line);
      lines += 1;
    }
    this.#before = lines;
    this.#applied = entries;
  }
}

function isUpdate({ method }: RelayedRequest): boolean {
  return method === "PATCH";
}

function entryOf(action: "set" | "removed", row: MappingRow): SharePointIdentityMapping {
  const source = { sourceUserIdentity: { userPrincipalName: row.sourceUserPrincipalName } };
  if (action === "removed") return { "@removed": { reason: "deleted" }, ...source };
  return {
    ...source,
    sourceOrganizationId: ORGANIZATION,
    userType: row.userType,
    targetUserIdentity: { userPrincipalName: row.targetUserPrincipalName },
    targetUserMigrationData: { email: row.targetEmail },
  };
}

/** With its properties in one order, so that it can be compared as JSON. */
function plain(entry: SharePointIdentityMapping): unknown {
  return Object.fromEntries(Object.entries(entry).sort(([one], [other]) => (one < other ? -1 : 1)));
}
