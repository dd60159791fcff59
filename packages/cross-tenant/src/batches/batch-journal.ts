import { PrimepackError } from "@primepack/core/errors";
import type { Journal, JournalChange, JournalValue } from "@primepack/core/model";
import { BATCH_SCHEMA_VERSION, type BatchCounts, type BatchEntry, keyOf, type MoveEntry } from "./batch-entries.ts";

/** Records that one write forgets. */
const FORGOTTEN_AT_ONCE = 1000;

/** A move's entry in place of the one that the journal has; undefined: it has none yet. */
export interface EntryChange {
  readonly entry: MoveEntry;
  readonly before: MoveEntry | undefined;
}

/**
 * A batch's journal by the names of its entries. Each write of moves carries how many are where, so that nobody has to
 * count; writes follow each other, so that the last one that stands has the counts of all before it. What comes while one
 * is under way goes into the next one together, as each takes the disk's time.
 */
export class BatchJournal {
  readonly #journal: Journal;
  readonly #counts: BatchCounts;
  #written: Promise<void> = Promise.resolve();
  /** The write to come, and what it is of. */
  #next: { readonly changes: JournalChange[]; readonly written: Promise<void> } | undefined;

  /** Throws JOURNAL_VERSION for a batch of another release, JOURNAL_INVALID for another kind of run. */
  constructor(journal: Journal) {
    this.#journal = journal;
    this.batch();
    this.#counts = this.#get<BatchCounts>(keyOf.counts) ?? noCounts();
  }

  get counts(): BatchCounts {
    return this.#counts;
  }

  /** Undefined: the journal holds nothing. Throws JOURNAL_VERSION, JOURNAL_INVALID for that of another kind of run. */
  batch(): BatchEntry | undefined {
    const batch = this.#get<BatchEntry>(keyOf.batch);
    if (batch === undefined) {
      for (const [key] of this.#journal.entries("")) {
        throw new PrimepackError(
          "JOURNAL_INVALID",
          `Cannot use the journal as it has to be that of a batch of moves: current value is one with ${JSON.stringify(key)}`,
        );
      }
      return undefined;
    }
    if (batch.schemaVersion === BATCH_SCHEMA_VERSION) return batch;
    throw new PrimepackError(
      "JOURNAL_VERSION",
      `Cannot go on with the batch as this release knows journals of version ${BATCH_SCHEMA_VERSION}: current value is ${String(batch.schemaVersion)}`,
    );
  }

  move(line: number): MoveEntry | undefined {
    return this.#get<MoveEntry>(keyOf.move(line));
  }

  /** In the file's order; as they are at about the moment when they are given. */
  *moves(): Generator<MoveEntry, void, undefined> {
    for (const [, value] of this.#journal.entries(keyOf.moves)) yield value as unknown as MoveEntry;
  }

  /** The line that has the source or target, or whose task it is; `key` is of {@link keyOf}. */
  lineOf(key: string): number | undefined {
    return this.#get<number>(key);
  }

  /** One write of entries and of what belongs to them. */
  async write(moves: readonly EntryChange[], more: readonly JournalChange[] = []): Promise<void> {
    for (const { entry, before } of moves) {
      if (before !== undefined) this.#count(before, -1);
      this.#count(entry, 1);
    }
    const entries = moves.map(({ entry }) => put(keyOf.move(entry.line), entry));
    await this.#write([...entries, put(keyOf.counts, structuredClone(this.#counts)), ...more]);
  }

  async writeBatch(batch: BatchEntry): Promise<BatchEntry> {
    await this.#write([put(keyOf.batch, batch)]);
    return batch;
  }

  /** Forgets all but the batch itself. */
  async forgetMoves(): Promise<void> {
    Object.assign(this.#counts, noCounts());
    await this.#write([{ key: keyOf.counts, value: undefined }]);
    for (const prefix of [keyOf.moves, keyOf.ends, keyOf.tasks]) {
      for (;;) {
        const changes: JournalChange[] = [];
        for (const [key] of this.#journal.entries(prefix)) {
          if (changes.push({ key, value: undefined }) === FORGOTTEN_AT_ONCE) break;
        }
        if (changes.length === 0) break;
        await this.#write(changes);
      }
    }
  }

  #count({ stage, outcome }: MoveEntry, by: 1 | -1): void {
    this.#counts.stages[stage] += by;
    if (outcome !== undefined) this.#counts.outcomes[outcome] += by;
  }

  #get<T>(key: string): T | undefined {
    return this.#journal.get(key) as T | undefined;
  }

  #write(changes: readonly JournalChange[]): Promise<void> {
    if (this.#next === undefined) {
      const gathered: JournalChange[] = [];
      const written = this.#writeNext(gathered);
      written.catch(() => undefined);
      this.#next = { changes: gathered, written };
      this.#written = written;
    }
    this.#next.changes.push(...changes);
    return this.#next.written;
  }

  async #writeNext(changes: readonly JournalChange[]): Promise<void> {
    // What a write that failed was to say is nowhere; nothing is written behind it.
    await this.#written;
    // Answers that came while the disk was waited for are heard first.
    await new Promise((resolve) => setImmediate(resolve));
    this.#next = undefined;
    await this.#journal.write(changes);
  }
}

/** What puts an entry; entries are plain JSON, which interfaces can't say. */
export function put(key: string, value: object | number): JournalChange {
  return { key, value: value as JournalValue };
}

function noCounts(): BatchCounts {
  return {
    stages: { read: 0, validated: 0, creating: 0, created: 0, ended: 0 },
    outcomes: { completed: 0, failed: 0, cancelled: 0, invalid: 0, validated: 0, skipped: 0, unknown: 0 },
  };
}
