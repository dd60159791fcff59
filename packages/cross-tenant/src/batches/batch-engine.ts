import { abortedError, PrimepackError } from "@primepack/core/errors";
import { BatchContext } from "./batch-context.ts";
import type { BatchEntry } from "./batch-entries.ts";
import { takeUpBatch } from "./batch-entry.ts";
import type { ResolvedBatchOptions } from "./batch-options.ts";
import type { BatchEvent, BatchProgress, BatchRun, BatchSummary, MoveStatus } from "./batch-types.ts";
import { CancelStage, cancelUncreated } from "./cancel-stage.ts";
import { CreateStage } from "./create-stage.ts";
import { readMoves } from "./read-moves.ts";
import { validateMoves } from "./validate-stage.ts";
import { WatchStage } from "./watch-stage.ts";

/** One batch, from its journal's state to its end. What it does is in the journal before anything follows from it. */
export class BatchEngine implements BatchRun {
  readonly result: Promise<BatchSummary>;
  readonly #context: BatchContext;

  constructor(options: ResolvedBatchOptions) {
    this.#context = new BatchContext(options);
    this.result = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#drive());
    // Whoever reads the events only is told there; nobody need listen twice.
    this.result.catch(() => undefined);
  }

  get progress(): BatchProgress {
    const { stages, outcomes } = this.#context.journal.counts;
    return { stages: { ...stages }, outcomes: { ...outcomes } };
  }

  drain(): void {
    this.#context.drain();
  }

  [Symbol.asyncIterator](): AsyncIterator<BatchEvent, void, undefined> {
    return this.#context.events[Symbol.asyncIterator]();
  }

  async #drive(): Promise<BatchSummary> {
    const context = this.#context;
    const { signal } = context.options;
    const onAbort = () => {
      if (signal !== undefined) context.fail(abortedError(signal, "go on with the batch"));
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    try {
      if (context.failure !== undefined) throw context.failure;
      const summary = await this.#work();
      if (context.failure !== undefined) throw context.failure;
      context.events.end();
      return summary;
    } catch (error) {
      context.halt(error);
      const failure = context.failure ?? PrimepackError.from(error, "INTERNAL", "move the batch");
      context.events.end(failure);
      throw failure;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #work(): Promise<BatchSummary> {
    const context = this.#context;
    const { batch, isOver } = await takeUpBatch(context);
    if (isOver) return this.#summary(batch);
    return context.options.mode === "cancel" ? this.#cancel(batch) : this.#move(batch);
  }

  async #move(taken: BatchEntry): Promise<BatchSummary> {
    const context = this.#context;
    const { validate, validateOnly, skipInvalid } = context.options;
    let batch = taken;
    if (batch.status === "reading") {
      const read = await this.#read(batch);
      if (read === undefined) return this.#summary(batch);
      batch = read;
      if (batch.status === "refused") return this.#summary(batch);
    }
    if (validate) await validateMoves(context);
    if (context.isStopping) return this.#summary(batch);
    // Once tasks are being created, one that is refused keeps no other from it.
    if (!batch.hasBegunToCreate && !skipInvalid && context.journal.counts.outcomes.invalid > 0) {
      return this.#summary(await this.#end(batch, "refused"));
    }
    if (validateOnly) return this.#summary(await this.#end(batch, "validated"));
    batch = await context.journal.writeBatch({ ...batch, hasBegunToCreate: true });
    await this.#create();
    return this.#summary(this.#isAllEnded() ? await this.#end(batch, "complete") : batch);
  }

  /** Undefined: the batch was drained before the file was read to its end. */
  async #read(batch: BatchEntry): Promise<BatchEntry | undefined> {
    const context = this.#context;
    const { rows, skipInvalid } = context.options;
    if (rows === undefined) return undefined;
    const read = await readMoves(context, rows);
    if (read === undefined) return undefined;
    const isRefused = read.findings > 0 && !skipInvalid;
    const ended = isRefused ? { endedAt: context.now() } : {};
    const entry = await context.journal.writeBatch({
      ...batch,
      ...read,
      ...ended,
      status: isRefused ? "refused" : "running",
    });
    await context.events.emit({ type: "read", moves: read.moves });
    return entry;
  }

  async #create(): Promise<void> {
    const context = this.#context;
    const watch = new WatchStage(context, (line) => create.release(line));
    const create = new CreateStage(context, watch);
    const creating = context.guard(async () => {
      try {
        await create.recover();
        await create.run();
      } finally {
        await context.spawnedEnded();
        watch.close();
      }
    });
    await Promise.all([creating, context.guard(() => watch.run())]);
  }

  async #cancel(batch: BatchEntry): Promise<BatchSummary> {
    const context = this.#context;
    const watch = new WatchStage(context, () => undefined);
    const cancel = new CancelStage(context, async (entry, task) => {
      if (context.options.watch) await watch.add(entry, task);
    });
    const cancelling = context.guard(async () => {
      try {
        await cancelUncreated(context);
        await new CreateStage(context, cancel).recover();
      } finally {
        await context.spawnedEnded();
        watch.close();
      }
    });
    await Promise.all([cancelling, context.guard(() => watch.run())]);
    return this.#summary(this.#isAllEnded() ? await this.#end(batch, "cancelled") : batch);
  }

  #isAllEnded(): boolean {
    const { stages, outcomes } = this.#context.journal.counts;
    return stages.read + stages.validated + stages.creating + stages.created + outcomes.validated === 0;
  }

  #end(batch: BatchEntry, status: BatchEntry["status"]): Promise<BatchEntry> {
    return this.#context.journal.writeBatch({ ...batch, status, endedAt: this.#context.now() });
  }

  #summary({ status, moves, findings, startedAt, endedAt }: BatchEntry): BatchSummary {
    const { stages, outcomes } = this.#context.journal.counts;
    const isOpen = status === "reading" || status === "running" || status === "cancelling";
    const counts: Record<NonNullable<MoveStatus["outcome"]> | "pending", number> = {
      ...outcomes,
      pending: stages.read + stages.validated + stages.creating + stages.created,
    };
    return {
      status: isOpen ? "interrupted" : status,
      moves,
      findings,
      counts,
      startedAt,
      endedAt: endedAt ?? this.#context.now(),
    };
  }
}
