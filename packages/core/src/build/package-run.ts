import pLimit, { type LimitFunction } from "p-limit";
import { PrimepackError, untilAborted } from "../errors/index.ts";
import {
  EventChannel,
  type ItemOutcome,
  type PackagePlan,
  type PackageRecord,
  type SourceContent,
} from "../model/index.ts";
import { executePackage } from "./execute-package.ts";
import { packageOutcomes } from "./outcomes.ts";
import type { ResolvedExecution } from "./resolve-execution.ts";
import { settingsHash } from "./settings.ts";
import type { BuildEvent, BuildProgress, BuildRun, BuildSummary, CommonBuildOptions } from "./types.ts";
import { createSealer, type Sealer } from "./worker/sealer.ts";

/** Events that wait for a slow reader before the run waits too. */
const EVENTS_AHEAD = 1024;

export type PackageRunOptions = ResolvedExecution & Pick<CommonBuildOptions, "dryRun" | "planned">;

/** Executes packages, some at once, and tells of them; where their plans come from is up to who extends it. */
export abstract class PackageRun implements BuildRun {
  readonly result: Promise<BuildSummary>;
  /** Raised by each package that is started. */
  protected nextItemId = 1;
  readonly #options: PackageRunOptions;
  readonly #events = new EventChannel<BuildEvent>(EVENTS_AHEAD);
  readonly #abort = new AbortController();
  readonly #drain = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #counts: Record<ItemOutcome["outcome"] | "renamed", number> = {
    packaged: 0,
    renamed: 0,
    deletion: 0,
    unchanged: 0,
    existing: 0,
    excluded: 0,
    skipped: 0,
    failed: 0,
  };
  readonly #scanned = { items: 0, bytes: 0 };
  readonly #done = { files: 0, packages: 0, reused: 0, bytes: 0, storedBytes: 0 };
  readonly #archiving: LimitFunction = pLimit(1);
  readonly #settings: string;
  readonly #untilStopped: Until;
  #sealer: Sealer | undefined;
  #failure: PrimepackError | undefined;
  #sourceEnded = false;

  /** The run begins in the next turn, when the object is whole. */
  constructor(options: PackageRunOptions) {
    this.#options = options;
    this.#settings = settingsHash(options);
    this.#untilStopped = stopper(AbortSignal.any([this.#drain.signal, this.#abort.signal]));
    this.result = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#run());
    // Whoever reads the events only is told there; nobody need listen twice.
    this.result.catch(() => undefined);
  }

  /** Starts packages until there are no more, or the run is stopped. */
  protected abstract drive(): Promise<void>;

  /** Called for each finished package before anybody is told of it. */
  protected async packageFinished(_record: PackageRecord, _outcomes: readonly ItemOutcome[]): Promise<void> {}

  get progress(): BuildProgress {
    return {
      scannedItems: this.#scanned.items,
      scannedBytes: this.#scanned.bytes,
      files: this.#done.files,
      sealedBytes: this.#sealer?.sealedBytes ?? 0,
      packages: this.#done.packages + this.#done.reused,
    };
  }

  drain(): void {
    this.#drain.abort();
    // What is in flight is bounded, and whoever drains may wait for the result without reading on.
    this.#events.letGo();
  }

  [Symbol.asyncIterator](): AsyncIterator<BuildEvent, void, undefined> {
    return this.#events[Symbol.asyncIterator]();
  }

  protected get scanned(): { readonly items: number; readonly bytes: number } {
    return { ...this.#scanned };
  }

  protected countScanned(items: number, bytes: number): void {
    this.#scanned.items += items;
    this.#scanned.bytes += bytes;
  }

  /** What the promise gives; undefined as soon as the run is drained or has failed. One call at a time. */
  protected untilStopped<T>(promise: Promise<T>): Promise<T | undefined> {
    return this.#untilStopped(promise);
  }

  /** There are no more packages; the run is complete once those in flight are. */
  protected async sourceEnded(): Promise<void> {
    this.#sourceEnded = true;
    await this.emit({ type: "scanned", ...this.#scanned });
  }

  protected emit(event: BuildEvent): Promise<void> | undefined {
    return this.#events.emit(event);
  }

  protected tell(outcome: ItemOutcome): Promise<void> | undefined {
    this.#counts[outcome.outcome] += 1;
    if (outcome.outcome === "packaged" && outcome.renamed) this.#counts.renamed += 1;
    return this.emit({ type: "item", outcome });
  }

  /** Begins to execute a package; resolves when there is room for a further one. */
  protected async start(plan: PackagePlan, local: ReadonlyMap<number, SourceContent>): Promise<void> {
    for (const item of plan.items) {
      if (item.kind !== "deletion") this.nextItemId = Math.max(this.nextItemId, item.itemId + 1);
    }
    const { finished, dryRun, planned, packagesInFlight } = this.#options;
    const record = finished?.(plan, this.#settings);
    if (record) return this.#reuse(record);
    if (planned && !dryRun) await untilAborted(planned(plan, local), this.#abort.signal);
    await this.emit({ type: "packageStarted", name: plan.name, items: plan.items.length, bytes: plan.bytes });
    if (dryRun) return this.#pretend(plan);
    const work = this.#execute(plan, local).catch((error: unknown) => this.#fail(error));
    this.#inFlight.add(work);
    void work.then(() => this.#inFlight.delete(work));
    while (this.#inFlight.size >= packagesInFlight) await Promise.race(this.#inFlight);
  }

  async #run(): Promise<BuildSummary> {
    const { signal } = this.#options;
    const onAbort = () => this.#fail(aborted(signal?.reason));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await this.drive();
      await Promise.all(this.#inFlight);
      if (this.#failure) throw this.#failure;
      this.#events.end();
      return this.#summary();
    } catch (error) {
      this.#fail(error);
      await Promise.allSettled(this.#inFlight);
      const failure = this.#failure ?? PrimepackError.from(error, "INTERNAL", "build the packages");
      this.#events.end(failure);
      throw failure;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      await this.#sealer?.close();
    }
  }

  async #pretend(plan: PackagePlan): Promise<void> {
    for (const outcome of packageOutcomes(plan, () => undefined, new Map())) await this.tell(outcome);
    this.#done.packages += 1;
    this.#done.bytes += plan.bytes;
  }

  async #execute(plan: PackagePlan, local: ReadonlyMap<number, SourceContent>): Promise<void> {
    const { packages: store, encryption } = this.#options;
    this.#sealer ??= createSealer(this.#options);
    const { record, outcomes } = await executePackage(plan, {
      store,
      sealer: this.#sealer,
      encryption,
      local,
      settings: this.#options,
      archiving: this.#archiving,
      signal: this.#abort.signal,
      onStored: () => {
        this.#done.files += 1;
      },
    });
    // The ledger before the records: a package that is recorded is not built again, and could not be noted later.
    if (record !== undefined) await this.packageFinished(record, outcomes);
    // Items before their package: who has recorded the package has recorded its items.
    for (const outcome of outcomes) await this.tell(outcome);
    if (record === undefined) return;
    this.#done.packages += 1;
    this.#done.bytes += record.bytes;
    this.#done.storedBytes += record.storedBytes;
    await this.emit({ type: "packageFinished", record });
  }

  async #reuse(record: PackageRecord): Promise<void> {
    this.#counts.packaged += record.folders + record.files + record.items + record.lists;
    this.#counts.deletion += record.deletions;
    this.#counts.failed += record.failed;
    this.#counts.renamed += record.renamed;
    this.#done.files += record.files;
    this.#done.reused += 1;
    this.#done.bytes += record.bytes;
    this.#done.storedBytes += record.storedBytes;
    await this.emit({ type: "packageReused", record });
  }

  /** The first failure counts; it ends everything that is in flight. */
  #fail(reason: unknown): void {
    this.#failure ??= PrimepackError.from(reason, "INTERNAL", "build the packages");
    this.#abort.abort(this.#failure);
    this.#events.letGo();
  }

  #summary(): BuildSummary {
    return {
      status: this.#sourceEnded ? "complete" : "interrupted",
      packages: this.#done.packages,
      reusedPackages: this.#done.reused,
      counts: { ...this.#counts },
      bytes: this.#done.bytes,
      storedBytes: this.#done.storedBytes,
      nextItemId: this.nextItemId,
    };
  }
}

type Until = <T>(promise: Promise<T>) => Promise<T | undefined>;

/**
 * Gives a function that waits for one promise after the other: for what it gives, or undefined as soon as the signal is
 * aborted. It listens to the signal once, not for each.
 */
function stopper(stop: AbortSignal): Until {
  let onStop = () => {};
  stop.addEventListener("abort", () => onStop(), { once: true });
  return (promise) =>
    new Promise((resolve, reject) => {
      onStop = () => resolve(undefined);
      if (stop.aborted) onStop();
      promise.then(resolve, reject);
    });
}

function aborted(reason: unknown): PrimepackError {
  if (reason instanceof PrimepackError) return reason;
  return new PrimepackError("ABORTED", "Cannot go on with the run as its signal was aborted", { cause: reason });
}
