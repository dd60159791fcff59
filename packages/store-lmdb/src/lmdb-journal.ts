import {
  checkJournalKey,
  type Journal,
  type JournalChange,
  type JournalValue,
  lockPath,
  PrimepackError,
} from "@primepack/core";
import type { Database } from "lmdb";
import { type StoreKind, storeError } from "./store-error.ts";
import { openStoreFile, type StoreFile } from "./store-file.ts";

/** The version of what stands in a journal's file; others are refused. */
export const JOURNAL_VERSION = 1;

const kind: StoreKind = {
  noun: "journal",
  dataFile: "journal.mdb",
  format: "primepack journal",
  version: JOURNAL_VERSION,
  // The records, and one for the file.
  maxDatabases: 2,
  codes: {
    missing: "JOURNAL_MISSING",
    invalid: "JOURNAL_INVALID",
    version: "JOURNAL_VERSION",
    failed: "JOURNAL_FAILED",
  },
};

/** Records that are read at a time by {@link Journal.entries}. */
const RECORDS_AT_A_TIME = 1000;

/** Which journal is opened, and what for. */
export interface LmdbJournalOptions {
  /** The journal's folder, made if it isn't there; nothing else may lie in it. On a local disk. */
  readonly path: string;
  /** Writes nothing, and doesn't keep others from writing. A journal that isn't there is an error. Default: false. */
  readonly readOnly?: boolean;
}

/**
 * Opens the journal of one run in an embedded store (LMDB); without `readOnly` for this opener alone, until it is closed
 * or the process ends. Its folder has mode 0700, its files 0600, whatever the umask.
 *
 * Each write is a transaction that is on the disk before the call returns; it is made on this thread. What one process
 * writes, another that has the journal open reads from then on.
 *
 * Throws JOURNAL_IN_USE, JOURNAL_MISSING, JOURNAL_INVALID, JOURNAL_VERSION, DISK_FULL or JOURNAL_FAILED.
 */
export async function openLmdbJournal({ path, readOnly = false }: LmdbJournalOptions): Promise<Journal> {
  const file = await openStoreFile(kind, path, { create: !readOnly });
  let release: (() => void) | undefined;
  try {
    if (!readOnly) {
      release = await lockPath(file.directory, { name: "journal" });
      if (release === undefined) {
        throw new PrimepackError(
          "JOURNAL_IN_USE",
          `Cannot write to the journal as another process works on its run: current value is ${path}`,
        );
      }
    }
    return new LmdbJournal(file, release);
  } catch (error) {
    release?.();
    await file.close();
    throw storeError(kind, error, `open the journal ${path}`);
  }
}

class LmdbJournal implements Journal {
  readonly #file: StoreFile;
  /** Undefined: read only, and nothing was ever written. */
  readonly #records: Database<JournalValue, Buffer> | undefined;
  /** Undefined: read only. */
  readonly #release: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(file: StoreFile, release: (() => void) | undefined) {
    this.#file = file;
    this.#release = release;
    const options = {
      name: "records",
      keyEncoding: "binary",
      encoding: "json",
      // The types lack it.
      create: release !== undefined,
    } as const;
    this.#records = file.root.openDB<JournalValue, Buffer>(options);
  }

  get(key: string): JournalValue | undefined {
    this.#checkOpen();
    return this.#read(() => this.#records?.get(keyOf(key)));
  }

  *entries(prefix: string): Iterable<readonly [key: string, value: JournalValue]> {
    const first = bytesOf(prefix);
    // Anew for every batch: a reader that stays on an old state keeps the file from using its free pages again.
    let after: Buffer | undefined;
    for (;;) {
      this.#checkOpen();
      const options = after === undefined ? { start: first } : { start: after, exclusiveStart: true };
      const batch = this.#read(() => [...(this.#records?.getRange({ ...options, limit: RECORDS_AT_A_TIME }) ?? [])]);
      for (const { key, value } of batch) {
        if (!key.subarray(0, first.length).equals(first)) return;
        yield [textOf(key), value];
      }
      if (batch.length < RECORDS_AT_A_TIME) return;
      after = batch.at(-1)?.key;
    }
  }

  async write(changes: readonly JournalChange[]): Promise<void> {
    this.#checkOpen();
    const { root, directory } = this.#file;
    const records = this.#records;
    if (this.#release === undefined || records === undefined) {
      throw new PrimepackError("JOURNAL_FAILED", "Cannot write to the journal as it was opened to be read only");
    }
    const writes = changes.map(({ key, value }) => ({ key: keyOf(key), value }));
    if (writes.length === 0) return;
    try {
      root.transactionSync(() => {
        for (const { key, value } of writes) {
          if (value === undefined) records.removeSync(key);
          else records.putSync(key, value);
        }
      });
    } catch (error) {
      throw storeError(kind, error, `write to the journal ${directory}`, directory);
    }
  }

  async close(): Promise<void> {
    this.#closing ??= this.#file.close().finally(this.#release);
    await this.#closing;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) {
      throw new PrimepackError("JOURNAL_CLOSED", "Cannot use the journal as it is closed");
    }
  }

  #read<Value>(reading: () => Value): Value {
    try {
      return reading();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw storeError(kind, error, `read the journal ${this.#file.directory}`);
      throw PrimepackError.from(error, "JOURNAL_INVALID", `read the journal ${this.#file.directory}`);
    }
  }
}

/**
 * UTF-16, big-endian: bytes are then in the order of code units, and a lone surrogate stays what it is. A key takes 1,000
 * bytes at most; LMDB takes 1,978.
 */
function bytesOf(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

function textOf(bytes: Buffer): string {
  return Buffer.from(bytes).swap16().toString("utf16le");
}

function keyOf(key: string): Buffer {
  checkJournalKey(key);
  return bytesOf(key);
}
