import { PrimepackError } from "../errors/index.ts";
import { checkJournalKey, type Journal, type JournalChange, type JournalValue } from "./journal.ts";

/** A journal that ends with its process: for tests, and for runs that need not be resumed. */
export function memoryJournal(): Journal {
  return new MemoryJournal();
}

class MemoryJournal implements Journal {
  /** As JSON, so that nobody changes a value behind the journal's back. */
  readonly #records = new Map<string, string>();
  #closed = false;

  get(key: string): JournalValue | undefined {
    checkJournalKey(key);
    const text = this.#open().get(key);
    return text === undefined ? undefined : (JSON.parse(text) as JournalValue);
  }

  *entries(prefix: string): Iterable<readonly [key: string, value: JournalValue]> {
    // Strings are compared by code unit.
    const keys = [...this.#open().keys()].filter((key) => key.startsWith(prefix)).sort(byCodeUnit);
    for (const key of keys) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  async write(changes: readonly JournalChange[]): Promise<void> {
    const records = this.#open();
    const writes = changes.map(({ key, value }) => {
      checkJournalKey(key);
      return { key, text: value === undefined ? undefined : JSON.stringify(value) };
    });
    for (const { key, text } of writes) {
      if (text === undefined) records.delete(key);
      else records.set(key, text);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #open(): Map<string, string> {
    if (!this.#closed) return this.#records;
    throw new PrimepackError("JOURNAL_CLOSED", "Cannot use the journal as it is closed");
  }
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
