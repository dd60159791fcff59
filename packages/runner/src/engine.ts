import { PrimepackError, Secret } from "@primepack/core";
import { itemEnds } from "./item-ends.ts";
import { keyOf, type PackageEntry, type RunEntry } from "./journal/entries.ts";
import { forget, RunJournal } from "./journal/run-journal.ts";
import { takeLedgerTurn } from "./ledger-turn.ts";
import { limited } from "./limited.ts";
import { resolveOptions } from "./options.ts";
import { RunContext, type RunMode } from "./run-context.ts";
import { takeUpRun, writeRun } from "./run-entry.ts";
import { openRunFolder } from "./run-folder.ts";
import { BuildStage } from "./stages/build-stage.ts";
import { JobSearch } from "./stages/job-search.ts";
import { type JobSlots, processJobSlots } from "./stages/job-slots.ts";
import { PlanQueue } from "./stages/plan-queue.ts";
import { QueueEvidence } from "./stages/queue-evidence.ts";
import { ScanStage } from "./stages/scan-stage.ts";
import { SettleStage } from "./stages/settle-stage.ts";
import { SubmitStage } from "./stages/submit-stage.ts";
import { WatchStage } from "./stages/watch-stage.ts";
import type {
  EndOptions,
  ItemEnd,
  MigrateOptions,
  MigrationEvent,
  MigrationProgress,
  MigrationRun,
  MigrationSummary,
} from "./types.ts";

/** Packages that are settled at once: each has its plan in memory, and the lines of its logs that name problems. */
const SETTLED_AT_ONCE = 4;

/** Least milliseconds that the SAS of the run's queue still has to last for it to be used on. */
const QUEUE_LEFT_MS = 24 * 3_600_000;

/** The stages of a run that is under way. */
interface Stages {
  readonly queue: PlanQueue;
  readonly scan: ScanStage | undefined;
  readonly build: BuildStage;
  readonly submit: SubmitStage;
  readonly watch: WatchStage;
  readonly settle: SettleStage;
  readonly evidence: QueueEvidence | undefined;
}

/**
 * One run, from the journal's state to its end. Each stage does what the journal says is to be done, and writes down what
 * it did before anything follows from it; so a run that was killed anywhere goes on from there.
 */
export class Engine implements MigrationRun {
  readonly result: Promise<MigrationSummary>;
  readonly #context: RunContext;
  readonly #given: EndOptions;
  readonly #migration: MigrateOptions | undefined;
  readonly #slots: JobSlots;
  readonly #background = new AbortController();
  #stages: Stages | undefined;
  #run: RunEntry | undefined;
  #isScheduled = false;

  constructor(given: EndOptions, mode: RunMode, migration?: MigrateOptions, slots: JobSlots = processJobSlots) {
    this.#given = given;
    this.#migration = migration;
    this.#slots = slots;
    this.#context = new RunContext(resolveOptions(given), new RunJournal(given.journal), mode);
    this.result = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#drive());
    // Whoever reads the events only is told there; nobody need listen twice.
    this.result.catch(() => undefined);
  }

  get progress(): MigrationProgress {
    const { stages, tally } = this.#context;
    const { scan, build } = this.#stages ?? {};
    return {
      build: {
        scannedItems: scan?.items ?? 0,
        scannedBytes: scan?.bytes ?? 0,
        ...(build?.progress ?? { files: 0, sealedBytes: 0, packages: 0 }),
      },
      stages: { ...stages },
      ...tally,
    };
  }

  drain(): void {
    this.#context.drain();
  }

  [Symbol.asyncIterator](): AsyncIterator<MigrationEvent, void, undefined> {
    return this.#context.events[Symbol.asyncIterator]();
  }

  async #drive(): Promise<MigrationSummary> {
    const { signal } = this.#given;
    const onAbort = () => this.#context.fail(abortedBy(signal));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    let unlock = () => {};
    try {
      if (this.#context.failure !== undefined) throw this.#context.failure;
      unlock = await openRunFolder(this.#given.directory, this.#migration?.sources ?? []);
      const summary = await this.#work();
      this.#context.events.end();
      return summary;
    } catch (error) {
      this.#context.fail(error);
      const failure = this.#context.failure ?? PrimepackError.from(error, "INTERNAL", "migrate");
      this.#context.events.end(failure);
      throw failure;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      unlock();
    }
  }

  async #work(): Promise<MigrationSummary> {
    const context = this.#context;
    const run = await takeUpRun(context.journal, context.options, context.mode, this.#migration);
    this.#run = run;
    context.runId = run.runId;
    if (run.status === "cancelled") return this.#summary(run);
    await takeLedgerTurn(context, run.scanned !== undefined);
    const stages = this.#open(await this.#withQueue(run));
    this.#stages = stages;
    const stopListening = this.#slots.onFreed(() => context.changed());
    context.onChange(() => this.#schedule());
    try {
      await this.#recover(stages);
      await this.#runStages(stages);
    } catch (error) {
      // What was begun beside it takes no slot, and writes nothing, once the run's folder is another's.
      context.fail(error);
      await context.spawnedEnded();
      throw error;
    } finally {
      stopListening();
      stages.submit.releaseAll();
    }
    return this.#end();
  }

  /** The run's own queue, where the service has queues: for evidence, which a run can do without. */
  async #withQueue(run: RunEntry): Promise<RunEntry> {
    const { mode, options, signal, journal } = this.#context;
    const { service, clock, logger } = options;
    if (mode !== "migrate" || this.#migration?.queue === false || service.kind !== "sharepoint") return run;
    const { expiresAt } = run.queue ?? {};
    const isGood = expiresAt === undefined || Date.parse(expiresAt) - clock().getTime() > QUEUE_LEFT_MS;
    if (run.queue !== undefined && isGood) return run;
    try {
      const queue = await service.provisionQueue(signal);
      const until = queue.expiresAt === undefined ? {} : { expiresAt: queue.expiresAt.toISOString() };
      this.#run = await writeRun(journal, { ...run, queue: { uri: queue.queueUri.reveal(), ...until } });
      return this.#run;
    } catch (error) {
      if (!(error instanceof PrimepackError) || !["SERVICE_REFUSED", "SERVICE_FAILED"].includes(error.code))
        throw error;
      logger?.warn("The service provides no queue; the run goes on without", { error: error.message });
      return run;
    }
  }

  #open(run: RunEntry): Stages {
    const context = this.#context;
    const queueUri = run.queue === undefined ? undefined : new Secret(run.queue.uri);
    const evidence = queueUri === undefined ? undefined : new QueueEvidence(context, queueUri);
    const queue: PlanQueue = new PlanQueue(() => this.#hasRoom());
    const settle = new SettleStage(context, queue);
    const build = new BuildStage(context, queue, this.#migration?.packaging ?? {}, settle);
    const inTurn = limited(SETTLED_AT_ONCE);
    const watch = new WatchStage(context, async (live, how) => {
      await settle.jobEnded(live, how);
      submit.release(live.name);
      context.spawn(() => inTurn(() => settle.settle(live)));
    });
    const submit: SubmitStage = new SubmitStage(context, {
      slots: this.#slots,
      queue,
      search: new JobSearch(context, evidence),
      build,
      unsent: settle,
      webId: context.options.service.kind === "sharepoint" ? this.#migration?.target.webId : undefined,
      queueUri,
      submitted: (live) => {
        watch.watch(live);
        if (context.mode === "cancel") this.#deleteJob(live.name, live.entry);
      },
    });
    const scan = this.#migration === undefined ? undefined : new ScanStage(context, queue, this.#migration);
    return { queue, scan, build, submit, watch, settle, evidence };
  }

  /** Takes up what the journal holds, each package where it was left. */
  async #recover({ submit, watch, settle }: Stages): Promise<void> {
    const context = this.#context;
    const left: (readonly [string, PackageEntry])[] = [];
    for (const [name, entry] of context.journal.packages()) {
      context.count(entry);
      if (entry.stage !== "settled") left.push([name, entry]);
    }
    for (const [name, entry] of left) {
      const live = context.adopt(name, entry);
      if (entry.stage === "unknown") await this.#reconsider(live.name);
      else if (entry.stage === "submitting") submit.searchFor(live, "patient");
      else if (entry.stage === "submitted") {
        submit.hold(live);
        watch.watch(live);
        if (context.mode === "cancel") this.#deleteJob(name, entry);
      } else if (entry.stage === "ended") {
        watch.restore(live);
        context.spawn(() => settle.settle(live));
      } else if (context.mode === "cancel") {
        const message = "Not sent, as the run was cancelled";
        await settle.unsent(live, { outcome: "failed", code: "RUN_CANCELLED", message });
      } else if (entry.stage === "built" && entry.record === undefined) context.spawn(() => settle.isEmpty(live));
    }
  }

  /** A package of which nobody could tell whether it became a job, or that waits for such a one. */
  async #reconsider(name: string): Promise<void> {
    const context = this.#context;
    const live = context.live.get(name);
    if (live === undefined) return;
    const { submittedAt, message: _, ...entry } = live.entry;
    const mayResubmit = this.#migration?.resubmitUnknown === true && context.halted === undefined;
    if (submittedAt !== undefined && !mayResubmit) {
      this.#stages?.submit.searchFor(live, "once");
      return;
    }
    if (context.mode !== "migrate" || context.halted !== undefined) {
      context.live.delete(name);
      return;
    }
    const isBuilt = submittedAt === undefined && entry.record !== undefined;
    const { candidates: __, record, builtAt, ...planned } = entry;
    await context.update(
      live,
      isBuilt && builtAt !== undefined && record !== undefined
        ? { ...planned, record, builtAt, stage: "built" }
        : { ...planned, stage: "planned" },
      isBuilt ? [] : [forget(keyOf.containers(name)), forget(keyOf.evidence(name))],
    );
  }

  async #runStages({ scan, build, watch, evidence, queue }: Stages): Promise<void> {
    const context = this.#context;
    const run = this.#run;
    const tasks: Promise<void>[] = [];
    const begin = (work: Promise<void>) => {
      tasks.push(
        work.catch((error: unknown) => {
          if (error instanceof PrimepackError && error.code === "PLAN_CHANGED") context.halt(error);
          else context.fail(error);
        }),
      );
    };
    begin(watch.run());
    if (scan !== undefined && run !== undefined && context.halted === undefined) {
      begin(scan.run(run, (scanned) => this.#scanned(scanned)));
      begin(build.run());
    } else queue.close();
    if (evidence !== undefined) begin(evidence.keepReading(this.#background.signal));
    this.#schedule();
    await Promise.all(tasks);
    await context.spawnedEnded();
    if (context.failure !== undefined) {
      await this.#setStatus("interrupted").catch(() => undefined);
      throw context.failure;
    }
  }

  /** Undefined: the source is read again, and the records of an earlier time are no more. */
  async #scanned(scanned: RunEntry["scanned"]): Promise<void> {
    if (this.#run !== undefined) {
      const { scanned: _, ...run } = this.#run;
      this.#run = await writeRun(this.#context.journal, { ...run, ...(scanned === undefined ? {} : { scanned }) });
    }
    if (scanned !== undefined) await this.#context.events.emit({ type: "scanned", ...scanned });
  }

  /** Looks in the next microtask, once for all that changed until then, what can go on, and whether all is done. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      const stages = this.#stages;
      if (stages === undefined) return;
      stages.queue.poke();
      stages.submit.advance();
      const { isDraining, halted, signal } = this.#context;
      if (isDraining || halted !== undefined || signal.aborted) stages.queue.close();
      if (!this.#isDone(stages)) return;
      stages.queue.close();
      stages.watch.close();
      this.#background.abort();
    });
  }

  #isDone({ scan, build }: Stages): boolean {
    const { spawned, signal, isDraining, halted, mode, live } = this.#context;
    if (signal.aborted) return true;
    if (spawned > 0) return false;
    if (isDraining) return build.building === 0;
    if (mode !== "migrate" || halted !== undefined) {
      return build.building === 0 && ![...live.values()].some(({ entry }) => isAtService(entry));
    }
    return scan?.isDone === true && live.size === 0;
  }

  /** Whether one more package of contents may be built before those that wait have gone out. */
  #hasRoom(): boolean {
    const { live, options } = this.#context;
    let ahead = this.#stages?.build.building ?? 0;
    for (const { entry } of live.values()) {
      if (entry.stage === "built" && entry.kind === "content" && entry.retryOf === undefined) ahead += 1;
    }
    return ahead < options.limits.packagesAhead;
  }

  #deleteJob(name: string, { jobId }: PackageEntry): void {
    if (jobId === undefined) return;
    const { service } = this.#context.options;
    this.#context.spawn(async () => {
      try {
        await service.deleteJob(jobId, this.#context.signal);
      } catch (error) {
        if (!(error instanceof PrimepackError) || this.#context.signal.aborted) throw error;
        // It is watched to its end either way.
        await this.#context.warn(error.code, `Job ${jobId} of package ${name} can't be deleted: ${error.message}`);
      }
    });
  }

  /** Whether there was something that is not sent again, as the run can't go on. */
  async #takeBackRetries(): Promise<boolean> {
    const { mode, halted, live } = this.#context;
    if (mode !== "migrate" || halted === undefined) return false;
    const retries = [...live.values()].filter(({ entry }) => entry.retryOf !== undefined && isUnsent(entry));
    for (const retry of retries) await this.#stages?.settle.takeBack(retry);
    return retries.length > 0;
  }

  async #end(): Promise<MigrationSummary> {
    const isTakenBack = await this.#takeBackRetries();
    const { mode, halted, live, isDraining } = this.#context;
    if (mode === "cancel" && live.size === 0) return this.#summary(await this.#setStatus("cancelled"));
    const isOpen = live.size > 0 || this.#run?.scanned === undefined;
    const run = await this.#setStatus(
      isOpen || (isDraining && this.#stages?.scan?.isDone !== true) ? "interrupted" : "complete",
    );
    const isWanted = this.#migration?.resubmitUnknown === true && this.#context.stages.unknown > 0;
    if (halted !== undefined && (isOpen || isWanted || isTakenBack)) throw halted;
    return this.#summary(run);
  }

  async #setStatus(status: RunEntry["status"]): Promise<RunEntry> {
    if (this.#run === undefined) throw new PrimepackError("INTERNAL", "Cannot end a run that was not begun");
    const { journal, mode } = this.#context;
    const isCancelling = mode === "cancel" && status !== "cancelled";
    const endedAt = this.#context.now();
    this.#run = await writeRun(journal, { ...this.#run, status: isCancelling ? "cancelling" : status, endedAt });
    return this.#run;
  }

  async #summary(run: RunEntry): Promise<MigrationSummary> {
    const { tally, accepted, stages } = this.#context;
    const counts: Record<ItemEnd["outcome"], number> = {
      imported: 0,
      deleted: 0,
      unchanged: 0,
      existing: 0,
      excluded: 0,
      skipped: 0,
      failed: 0,
      unknown: 0,
      pending: 0,
    };
    for await (const { outcome } of itemEnds(this.#given.directory, this.#given.journal)) counts[outcome] += 1;
    const { status } = run;
    return {
      status: status === "complete" || status === "cancelled" ? status : "interrupted",
      counts,
      packages: Object.values(stages).reduce((sum, count) => sum + count, 0),
      jobs: accepted,
      importedBytes: tally.importedBytes,
      startedAt: run.startedAt,
      endedAt: run.endedAt ?? this.#context.now(),
    };
  }
}

/** Whether its job may be at the service, or is not settled. */
function isAtService({ stage }: PackageEntry): boolean {
  return stage === "submitting" || stage === "submitted" || stage === "ended";
}

/** Whether it is due to be sent, and was not. */
function isUnsent({ stage }: PackageEntry): boolean {
  return stage === "planned" || stage === "building" || stage === "built";
}

function abortedBy(signal: AbortSignal | undefined): PrimepackError {
  const reason: unknown = signal?.reason;
  if (reason instanceof PrimepackError) return reason;
  return new PrimepackError("ABORTED", "Cannot go on with the run as its signal was aborted", { cause: reason });
}
