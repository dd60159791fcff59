import {
  type BuildEvent,
  type BuildProgress,
  type BuildRun,
  buildPlans,
  type ItemOutcome,
  notePackage,
  type PackageContainers,
  type PackagePlan,
  type PackageRecord,
  PrimepackError,
  type SealedBlob,
  sasPackageContainers,
} from "@primepack/core";
import type { JobContainers } from "@primepack/submitter";
import { containersToEntry } from "../journal/containers-entry.ts";
import { type FailureEntry, keyOf } from "../journal/entries.ts";
import { forget, put } from "../journal/run-journal.ts";
import { dependenciesOf } from "../plan/dependencies.ts";
import type { LivePackage, RunContext } from "../run-context.ts";
import { packageItemsFile, writeLines } from "../run-folder.ts";
import type { PackagingOptions } from "../types.ts";
import type { PlanQueue } from "./plan-queue.ts";
import { StoredBlobs } from "./stored-blobs.ts";

/** Failures of containers in a row, without any package finished between them, that are built on after. */
const SETBACKS = 3;

/** Milliseconds before building goes on when the storage could not be reached. */
const SETBACK_PAUSE_MS = 30_000;

/** An outcome of a package's item, and what the journal knows the item by. */
export type PackageItemLine = ItemOutcome & { readonly key: string };

/** A package that is being built. */
interface Work {
  /** GUIDs of its items, in the plan's order. */
  readonly ids: readonly string[];
  readonly lines: PackageItemLine[];
  /** Nothing of it is left: all of its items failed, or building did. */
  isDiscarded: boolean;
}

/** What becomes of packages that aren't sent. */
export interface UnsentPackages {
  /** What it waits for won't come. */
  cannotBeSent(
    live: LivePackage,
    because: { readonly state: "failed" | "unknown"; readonly by: string },
  ): Promise<void>;
  /** All of its items failed while it was built. */
  isEmpty(live: LivePackage): Promise<void>;
}

/** Builds and uploads the planned packages, one round after the other; a round builds each package at most once. */
export class BuildStage {
  readonly #context: RunContext;
  readonly #queue: PlanQueue;
  readonly #packaging: PackagingOptions;
  readonly #unsent: UnsentPackages;
  readonly #stored: StoredBlobs;
  readonly #works = new Map<string, Work>();
  #round: BuildRun | undefined;
  #before = { files: 0, sealedBytes: 0, packages: 0 };
  #setbacks = 0;

  constructor(context: RunContext, queue: PlanQueue, packaging: PackagingOptions, unsent: UnsentPackages) {
    this.#context = context;
    this.#queue = queue;
    this.#packaging = packaging;
    this.#unsent = unsent;
    this.#stored = new StoredBlobs(context.journal, (error) => context.fail(error));
  }

  get progress(): Omit<BuildProgress, "scannedItems" | "scannedBytes"> {
    const { files = 0, sealedBytes = 0, packages = 0 } = this.#round?.progress ?? {};
    return {
      files: this.#before.files + files,
      sealedBytes: this.#before.sealedBytes + sealedBytes,
      packages: this.#before.packages + packages,
    };
  }

  /** Packages that were taken to be built and are not. */
  get building(): number {
    return this.#works.size;
  }

  /** Until the queue is closed. */
  async run(): Promise<void> {
    while ((await this.#buildRound()) === "again") {
      const { files, sealedBytes, packages } = this.progress;
      this.#round = undefined;
      this.#before = { files, sealedBytes, packages };
    }
    await this.#stored.flushed();
  }

  async #buildRound(): Promise<"again" | "ended"> {
    const { signal, options, local, journal } = this.#context;
    const { packagesInFlight } = options.limits;
    const round = new Round();
    const { forms, sourceType, workers, blockSize, uploads, ahead } = this.#packaging;
    const run = buildPlans({
      encryption: "provided",
      plans: this.#plans(round),
      local: ({ name }) => local.get(journal.package(name)?.retryOf ?? name) ?? new Map(),
      packages: { open: (name, stop) => this.#open(name, stop) },
      ...(forms === undefined ? {} : { forms }),
      ...(sourceType === undefined ? {} : { sourceType }),
      ...(workers === undefined ? {} : { workers }),
      ...(blockSize === undefined ? {} : { blockSize }),
      ...(uploads === undefined ? {} : { uploads }),
      ...(ahead === undefined ? {} : { ahead }),
      ...(packagesInFlight === undefined ? {} : { packagesInFlight }),
      ...(options.logger === undefined ? {} : { logger: options.logger }),
      signal,
    });
    this.#round = run;
    try {
      for await (const event of run) await this.#on(event);
      await run.result;
      return round.isLast ? "ended" : "again";
    } catch (error) {
      round.isOver = true;
      run.drain();
      await run.result.catch(() => undefined);
      await this.#setBack(error);
      return "again";
    }
  }

  /** Plans of one round: it ends with the queue, or before a package that it has built already. */
  async *#plans(round: Round): AsyncGenerator<PackagePlan, void, undefined> {
    const { journal, live: packages } = this.#context;
    for (;;) {
      const name = await this.#queue.take();
      if (name === undefined) {
        round.isLast = true;
        return;
      }
      const live = packages.get(name);
      // Whoever takes up a run may queue a package that its settling has queued already: one that went on has its job.
      if (live === undefined || (live.entry.stage !== "planned" && live.entry.stage !== "building")) continue;
      if (round.isOver || round.has(name)) {
        this.#queue.putBack(name);
        return;
      }
      const dependencies = dependenciesOf(live.entry, journal);
      if (dependencies.state === "failed" || dependencies.state === "unknown") {
        await this.#unsent.cannotBeSent(live, dependencies);
        continue;
      }
      const plan = journal.plan(name);
      round.add(name);
      this.#works.set(name, { ids: plan.items.map(({ id }) => id), lines: [], isDiscarded: false });
      yield plan;
    }
  }

  async #open(name: string, signal: AbortSignal | undefined): Promise<PackageContainers> {
    const { journal, options, runId } = this.#context;
    const live = this.#liveOf(name);
    let containers = live.entry.stage === "building" ? journal.containers(name) : undefined;
    if (containers !== undefined && !this.lasts(containers)) containers = undefined;
    if (containers === undefined) {
      const uploads = live.entry.uploads + 1;
      containers = await options.containers.provide(`${runId}-${name}-${uploads}`, signal);
      if (!this.lasts(containers)) throw this.#tooShort(containers);
      const { builtAt: _, record: __, ...entry } = live.entry;
      await this.#context.update(live, { ...entry, stage: "building", uploads }, [
        ...journal.forget(keyOf.storedBlobs(name)),
        put(keyOf.containers(name), containersToEntry(containers)),
      ]);
    }
    return this.#packageContainers(name, containers);
  }

  #packageContainers(name: string, { encryptionKey, upload, ...uris }: JobContainers): PackageContainers {
    const { network, logger } = this.#context.options;
    const stored = new Map<string, SealedBlob>();
    for (const blob of this.#context.journal.values<SealedBlob>(keyOf.storedBlobs(name))) stored.set(blob.name, blob);
    const opened = sasPackageContainers({
      content: upload?.dataContainerUri ?? uris.dataContainerUri,
      manifest: upload?.metadataContainerUri ?? uris.metadataContainerUri,
      ...(encryptionKey === undefined ? {} : { key: encryptionKey }),
      ...(network === undefined ? {} : { network }),
      ...(logger === undefined ? {} : { logger }),
    });
    return {
      ...opened,
      stored,
      onStored: (blob) => this.#stored.add(name, blob),
      discard: async () => {
        const work = this.#works.get(name);
        if (work !== undefined) work.isDiscarded = true;
        await opened.discard();
      },
    };
  }

  /** Whether the SAS lasts until the package is submitted, and for the time that the job needs then. */
  lasts({ expiresAt }: Pick<JobContainers, "expiresAt">): boolean {
    const { clock, limits } = this.#context.options;
    return expiresAt === undefined || expiresAt.getTime() - clock().getTime() >= limits.sasHoursLeft * 3_600_000;
  }

  #tooShort({ expiresAt }: JobContainers): PrimepackError {
    const { sasHoursLeft } = this.#context.options.limits;
    return new PrimepackError(
      "SAS_TOO_SHORT",
      `Cannot submit the package as its SAS must last ${sasHoursLeft} hours when it goes out: current value of fresh containers ends at ${expiresAt?.toISOString()}`,
    );
  }

  async #on(event: BuildEvent): Promise<void> {
    if (event.type === "warning") await this.#context.warn(event.code, event.message, event.source);
    else if (event.type === "item" && "package" in event.outcome && event.outcome.package !== undefined) {
      await this.#item(event.outcome.package, event.outcome);
    } else if (event.type === "packageFinished") await this.#finished(event.record.name, event.record);
  }

  async #item(name: string, outcome: ItemOutcome): Promise<void> {
    const work = this.#works.get(name);
    if (work === undefined) return;
    // In the plan's order; behind them the list, if the package sets its permissions.
    const key = work.ids[work.lines.length] ?? ("id" in outcome ? outcome.id : "");
    work.lines.push({ ...outcome, key });
    // No package comes of it, and so nobody is told that it is finished.
    if (work.isDiscarded && work.lines.length === work.ids.length) await this.#finished(name, undefined);
  }

  /** The ledger, then the items, then the package: who knows of the later one has the earlier ones. */
  async #finished(name: string, record: PackageRecord | undefined): Promise<void> {
    const { journal, options, runId } = this.#context;
    const live = this.#liveOf(name);
    const lines = this.#works.get(name)?.lines ?? [];
    const { ledger } = options;
    if (ledger !== undefined) await notePackage({ store: ledger.store, runId }, name, lines);
    await writeLines(packageItemsFile(options.directory, name), lines);
    await this.#stored.flushed();
    const failures = new Map<string, FailureEntry>();
    for (const line of lines) {
      if (line.outcome !== "failed") continue;
      failures.set(keyOf.failure(name, line.key), { outcome: "failed", code: line.code, message: line.message });
    }
    await this.#context.update(
      live,
      { ...live.entry, stage: "built", builtAt: this.#context.now(), ...(record === undefined ? {} : { record }) },
      [
        ...journal.forget(keyOf.failures(name)).filter(({ key }) => !failures.has(key)),
        ...[...failures].map(([key, failure]) => put(key, failure)),
        ...journal.forget(keyOf.storedBlobs(name)),
      ],
    );
    this.#works.delete(name);
    this.#setbacks = 0;
    if (record === undefined) this.#context.spawn(() => this.#unsent.isEmpty(live));
    this.#context.changed();
  }

  /** Builds on after a failure of containers that fresh ones, or some patience, may mend; any other ends the run. */
  async #setBack(error: unknown): Promise<void> {
    const { journal } = this.#context;
    const code = error instanceof PrimepackError ? error.code : undefined;
    const isLost = code === "CONTAINER_FORBIDDEN" || code === "CONTAINER_NOT_FOUND";
    const isBusy = code === "CONTAINER_BUSY" || code === "CONTAINER_UNREACHABLE";
    this.#setbacks += 1;
    if (this.#context.signal.aborted || !(isLost || isBusy) || this.#setbacks > SETBACKS) throw error;
    await this.#context.warn(code, error instanceof Error ? error.message : String(error));
    await this.#stored.flushed();
    for (const name of [...this.#works.keys()].reverse()) {
      this.#works.delete(name);
      if (isLost) {
        await journal.write([forget(keyOf.containers(name)), ...journal.forget(keyOf.storedBlobs(name))]);
      }
      this.#queue.putBack(name);
    }
    if (!isBusy) return;
    await this.#context.wait(SETBACK_PAUSE_MS).catch((reason: unknown) => {
      // Drained: nothing more is built, and the run ends as it would without the pause.
      if (this.#context.signal.aborted || !this.#context.isDraining) throw reason;
    });
  }

  #liveOf(name: string): LivePackage {
    const live = this.#context.live.get(name);
    if (live !== undefined) return live;
    throw new PrimepackError("INTERNAL", `Cannot build package ${name} as the run has to know it`);
  }
}

/** The packages of one round, and how it ends. */
class Round {
  /** The queue was closed: there is nothing more to build. */
  isLast = false;
  /** It has failed; its plans are another round's. */
  isOver = false;
  readonly #names = new Set<string>();

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    this.#names.add(name);
  }
}
