import { abortedError, type Code, PrimepackError, throwIfAborted } from "@primepack/core/errors";
import { EventChannel, type JournalChange } from "@primepack/core/model";
import type { MoveEntry } from "./batch-entries.ts";
import { BatchJournal, type EntryChange } from "./batch-journal.ts";
import type { ResolvedBatchOptions } from "./batch-options.ts";
import type { BatchEvent } from "./batch-types.ts";
import { moveStatus } from "./move-status.ts";
import { CallRecord, isHopeless, type Operation, serviceFault } from "./service-faults.ts";

/** Events that wait for a slow reader before the batch waits too. */
const EVENTS_AHEAD = 1024;

/** What the service says of a request that it refuses; to be a move's code and message. */
export interface Refusal {
  readonly code: Code;
  readonly message: string;
}

/** What a request came to. */
export type Asked<Answer> =
  | { readonly answer: Answer; readonly refusal?: never }
  | { readonly refusal: Refusal; readonly answer?: never };

/** What the stages of a batch share: its state, which is the journal's, and the ways to end it. */
export class BatchContext {
  readonly options: ResolvedBatchOptions;
  readonly journal: BatchJournal;
  readonly events: EventChannel<BatchEvent> = new EventChannel<BatchEvent>(EVENTS_AHEAD);
  readonly #records: Readonly<Record<Operation, CallRecord>> = { read: new CallRecord(), manage: new CallRecord() };
  readonly #abort = new AbortController();
  readonly #stop = new AbortController();
  /** Aborts when nothing more is to begin: drained, failed, or ended at once. */
  readonly stopping: AbortSignal = AbortSignal.any([this.#stop.signal, this.#abort.signal]);
  readonly #spawned = new Set<Promise<void>>();
  /** Who waits for a request to end. */
  readonly #waiting: (() => void)[] = [];
  #requests = 0;
  #rest: Promise<void> | undefined;
  #failure: PrimepackError | undefined;

  /** Throws JOURNAL_VERSION. */
  constructor(options: ResolvedBatchOptions) {
    this.options = options;
    this.journal = new BatchJournal(options.journal);
  }

  /** Aborts what is under way: the caller's signal did, or the journal can't be written. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isStopping(): boolean {
    return this.stopping.aborted;
  }

  get failure(): PrimepackError | undefined {
    return this.#failure;
  }

  now(): string {
    return this.options.now().toISOString();
  }

  /** Begins nothing more; what is under way is answered. */
  drain(): void {
    this.#stop.abort();
    this.events.letGo();
  }

  /** The same because of a failure, which the batch ends with; the first counts. */
  halt(reason: unknown): void {
    if (!this.#abort.signal.aborted) this.#failure ??= PrimepackError.from(reason, "INTERNAL", "move the batch");
    this.drain();
  }

  /**
   * Ends everything at once. What was sent by then is found by whoever goes on. Requests end with ABORTED, whatever the
   * batch ends with: with the service's refusal of another one they would seem to be refused themselves.
   */
  fail(reason: unknown): void {
    this.halt(reason);
    this.#abort.abort(
      new PrimepackError("ABORTED", "Cannot go on with the batch as it ends", { cause: this.#failure }),
    );
  }

  /** Does something beside the rest; it stops the batch if it fails. */
  spawn(work: () => Promise<void>): void {
    const task = this.guard(work).then(() => {
      this.#spawned.delete(task);
    });
    this.#spawned.add(task);
  }

  async spawnedEnded(): Promise<void> {
    while (this.#spawned.size > 0) await Promise.all(this.#spawned);
  }

  /** Work whose failure is the batch's; that it was interrupted by the batch's end is none. */
  async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(this.isStopping && isAbort(error))) this.halt(error);
    }
  }

  /** One call of the service, of which only so many go out at once; none that had to wait does once the batch is stopping. */
  async request<Answer>(operation: Operation, call: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const waits = this.#requests >= this.options.limits.requests;
    if (waits) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#requests += 1;
    try {
      throwIfAborted(waits ? this.stopping : this.signal, "move the batch");
      const answer = await call(this.signal);
      this.#records[operation].answered();
      return answer;
    } finally {
      // Whoever ends hands its place over, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#requests -= 1;
      else next();
    }
  }

  /**
   * A call that may be made again, until it is answered; that the service refuses this one is an answer too. Rejects with
   * what is the whole batch's (a right that lacks, a service that is out of reach), and once the batch is stopping.
   */
  async ask<Answer>(operation: Operation, call: (signal: AbortSignal) => Promise<Answer>): Promise<Asked<Answer>> {
    for (let rests = 0; ; rests++) {
      try {
        return { answer: await this.request(operation, call) };
      } catch (reason) {
        const { fault, error } = serviceFault(reason);
        if (fault !== "later" && fault !== "lost") return { refusal: this.refusal(operation, error) };
        // What the service fails at again and again, while it answers others, is this one's.
        if (fault === "lost" && isHopeless(rests)) return { refusal: { code: error.code, message: error.message } };
        await this.rest(operation, error, rests);
      }
    }
  }

  /** What the service says of one request that it refuses. Throws what is the whole batch's. */
  refusal(operation: Operation, reason: unknown): Refusal {
    const { fault, error } = serviceFault(reason);
    const record = this.#records[operation];
    if (fault === "refused") record.answered();
    if (fault !== "refused" && (fault !== "denied" || record.isDenied())) throw error;
    return { code: error.code, message: error.message };
  }

  /**
   * Lets the service rest before it is asked again. Throws the error if that hasn't helped for long: all calls of the
   * operation, or this one after so many rests.
   */
  async rest(operation: Operation, error: PrimepackError, rests: number): Promise<void> {
    if (isHopeless(rests)) throw error;
    if (this.#rest === undefined) {
      if (!this.#records[operation].mayRest()) throw error;
      this.#rest = this.wait(this.options.limits.searchMs).finally(() => {
        this.#rest = undefined;
      });
    }
    await this.#rest;
  }

  /** Waits; rejects once the batch is stopping. */
  async wait(milliseconds: number): Promise<void> {
    throwIfAborted(this.stopping, "wait");
    try {
      await this.options.timer(milliseconds, this.stopping);
    } catch (error) {
      throw this.isStopping ? abortedError(this.stopping, "wait") : error;
    }
    throwIfAborted(this.stopping, "wait");
  }

  /**
   * Journals what became of a move with what else changes in the same step; then it is told. Resolves with `entry`, as
   * the journal has it.
   */
  async update(before: MoveEntry, entry: MoveEntry, more: readonly JournalChange[] = []): Promise<MoveEntry> {
    await this.updateAll([{ before, entry }], more);
    return entry;
  }

  /** The same of several moves in one step. */
  async updateAll(moves: readonly EntryChange[], more: readonly JournalChange[] = []): Promise<void> {
    await this.write(moves, more);
    for (const { entry } of moves) await this.events.emit({ type: "move", move: moveStatus(entry) });
  }

  /** As {@link updateAll}, but nothing is told. What can't be journaled ends the batch at once. */
  async write(moves: readonly EntryChange[], more: readonly JournalChange[] = []): Promise<void> {
    try {
      await this.journal.write(moves, more);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** The move has come to its end. */
  end(
    before: MoveEntry,
    how: Pick<MoveEntry, "outcome" | "code" | "message"> & Partial<MoveEntry>,
    more: readonly JournalChange[] = [],
  ): Promise<MoveEntry> {
    const { code: _, message: __, ...entry } = before;
    return this.update(before, { ...entry, endedAt: this.now(), ...how, stage: "ended" }, more);
  }
}

/** Whether something ended because its signal said so. */
function isAbort(error: unknown): boolean {
  if (error instanceof PrimepackError) return error.code === "ABORTED";
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}
