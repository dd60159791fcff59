import { PrimepackError } from "../errors/index.ts";

/** Plain JSON. */
export type JournalValue =
  | string
  | number
  | boolean
  | null
  | readonly JournalValue[]
  | { readonly [name: string]: JournalValue | undefined };

/** One change of a journal: an undefined value forgets the key. */
export interface JournalChange {
  readonly key: string;
  readonly value: JournalValue | undefined;
}

/**
 * How far one run is (a port; one journal is of one run). It may hold secrets (SAS URIs, keys): whatever stores it keeps
 * it from other users (mode 0600).
 *
 * Reading is synchronous. Writing is atomic for each call, and durable when it resolves: a process that is killed leaves
 * the state of some resolved call, or of one that was under way. Keys are text of 1 to 500 UTF-16 code units, compared by
 * code unit.
 */
export interface Journal {
  get(key: string): JournalValue | undefined;
  /** Keys that begin with the prefix, in order, with their values; what is written meanwhile may or may not appear. */
  entries(prefix: string): Iterable<readonly [key: string, value: JournalValue]>;
  write(changes: readonly JournalChange[]): Promise<void>;
  close(): Promise<void>;
}

/** UTF-16 code units of a journal's key. */
const MAX_KEY_LENGTH = 500;

/** For what stores a journal. Throws INVALID_OPTION if a record can't have the key. */
export function checkJournalKey(key: string): void {
  if (key.length >= 1 && key.length <= MAX_KEY_LENGTH) return;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot use the key of a journal as it must have 1 to ${MAX_KEY_LENGTH} UTF-16 code units: current value has ${key.length}`,
  );
}
