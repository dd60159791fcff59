import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileSystemSource, type Ledger, memoryLedger, Secret } from "@primepack/core";
import { type Emulator, type EmulatorFaults, type EmulatorOptions, startEmulator } from "@primepack/emulator";
import { graphEvents, progressEvents } from "@primepack/event-reader";
import {
  type ItemEnd,
  itemEnds,
  type MigrateOptions,
  type MigrationEvent,
  type MigrationSummary,
  memoryJournal,
  migrate,
  type PackageStatus,
  readStatus,
} from "@primepack/runner";
import {
  graphJobService,
  ownContainers,
  resolveGraphTarget,
  resolveTarget,
  sharePointJobService,
} from "@primepack/submitter";
import { folderDigest } from "@primepack/test-support";
import { expect } from "vitest";

/** Where a migration goes, and by which way. */
export type PlaceKind = "library" | "library by own containers" | "embedded";

/** A library of a test's own. */
export interface FaultyPlace {
  readonly kind: PlaceKind;
  readonly number: number;
}

/** What a migration may be given besides, and who is told of its events. */
export type FaultyOptions = Pick<Partial<MigrateOptions>, "limits" | "logger"> & {
  /** Default: a new ledger. */
  readonly store?: Ledger;
  readonly onEvent?: (event: MigrationEvent) => void;
};

/** What became of a migration under faults. */
export interface FaultyRun {
  readonly store: Ledger;
  readonly summary: MigrationSummary;
  readonly packages: readonly PackageStatus[];
  readonly ends: readonly ItemEnd[];
  /** Codes of the errors that the run ended with before it was resumed. */
  readonly stops: readonly string[];
}

const PLACES = 60;
const MOST_RESUMES = 20;

const credential = { getToken: async () => ({ token: "emulated", expiresOnTimestamp: Date.now() + 3_600_000 }) };
const retry = { attempts: 6, firstDelayMs: 2, maxDelayMs: 20 };
const limits = { pollRunningMs: 20, pollQueuedMs: 40, pollRequestsPerMinute: 60_000 };

/** Moves an emulator, and runs, on in time. */
export class MovableClock {
  ahead = 0;
  readonly now = (): Date => new Date(Date.now() + this.ahead);
}

/** An emulator whose faults a migration has to live with, and what must be true of each migration whatever they are. */
export class FaultySite {
  readonly #emulator: Emulator;
  readonly #source: string;
  readonly #directory: string;
  readonly #closing: (() => Promise<void>)[] = [];
  readonly clock: MovableClock;
  #places = 0;
  #runs = 0;

  private constructor(emulator: Emulator, directory: string, source: string, clock: MovableClock) {
    this.#emulator = emulator;
    this.#directory = directory;
    this.#source = source;
    this.clock = clock;
  }

  /** `directory` is for all that is made, `source` is what every migration brings. */
  static async start(directory: string, source: string, more: Partial<EmulatorOptions> = {}): Promise<FaultySite> {
    const clock = new MovableClock();
    const numbers = Array.from({ length: PLACES }, (_, number) => number);
    const emulator = await startEmulator({
      directory: join(directory, "emulator"),
      lists: numbers.map((number) => ({ title: `Library ${number}`, url: `lib${number}` })),
      graphContainers: numbers.map((number) => `b!container${number}`),
      now: clock.now,
      ...more,
    });
    return new FaultySite(emulator, directory, source, clock);
  }

  place(kind: PlaceKind): FaultyPlace {
    const number = this.#places;
    this.#places += 1;
    return { kind, number };
  }

  setFaults(faults: EmulatorFaults): void {
    this.#emulator.setFaults(faults);
  }

  /**
   * Migrates under the faults, and resumes what they end as long as it takes; then holds the end against what must be true
   * of any run.
   */
  async migrated(place: FaultyPlace, faults: EmulatorFaults, more: FaultyOptions = {}): Promise<FaultyRun> {
    const { store = memoryLedger(), onEvent = () => undefined, ...given } = more;
    this.#runs += 1;
    const journal = memoryJournal();
    const directory = join(this.#directory, `run-${this.#runs}`);
    const before = await this.#jobs();
    const resolved = await this.#target(place);
    const stops: string[] = [];
    this.setFaults(faults);
    try {
      for (;;) {
        const options = {
          ...this.#options(place),
          ...resolved,
          directory,
          journal,
          ledger: { store },
          ...given,
          limits: { ...limits, ...given.limits },
        };
        try {
          const running = migrate({ ...options, source: fileSystemSource(this.#source) });
          for await (const event of running) onEvent(event);
          const summary = await running.result;
          const packages = [...readStatus(journal).packages()];
          const ends: ItemEnd[] = [];
          for await (const end of itemEnds(directory, journal)) ends.push(end);
          const run = { summary, packages, ends, stops, store };
          await this.#expectNothingLost(place, run, await this.#jobs(before));
          return run;
        } catch (error) {
          const { code } = error as { readonly code?: string };
          if (code === undefined || !/^(SERVICE|CONTAINER)_/.test(code) || stops.length === MOST_RESUMES) throw error;
          stops.push(code);
        }
      }
    } finally {
      this.setFaults({});
    }
  }

  /** The next run with the ledger, without faults: it sends all that was not received, and the library is then the source. */
  async expectNextRunBringsTheRest(place: FaultyPlace, { store, ends }: FaultyRun): Promise<void> {
    const open = ends.filter(({ outcome }) => outcome !== "imported").map(({ source }) => source);
    const next = await this.migrated(place, {}, { store });
    const sent = next.ends.filter(({ outcome }) => outcome === "imported").map(({ source }) => source);
    const said = next.ends.map(({ source, outcome, code, message }) => ({ source, outcome, code, message }));
    expect(next.summary.counts, JSON.stringify(said)).toMatchObject({ failed: 0, unknown: 0, pending: 0, skipped: 0 });
    // Folders that arrived without proof are there.
    const there = next.ends.filter(({ outcome }) => outcome === "existing").map(({ source }) => source);
    expect([...sent, ...there]).toEqual(expect.arrayContaining(open));
    expect(await this.digest(place)).toEqual(await folderDigest(this.#source));
    const last = await this.migrated(place, {}, { store });
    expect(last.summary).toMatchObject({ packages: 0, jobs: 0 });
  }

  /** SHA-256 by path of what is in the place. */
  async digest({ kind, number }: FaultyPlace): Promise<Readonly<Record<string, string>>> {
    const { directory } = this.#emulator;
    if (kind !== "embedded") return folderDigest(join(directory, "sites", "emulated", `lib${number}`));
    const { driveFolder } = await this.#embedded(number);
    return folderDigest(join(directory, driveFolder));
  }

  async stop(): Promise<void> {
    for (const close of this.#closing) await close();
    await this.#emulator.stop();
  }

  async #expectNothingLost(place: FaultyPlace, run: FaultyRun, jobs: ReadonlySet<string>) {
    const { summary, packages, ends, store } = run;
    expect(summary.status).toBe("complete");
    // One end for each entry, and none is open.
    const source = await readdir(this.#source, { recursive: true });
    expect(ends.map((end) => end.source).sort()).toEqual(source.sort());
    expect(ends.filter(({ outcome }) => outcome === "pending")).toEqual([]);
    // What isn't imported says why.
    const silent = ends.filter(({ outcome, code, message }) => isBad(outcome) && !(code && message));
    expect(silent).toEqual([]);
    // What is called imported is there, byte for byte, and the ledger has it; nothing else is in the ledger.
    const [is, shouldBe] = [await this.digest(place), await folderDigest(this.#source)];
    const received = new Set(
      [...store.entries()].filter((entry) => entry.received !== undefined).map(({ path }) => path.join("/")),
    );
    for (const end of ends) {
      const isThere = end.outcome === "imported" || end.outcome === "unchanged";
      if (isThere && end.kind === "file") expect(is[end.source], end.source).toBe(shouldBe[end.source]);
      if (end.outcome !== "existing") expect(received.has(end.source), `${end.source} in the ledger`).toBe(isThere);
    }
    // No file of another content, and none from nowhere.
    for (const [path, digest] of Object.entries(is)) expect(digest, path).toBe(shouldBe[path]);
    // One job a package, and no job of no package, but for one that was created and of which nothing told.
    const known = packages.flatMap(({ jobId }) => jobId ?? []);
    expect(new Set(known).size).toBe(known.length);
    const unexplained = [...jobs].filter((jobId) => !known.includes(jobId));
    expect(unexplained.length).toBeLessThanOrEqual(packages.filter(({ stage }) => stage === "unknown").length);
    expect(known.filter((jobId) => !jobs.has(jobId))).toEqual([]);
  }

  async #jobs(but: ReadonlySet<string> = new Set()): Promise<Set<string>> {
    const names = await readdir(join(this.#emulator.directory, "emulator", "jobs"));
    const ids = names.filter((name) => name.endsWith(".ndjson")).map((name) => name.replace(".ndjson", ""));
    return new Set(ids.filter((id) => !but.has(id)));
  }

  #options(
    place: FaultyPlace,
  ): Pick<MigrateOptions, "service" | "events" | "limits" | "packaging" | "clock" | "containers"> {
    const { siteUrl, graphUrl, storage } = this.#emulator;
    const common = {
      ...{ limits, clock: this.clock.now, packaging: { workers: 0, limits: { maxItems: 6 } } },
      ...(place.kind === "library by own containers"
        ? { containers: ownContainers({ storage: new Secret(storage) }) }
        : {}),
    };
    if (place.kind === "embedded") {
      const options = { containerId: `b!container${place.number}`, graphUrl, credential, retry };
      return { ...common, ...this.#closed(graphJobService(options), graphEvents(options)) };
    }
    const options = { siteUrl, credential, retry };
    return { ...common, ...this.#closed(sharePointJobService(options), progressEvents(options)) };
  }

  #closed(service: MigrateOptions["service"], events: ReturnType<typeof progressEvents>) {
    this.#closing.push(
      () => service.close(),
      () => events.close(),
    );
    return { service, events };
  }

  /** As a command would find it now. */
  async #target({ kind, number }: FaultyPlace): Promise<Pick<MigrateOptions, "target">> {
    if (kind === "embedded") return { target: (await this.#embedded(number)).target };
    const resolved = await resolveTarget({ siteUrl: this.#emulator.siteUrl, library: `Library ${number}`, credential });
    await resolved.close();
    return { target: resolved.target };
  }

  async #embedded(number: number) {
    const { graphUrl } = this.#emulator;
    const { target } = await resolveGraphTarget({ containerId: `b!container${number}`, graphUrl, credential });
    return { target, driveFolder: join(target.webUrl, target.listUrl) };
  }
}

function isBad(outcome: ItemEnd["outcome"]): boolean {
  return outcome === "failed" || outcome === "unknown" || outcome === "skipped";
}
