import pLimit, { type LimitFunction } from "p-limit";
import { PrimepackError } from "../errors/index.ts";
import type { ItemOutcome, PackagePlan, PackageRecord, SourceContent } from "../model/index.ts";
import { planPackages } from "../plan/planner.ts";
import { elementsFault } from "./elements-fault.ts";
import { EventChannel } from "./event-channel.ts";
import { executePackage } from "./execute-package.ts";
import { firstItemIdOf, LedgerSession } from "./ledger-session.ts";
import { packageOutcomes } from "./outcomes.ts";
import { type ResolvedBuildOptions, resolveOptions } from "./resolve-options.ts";
import { settingsHash } from "./settings.ts";
import type { BuildEvent, BuildOptions, BuildProgress, BuildRun, BuildSummary } from "./types.ts";
import { createSealer, type Sealer } from "./worker/sealer.ts";

/** Events that wait for a slow reader before the run waits too. */
const EVENTS_AHEAD = 1024;

/**
 * Builds the packages of one source for one library.
 *
 * Throws at once for options that can't be used (INVALID_OPTION, INVALID_KEY, INVALID_TARGET); everything later comes
 * out of the run's events and its `result`.
 */
export function build(options: BuildOptions): BuildRun {
  return new Run(resolveOptions(options));
}

class Run implements BuildRun {
  readonly result: Promise<BuildSummary>;
  readonly #options: ResolvedBuildOptions;
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
  #ledger: LedgerSession | undefined;
  #sealer: Sealer | undefined;
  #failure: PrimepackError | undefined;
  #sourceEnded = false;

  constructor(options: ResolvedBuildOptions) {
    this.#options = options;
    this.#settings = settingsHash(options);
    this.result = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#run());
    // Whoever reads the events only is told there; nobody need listen twice.
    this.result.catch(() => undefined);
  }

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

  async #run(): Promise<BuildSummary> {
    const { signal } = this.#options;
    const onAbort = () => this.#fail(aborted(signal?.reason));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const nextItemId = await this.#drive();
      await Promise.all(this.#inFlight);
      if (this.#failure) throw this.#failure;
      this.#events.end();
      return this.#summary(nextItemId);
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

  /** Plans until the source ends, the run is drained or something fails; gives the next free item id. */
  async #drive(): Promise<number> {
    const { names, limits, defaultAuthor, people, forms, clock, source, packagesInFlight } = this.#options;
    const { ledger } = this.#options;
    const target = { ...this.#options.target, firstItemId: await this.#firstItemId() };
    const stop = AbortSignal.any([this.#drain.signal, this.#abort.signal]);
    const onItem = (bytes: number) => {
      this.#scanned.items += 1;
      this.#scanned.bytes += bytes;
    };
    const planner = planPackages(source, {
      ...{ target, names, limits, defaultAuthor, people, forms },
      ...(ledger === undefined ? {} : { ledger }),
      now: clock(),
      faultOf: elementsFault,
      onItem,
    });
    let nextItemId = target.firstItemId;
    const untilStopped = stopper(stop);
    for (;;) {
      const step = await untilStopped(planner.next());
      if (step === undefined) {
        // The source may be stuck in its own `next()`; nobody waits for it.
        planner.return({ nextItemId, ...this.#scanned }).catch(() => undefined);
        return nextItemId;
      }
      if (step.done) {
        this.#sourceEnded = true;
        await this.#events.emit({ type: "scanned", ...this.#scanned });
        return step.value.nextItemId;
      }
      const event = step.value;
      if (event.type === "outcome") {
        // Waiting for nothing costs as much as telling.
        const told = this.#tell(event.outcome);
        if (told !== undefined) await told;
      } else if (event.type === "warning") await this.#events.emit(event);
      else {
        for (const item of event.plan.items) {
          if (item.kind !== "deletion") nextItemId = Math.max(nextItemId, item.itemId + 1);
        }
        await this.#start(event.plan, event.local);
        while (this.#inFlight.size >= packagesInFlight) await Promise.race(this.#inFlight);
      }
    }
  }

  /** Where the run begins to number: the target's word, or beyond all that the ledger knows of. */
  async #firstItemId(): Promise<number> {
    const { target, ledger, dryRun } = this.#options;
    if (ledger === undefined) return target.firstItemId;
    // A session would note the run.
    if (dryRun) return firstItemIdOf(ledger, target);
    this.#ledger = await LedgerSession.open(ledger, target);
    return this.#ledger.firstItemId;
  }

  async #start(plan: PackagePlan, local: ReadonlyMap<number, SourceContent>): Promise<void> {
    const { finished, dryRun } = this.#options;
    const record = finished?.(plan, this.#settings);
    if (record) return this.#reuse(record);
    await this.#events.emit({ type: "packageStarted", name: plan.name, items: plan.items.length, bytes: plan.bytes });
    if (dryRun) {
      const outcomes = packageOutcomes(plan, () => undefined, new Map());
      for (const outcome of outcomes) await this.#tell(outcome);
      this.#done.packages += 1;
      this.#done.bytes += plan.bytes;
      return;
    }
    const work = this.#execute(plan, local).catch((error: unknown) => this.#fail(error));
    this.#inFlight.add(work);
    void work.then(() => this.#inFlight.delete(work));
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
    if (record !== undefined) await this.#ledger?.packageFinished(record, outcomes);
    // Items before their package: who has recorded the package has recorded its items.
    for (const outcome of outcomes) await this.#tell(outcome);
    if (record === undefined) return;
    this.#done.packages += 1;
    this.#done.bytes += record.bytes;
    this.#done.storedBytes += record.storedBytes;
    await this.#events.emit({ type: "packageFinished", record });
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
    await this.#events.emit({ type: "packageReused", record });
  }

  #tell(outcome: ItemOutcome): Promise<void> | undefined {
    this.#counts[outcome.outcome] += 1;
    if (outcome.outcome === "packaged" && outcome.renamed) this.#counts.renamed += 1;
    return this.#events.emit({ type: "item", outcome });
  }

  /** The first failure counts; it ends everything that is in flight. */
  #fail(reason: unknown): void {
    this.#failure ??= PrimepackError.from(reason, "INTERNAL", "build the packages");
    this.#abort.abort(this.#failure);
    this.#events.letGo();
  }

  #summary(nextItemId: number): BuildSummary {
    return {
      status: this.#sourceEnded ? "complete" : "interrupted",
      packages: this.#done.packages,
      reusedPackages: this.#done.reused,
      counts: { ...this.#counts },
      bytes: this.#done.bytes,
      storedBytes: this.#done.storedBytes,
      nextItemId,
    };
  }
}

/**
 * Gives a function that waits for one promise after the other: for what it gives, or undefined as soon as the signal is
 * aborted. It listens to the signal once, not for each.
 */
function stopper(stop: AbortSignal): <T>(promise: Promise<T>) => Promise<T | undefined> {
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
