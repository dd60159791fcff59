/** What was left out of an export, by its place: `attribute List/@Description`, `object SPWeb`. */
export interface DroppedRecord {
  readonly what: string;
  readonly count: number;
}

/** Names that are counted one by one; a hostile export may hold any number of them. */
const MAX_NAMES = 1000;
/** UTF-16 units of a name that are kept. */
const MAX_NAME_LENGTH = 200;
const OTHERS = "others";

/** Counts what is left out, in bounded memory: beyond {@link MAX_NAMES} different things they are one. */
export class Dropped {
  readonly #counts: Map<string, number> = new Map();

  add(what: string, count = 1): void {
    const short = what.slice(0, MAX_NAME_LENGTH);
    const known = this.#counts.has(short) || this.#counts.size < MAX_NAMES;
    const name = known ? short : OTHERS;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** The most frequent first. */
  records(): readonly DroppedRecord[] {
    return [...this.#counts]
      .map(([what, count]) => ({ what, count }))
      .sort((one, other) => other.count - one.count || (one.what < other.what ? -1 : 1));
  }
}
