import type { PrimepackError } from "@primepack/core/errors";
import type { MigrationTask, Move } from "../tasks/task-types.ts";
import { atOnce } from "./at-once.ts";
import type { BatchContext } from "./batch-context.ts";
import { keyOf, type MoveEntry } from "./batch-entries.ts";
import { put } from "./batch-journal.ts";
import { isInTheWay, isValidation, sourceLookup } from "./known-tasks.ts";
import { serviceFault } from "./service-faults.ts";
import { isItsTask, LOST, searchTask, taskName } from "./task-search.ts";

/** Where a move goes on whose task there is. */
export interface CreatedMoves {
  add(entry: MoveEntry, task?: MigrationTask): Promise<void>;
}

/**
 * Creates the tasks of moves, none of them twice: what may have been sent is in the journal before it is, and is sent
 * again only when the caller says so, and after a search.
 */
export class CreateStage {
  readonly #context: BatchContext;
  readonly #created: CreatedMoves;
  /** Lines whose tasks have not ended, or are about to be created. */
  readonly #open = new Set<number>();
  /** Lines that an earlier process left while their creation was under way. */
  readonly #recovered = new Set<number>();
  /** Lines by the tasks that are on their way into the journal. */
  readonly #accepting = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];

  constructor(context: BatchContext, created: CreatedMoves) {
    this.#context = context;
    this.#created = created;
    context.stopping.addEventListener("abort", () => this.#wakeAll(), { once: true });
  }

  /** Takes up moves whose creation was sent, and goes on with them. */
  async recover(): Promise<void> {
    for (const entry of this.#context.journal.moves()) {
      if (entry.stage !== "created" && entry.stage !== "creating") continue;
      this.#open.add(entry.line);
      if (entry.stage === "created") await this.#created.add(entry);
      else {
        this.#recovered.add(entry.line);
        this.#context.spawn(() => this.#recover(entry));
      }
    }
  }

  /** Creates what there is to create, and ends when all of it has a task or its end. */
  async run(): Promise<void> {
    const { options, stopping } = this.#context;
    await atOnce(this.#toCreate(), options.limits.requests, stopping, (entry) =>
      this.#context.guard(async () => {
        if (await this.#room(entry.line)) await this.#createFor(entry);
      }),
    );
    await this.#context.spawnedEnded();
  }

  /** The move has come to its end. */
  release(line: number): void {
    this.#open.delete(line);
    this.#waiting.shift()?.();
  }

  *#toCreate(): Generator<MoveEntry, void, undefined> {
    for (const entry of this.#context.journal.moves()) {
      if (this.#recovered.has(entry.line)) continue;
      const { stage, outcome } = entry;
      const isValid = stage === "read" || stage === "validated" || (stage === "ended" && outcome === "validated");
      if (isValid || (this.#context.options.resubmitUnknown && isUnsure(entry))) yield entry;
    }
  }

  async #recover(entry: MoveEntry): Promise<void> {
    const searched = await searchTask(this.#context, entry);
    if ("task" in searched) await this.#accept(entry, searched.task);
    else if (this.#context.options.resubmitUnknown) await this.#createFor(entry);
    else await this.#isUnknown(entry, searched.unknown);
  }

  /** Waits until one more task may be under way; false: the batch is stopping. */
  async #room(line: number): Promise<boolean> {
    while (this.#open.size >= this.#context.options.limits.tasks && !this.#context.isStopping) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#context.isStopping) return false;
    this.#open.add(line);
    return true;
  }

  /** The line is open while its task is, or may be. */
  async #createFor(entry: MoveEntry): Promise<void> {
    try {
      await this.#create(entry);
    } finally {
      const stage = this.#context.journal.move(entry.line)?.stage;
      if (stage !== "creating" && stage !== "created") this.release(entry.line);
    }
  }

  async #create(entry: MoveEntry): Promise<void> {
    const { move } = entry;
    if (move === undefined) return;
    for (let rests = 0; ; rests++) {
      const before = await this.#lookUp(entry);
      if (before === "over" || this.#context.isStopping) return;
      const { outcome: _, code: __, message: ___, endedAt: ____, ...rest } = entry;
      const earlier = [...(entry.earlier ?? []), ...(before === undefined ? [] : [before])];
      const creating: MoveEntry = {
        ...rest,
        stage: "creating",
        creatingSince: entry.creatingSince ?? this.#context.now(),
        ...(earlier.length === 0 ? {} : { earlier: [...new Set(earlier)] }),
      };
      await this.#context.update(entry, creating);
      const later = await this.#send(entry, creating, move);
      if (later === undefined) return;
      await this.#context.rest("manage", later, rests);
    }
  }

  /** The source's task that has failed or was cancelled, if there is one; `over`: the move isn't to be created. */
  async #lookUp(entry: MoveEntry): Promise<string | undefined | "over"> {
    const lookup = sourceLookup(entry);
    if (lookup === undefined) return undefined;
    const { tasks } = this.#context.options;
    const { answer: task, refusal } = await this.#context.ask("read", (signal) => tasks.find(lookup, signal));
    // What may be at the service already stays unknown.
    if (refusal !== undefined && mayBeSent(entry)) {
      await this.#isUnknown(entry, `Whether its source has a task can't be seen: ${refusal.message}`);
      return "over";
    }
    if (refusal !== undefined) {
      await this.#context.end(entry, { outcome: "failed", ...refusal });
      return "over";
    }
    if (task === undefined || isValidation(task)) return undefined;
    if (mayBeSent(entry) && isItsTask(this.#context, entry, task)) {
      await this.#accept(entry, task);
      return "over";
    }
    if (!isInTheWay(task)) return task.id;
    if (mayBeSent(entry)) {
      await this.#isUnknown(
        entry,
        `${LOST}; its source has ${taskName(task)}, which is not its, so it wasn't sent again`,
      );
      return "over";
    }
    const message = `The source has ${taskName(task)} already, which is ${task.status}`;
    const named = { ...(task.id === undefined ? {} : { taskId: task.id }), taskStatus: task.status };
    await this.#context.end(entry, { outcome: "skipped", code: "MIGRATION_TASK_EXISTS", message, ...named });
    return "over";
  }

  /** Sends the creation, and journals what comes of it. Resolves with an error if it is to be sent later. */
  async #send(entry: MoveEntry, creating: MoveEntry, move: Move): Promise<PrimepackError | undefined> {
    const { options } = this.#context;
    let isSent = false;
    try {
      const task = await this.#context.request("manage", (signal) => {
        isSent = true;
        return options.tasks.create(move, signal);
      });
      if (task.id === undefined) this.#search(creating);
      else await this.#accept(creating, { ...task, id: task.id });
      return undefined;
    } catch (reason) {
      // The batch ended while it waited for its turn.
      if (!isSent) await this.#context.update(creating, entry);
      if (!isSent) throw reason;
      // What is no answer of the service leaves open what it did; the journal says so.
      const { fault, error } = serviceFault(reason);
      if (fault === "lost") {
        this.#search(creating);
        return undefined;
      }
      if (fault === "later" || fault === "run") {
        await this.#context.update(creating, entry);
        if (fault === "run") throw error;
        return error;
      }
      await this.#refused(entry, creating, error);
      return undefined;
    }
  }

  async #refused(entry: MoveEntry, creating: MoveEntry, error: PrimepackError): Promise<void> {
    try {
      const refusal = this.#context.refusal("manage", error);
      // That it is refused now says nothing of what was sent before.
      if (mayBeSent(entry)) await this.#isUnknown(creating, `${LOST}; sent again, it was refused: ${refusal.message}`);
      else await this.#context.end(creating, { outcome: "failed", ...refusal });
    } catch (reason) {
      // Not this move's: it can be created when the batch is gone on with.
      if (!this.#context.signal.aborted) await this.#context.update(creating, entry);
      throw reason;
    }
  }

  #search(creating: MoveEntry): void {
    this.#context.spawn(async () => {
      const searched = await searchTask(this.#context, creating);
      if ("task" in searched) await this.#accept(creating, searched.task);
      else await this.#isUnknown(creating, searched.unknown);
    });
  }

  async #accept(before: MoveEntry, task: MigrationTask & { readonly id: string }): Promise<void> {
    const key = keyOf.task(task.id);
    const other = this.#context.journal.lineOf(key) ?? this.#accepting.get(key);
    if (other !== undefined && other !== before.line) {
      const message = `The service gave ${taskName(task)}, which is that of line ${other}`;
      await this.#context.end(before, { outcome: "skipped", code: "MIGRATION_TASK_EXISTS", message });
      this.release(before.line);
      return;
    }
    const { outcome: _, code: __, message: ___, endedAt: ____, ...rest } = before;
    const created: MoveEntry = {
      ...rest,
      stage: "created",
      taskId: task.id,
      taskStatus: task.status,
      createdAt: this.#context.now(),
      ...(task.startedDateTime === undefined ? {} : { startedAt: task.startedDateTime }),
    };
    this.#accepting.set(key, created.line);
    await this.#context.update(before, created, [put(key, created.line)]);
    this.#accepting.delete(key);
    await this.#created.add(created, task);
  }

  async #isUnknown(before: MoveEntry, message: string): Promise<void> {
    await this.#context.end(before, { outcome: "unknown", code: "SUBMISSION_UNKNOWN", message });
    this.release(before.line);
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** Nobody can tell whether it became a task. */
function isUnsure({ stage, outcome, taskId }: MoveEntry): boolean {
  return stage === "ended" && outcome === "unknown" && taskId === undefined;
}

/** Its creation was sent, and not answered. */
function mayBeSent(entry: MoveEntry): boolean {
  return entry.stage === "creating" || isUnsure(entry);
}
