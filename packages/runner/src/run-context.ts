import { EventChannel, type JournalChange, PrimepackError, type SourceContent } from "@primepack/core";
import type { ImportResult } from "@primepack/event-reader";
import type { PackageEntry } from "./journal/entries.ts";
import { keyOf } from "./journal/entries.ts";
import { forget, put, type RunJournal } from "./journal/run-journal.ts";
import type { ResolvedOptions } from "./options.ts";
import { packageStatus } from "./status.ts";
import type { MigrationEvent, PackageStage } from "./types.ts";

/** What a run is for: the whole journey, or the end of one. */
export type RunMode = "migrate" | "settle" | "cancel";

/** A package that has not come to its end. */
export interface LivePackage {
  readonly name: string;
  /** As the journal has it. */
  entry: PackageEntry;
  /** While its job is watched. */
  result?: ImportResult;
}

/** Events that wait for a slow reader before the run waits too. */
const EVENTS_AHEAD = 1024;

/** What the stages of a run share: its state, which is the journal's, and the ways to end it. */
export class RunContext {
  readonly options: ResolvedOptions;
  readonly journal: RunJournal;
  readonly mode: RunMode;
  /** Known once the run was taken up. */
  runId = "";
  readonly events: EventChannel<MigrationEvent> = new EventChannel<MigrationEvent>(EVENTS_AHEAD);
  /** Packages that have not come to their end, by name. */
  readonly live: Map<string, LivePackage> = new Map<string, LivePackage>();
  readonly stages: Record<PackageStage, number> = {
    planned: 0,
    building: 0,
    built: 0,
    submitting: 0,
    submitted: 0,
    ended: 0,
    settled: 0,
    unknown: 0,
  };
  readonly tally = { imported: 0, failed: 0, unknown: 0, importedBytes: 0 };
  /** Contents that only this process has, by the package that the scan planned. */
  readonly local: Map<string, ReadonlyMap<number, SourceContent>> = new Map();
  /** Jobs that the service has taken in this run, those of earlier processes included. */
  accepted = 0;
  readonly #abort = new AbortController();
  readonly #drain = new AbortController();
  /** Aborts when the run is to begin nothing more: drained, or ended at once. */
  readonly stopping: AbortSignal = AbortSignal.any([this.#drain.signal, this.#abort.signal]);
  readonly #spawned = new Set<Promise<void>>();
  readonly #listeners = new Set<() => void>();
  #failure: PrimepackError | undefined;
  #halt: PrimepackError | undefined;

  constructor(options: ResolvedOptions, journal: RunJournal, mode: RunMode) {
    this.options = options;
    this.journal = journal;
    this.mode = mode;
  }

  /** Aborts when the run ends at once. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isDraining(): boolean {
    return this.#drain.signal.aborted;
  }

  get failure(): PrimepackError | undefined {
    return this.#failure;
  }

  /** Why nothing more is built or submitted, while what was submitted is settled. */
  get halted(): PrimepackError | undefined {
    return this.#halt;
  }

  /** Whether new work may begin. */
  get mayBegin(): boolean {
    return this.mode === "migrate" && !this.isDraining && this.#halt === undefined && !this.signal.aborted;
  }

  /** Tasks that were begun by {@link spawn} and go on. */
  get spawned(): number {
    return this.#spawned.size;
  }

  now(): string {
    return this.options.clock().toISOString();
  }

  /** Waits; rejects once the run is stopping. */
  async wait(milliseconds: number): Promise<void> {
    await this.options.timer(milliseconds, this.stopping);
  }

  drain(): void {
    this.#drain.abort();
    this.events.letGo();
    this.changed();
  }

  halt(reason: PrimepackError): void {
    this.#halt ??= reason;
    this.changed();
  }

  /** The first failure counts; it ends everything. */
  fail(reason: unknown): void {
    this.#failure ??= PrimepackError.from(reason, "INTERNAL", "migrate");
    this.#abort.abort(this.#failure);
    this.events.letGo();
    this.changed();
  }

  /** Does something beside the rest; its failure is the run's. */
  spawn(work: () => Promise<void>): void {
    const task = work()
      .catch((error: unknown) => {
        // Waiting ends by rejecting; that is what stopping means.
        if (!this.stopping.aborted) this.fail(error);
        else if (!this.signal.aborted && !isAbort(error)) this.fail(error);
      })
      .then(() => {
        this.#spawned.delete(task);
        this.changed();
      });
    this.#spawned.add(task);
  }

  async spawnedEnded(): Promise<void> {
    while (this.#spawned.size > 0) await Promise.all(this.#spawned);
  }

  /** Calls back after each change of state. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Takes up a package that the journal holds. */
  adopt(name: string, entry: PackageEntry): LivePackage {
    const live: LivePackage = { name, entry };
    this.live.set(name, live);
    return live;
  }

  /** Whether the package can be built now; if not, the scan has to come to its contents first, and queues it then. */
  hasContents({ name, entry }: LivePackage): boolean {
    return entry.portable || this.local.has(entry.retryOf ?? name);
  }

  /** Counts a package that the journal holds. */
  count({ stage, tally, jobId }: PackageEntry, by: 1 | -1 = 1): void {
    this.stages[stage] += by;
    if (jobId !== undefined) this.accepted += by;
    if (tally === undefined) return;
    for (const name of ["imported", "failed", "unknown", "importedBytes"] as const)
      this.tally[name] += by * tally[name];
  }

  /**
   * Journals a package's entry with what else changes in the same step; then it is the state of this process too, and
   * told.
   */
  async update(live: LivePackage, entry: PackageEntry, more: readonly JournalChange[] = []): Promise<void> {
    const isNew = !this.live.has(live.name) && this.journal.package(live.name) === undefined;
    await this.journal.write([put(keyOf.package(live.name), entry), ...more]);
    if (!isNew) this.count(live.entry, -1);
    live.entry = entry;
    this.count(entry);
    if (entry.stage === "settled" || entry.stage === "unknown") this.live.delete(live.name);
    else this.live.set(live.name, live);
    this.changed();
    await this.events.emit({ type: "package", package: packageStatus(live.name, entry) });
  }

  /** Forgets a package that was planned and not sent, and is planned no more, with what else changes in the same step. */
  async drop(live: LivePackage, more: readonly JournalChange[] = []): Promise<void> {
    const { name, entry } = live;
    await this.journal.write([
      ...[keyOf.package(name), keyOf.plan(name), keyOf.containers(name)].map(forget),
      ...this.journal.forget(keyOf.storedBlobs(name)),
      ...this.journal.forget(keyOf.failures(name)),
      ...more,
    ]);
    this.count(entry, -1);
    this.live.delete(name);
    this.changed();
  }

  async warn(code: string, message: string, source?: string): Promise<void> {
    await this.events.emit({ type: "warning", code, message, ...(source === undefined ? {} : { source }) });
  }
}

/** Whether something ended because its signal said so. */
export function isAbort(error: unknown): boolean {
  if (error instanceof PrimepackError) return error.code === "ABORTED";
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}
