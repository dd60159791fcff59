import { PrimepackError } from "@primepack/core/errors";
import type { Journal, JournalChange, JournalValue } from "@primepack/core/model";
import {
  type FindingEntry,
  keyOf,
  MAPPING_FORMAT,
  MAPPING_SCHEMA_VERSION,
  type MappingRecord,
  type RunHead,
  readRecord,
  type SendingEntry,
  storedRecord,
} from "./mapping-records.ts";

/** Records that one write changes. */
export const RECORDS_AT_ONCE = 1000;

/** A journal of mappings by the names of its entries. */
export class MappingJournal {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Undefined: nothing was applied by it. Throws JOURNAL_VERSION, JOURNAL_INVALID for that of another kind of run. */
  head(): RunHead | undefined {
    const head = this.#journal.get(keyOf.head) as RunHead | undefined;
    if (head === undefined) {
      for (const [key] of this.#journal.entries("")) throw foreign(`one with ${JSON.stringify(key)}`);
      return undefined;
    }
    if (head?.format !== MAPPING_FORMAT) throw foreign("one of another kind");
    if (head.schemaVersion === MAPPING_SCHEMA_VERSION) return head;
    throw new PrimepackError(
      "JOURNAL_VERSION",
      `Cannot use the journal of mappings as this release knows journals of version ${MAPPING_SCHEMA_VERSION}: current value is ${String(head.schemaVersion)}`,
    );
  }

  record(key: string): MappingRecord | undefined {
    const value = this.#journal.get(keyOf.mapping(key));
    return value === undefined ? undefined : readRecord(key, value);
  }

  /** In the order of their keys. */
  *records(): Generator<readonly [key: string, record: MappingRecord], void, undefined> {
    const prefix = keyOf.mappings;
    for (const [prefixed, value] of this.#journal.entries(prefix)) {
      const key = prefixed.slice(prefix.length);
      yield [key, readRecord(key, value)];
    }
  }

  /** In the order of their lines. */
  *findings(): Generator<FindingEntry, void, undefined> {
    for (const [, value] of this.#journal.entries(keyOf.findings)) yield value as unknown as FindingEntry;
  }

  /** Requests that may have been sent, by their keys. */
  sendings(): readonly (readonly [key: string, sending: SendingEntry])[] {
    return [...this.#journal.entries(keyOf.sendings)].map(([key, value]) => [key, value as unknown as SendingEntry]);
  }

  write(changes: readonly JournalChange[]): Promise<void> {
    return changes.length === 0 ? Promise.resolve() : this.#journal.write(changes);
  }

  async writeHead(head: RunHead, more: readonly JournalChange[] = []): Promise<RunHead> {
    await this.#journal.write([...more, putHead(head)]);
    return head;
  }

  async forgetFindings(): Promise<void> {
    for (;;) {
      const changes: JournalChange[] = [];
      for (const [key] of this.#journal.entries(keyOf.findings)) {
        if (changes.push({ key, value: undefined }) === RECORDS_AT_ONCE) break;
      }
      if (changes.length === 0) return;
      await this.#journal.write(changes);
    }
  }
}

function putHead(head: RunHead): JournalChange {
  return put(keyOf.head, head);
}

export function putRecord(key: string, record: MappingRecord): JournalChange {
  return { key: keyOf.mapping(key), value: storedRecord(key, record) };
}

export function putFinding(finding: FindingEntry): JournalChange {
  return put(keyOf.finding(finding.line), finding);
}

export function putSending(key: string, sending: SendingEntry | undefined): JournalChange {
  return sending === undefined ? { key, value: undefined } : put(key, sending);
}

/** Entries are plain JSON, which interfaces can't say. */
function put(key: string, value: object): JournalChange {
  return { key, value: value as JournalValue };
}

function foreign(value: string): PrimepackError {
  return new PrimepackError(
    "JOURNAL_INVALID",
    `Cannot use the journal as it must be empty or one of identity mappings: current value is ${value}`,
  );
}
