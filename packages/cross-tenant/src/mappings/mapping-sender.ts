import { PrimepackError } from "@primepack/core/errors";
import type { ServiceError } from "@primepack/core/http";
import type { JournalChange } from "@primepack/core/model";
import { isAnswerLost, refusesEntries, saidIn } from "./mapping-errors.ts";
import { type MappingForm, mappingOf, membersOf } from "./mapping-forms.ts";
import { type MappingJournal, putRecord, putSending } from "./mapping-journal.ts";
import { type EntryEnd, keyOf, type MappingRecord, type MappingValues, type SendingEntry } from "./mapping-records.ts";
import type { GroupMapping, IdentityMappings, StoredMapping, UserMapping } from "./mapping-types.ts";
import { appliedAfter, isAsPlanned, type PlannedChange } from "./planned-change.ts";

/** An entry that is to be sent, or may have been. */
export interface OpenEntry {
  readonly key: string;
  readonly record: MappingRecord;
  readonly change: PlannedChange;
}

/** An entry that came to its end. */
export interface EndedEntry {
  readonly entry: OpenEntry;
  readonly end: EntryEnd;
}

export interface MappingSenderOptions {
  readonly form: MappingForm;
  readonly journal: MappingJournal;
  readonly service: IdentityMappings<UserMapping> | IdentityMappings<GroupMapping>;
  readonly run: number;
  readonly signal: AbortSignal | undefined;
  /** Whether to send nothing more. */
  isStopping(): boolean;
  /** Before each PATCH. */
  sending(): void;
  /** Told of entries once the journal has their ends; held back by who listens. */
  ended(entries: readonly EndedEntry[]): Promise<void>;
}

/** Times that an entry is sent whose answer was lost though it stood alone. */
const LOST_ALONE_SENDS = 3;
/** Entries in a row that are given up so, until it is the service that can't be reached. */
const LOST_IN_A_ROW = 5;
/** Entries refused for one and the same reason, none taken before, until it is the service that takes none. */
const REFUSED_ALIKE = 100;

/** Entries of one request, and how many requests with all of them were lost. */
interface Part {
  readonly entries: readonly OpenEntry[];
  readonly losses: number;
}

/** What became of the entries of a request: ended, or to be sent in other requests. */
interface PartResult {
  readonly ended: readonly EndedEntry[];
  readonly rest: readonly Part[];
}

/** What a look at the service showed; undefined: it refuses to tell. */
type Seen = { readonly held: MappingValues | "absent"; readonly id: string | undefined } | undefined;

/**
 * Sends entries so that each is applied once. Before each request the journal knows that its entries may have been sent;
 * what became of them, and that they no longer may, is one write. What a process left open, or no answer tells of, is
 * looked up. Nobody documents whether a refused request has changed anything; so its entries are looked up too, and the
 * rest is sent in halves, until a bad entry stands alone.
 *
 * A request that the service acts on only after it was looked up is sent twice; both set the same.
 */
export class MappingSender {
  readonly #options: MappingSenderOptions;
  #isServiceDown = false;
  #hasSucceeded = false;
  #taken = 0;
  #lostInARow = 0;
  #refusedAlike = { reason: "", count: 0 };

  constructor(options: MappingSenderOptions) {
    this.#options = options;
  }

  /** Whether entries count as failed that nothing but the service has failed by. */
  get isServiceDown(): boolean {
    return this.#isServiceDown;
  }

  /**
   * Sends groups of as many entries as one request holds at most, until there are none or it is to stop. `lane` tells
   * requests apart that are under way at once. What came to its end is written with what is sent next. Sends nothing if it
   * is to stop already, and then leaves what the journal knows of an earlier process by this lane.
   */
  async send(lane: number, next: () => Promise<readonly OpenEntry[] | undefined>): Promise<void> {
    const parts: Part[] = [];
    let ended: readonly EndedEntry[] = [];
    for (let hasSent = false; ; hasSent = true) {
      if (parts.length === 0 && !this.#options.isStopping()) {
        const entries = await next();
        if (entries !== undefined) parts.push({ entries, losses: 0 });
      }
      const part = this.#options.isStopping() ? undefined : parts.shift();
      if (part !== undefined || hasSent) await this.#write(keyOf.sending(lane), ended, part?.entries);
      if (part === undefined) return;
      const result = await this.#sendPart(lane, part);
      ended = result.ended;
      parts.unshift(...result.rest);
    }
  }

  /**
   * Looks up what an earlier process may have sent. `entryOf` gives what the entry was to become in this run; undefined
   * where it has no part in it.
   */
  async recover(
    key: string,
    { entries }: SendingEntry,
    entryOf: (key: string) => { readonly record: MappingRecord; readonly entry: OpenEntry | undefined } | undefined,
  ): Promise<void> {
    const changes: JournalChange[] = [];
    const ended: EndedEntry[] = [];
    for (const [entryKey] of entries) {
      if (this.#options.isStopping()) return;
      const known = entryOf(entryKey);
      if (known === undefined) continue;
      const { record, entry } = known;
      const seen = await this.#lookUp(record.source);
      if (seen === undefined) continue;
      if (entry !== undefined && isAsPlanned(entry.change, seen.held)) {
        ended.push({ entry, end: this.#taking(entry, seen.id) });
      } else changes.push(putRecord(entryKey, { ...record, applied: seen.held }));
    }
    await this.#write(key, ended, undefined, changes);
  }

  async #sendPart(lane: number, part: Part): Promise<PartResult> {
    const { service, signal, sending } = this.#options;
    sending();
    const changes = part.entries.map(({ change: { type, mapping } }) => ({
      type,
      mapping: mappingOf<UserMapping & GroupMapping>(this.#options.form, mapping),
    }));
    let answers: Awaited<ReturnType<typeof service.update>>;
    try {
      answers = await service.update(changes, signal);
    } catch (error) {
      if (refusesEntries(error)) return this.#afterRefusal(part, error);
      if (isAnswerLost(error)) return this.#afterLoss(part, error);
      // All other errors of the service say that it has done nothing.
      const isKnown = error instanceof PrimepackError && error.code !== "ABORTED";
      if (isKnown) await this.#write(keyOf.sending(lane), [], undefined);
      throw error;
    }
    this.#hasSucceeded = true;
    const ended: EndedEntry[] = [];
    for (const [index, entry] of part.entries.entries()) {
      const answer = answers[index] ?? { type: "unanswered" };
      const isDone = answer.type === (entry.change.type === "remove" ? "removed" : "set");
      if (isDone && "mapping" in answer) ended.push({ entry, end: this.#taking(entry, answer.mapping.id) });
      else if (answer.type === "refused") ended.push(await this.#endOf(entry, "MAPPING_REFUSED", answer.message));
      else {
        const message = `The service's answer ${answer.type === "unanswered" ? "doesn't name the entry" : `says that it was ${answer.type}`}`;
        ended.push(await this.#endOf(entry, "MAPPING_UNANSWERED", message));
      }
    }
    return { ended, rest: [] };
  }

  async #afterRefusal(part: Part, error: ServiceError): Promise<PartResult> {
    // Where each call is answered by 404, a look-up's doesn't tell that a mapping isn't there: the calls may not be.
    const isNothingThere = error.status === 404 && !this.#hasSucceeded;
    const { ended, open } = isNothingThere ? { ended: [], open: part.entries } : await this.#lookUpAll(part.entries);
    const [first] = open;
    if (first === undefined || part.entries.length > 1) return { ended, rest: halves({ entries: open, losses: 0 }) };
    this.#countRefusal(error);
    return { ended: [...ended, this.#failing(first, "MAPPING_REFUSED", saidIn(error))], rest: [] };
  }

  async #afterLoss(part: Part, error: ServiceError): Promise<PartResult> {
    const { ended, open } = await this.#lookUpAll(part.entries);
    const [first] = open;
    const losses = part.losses + 1;
    if (first === undefined) return { ended, rest: [] };
    if (open.length > 1) {
      const again = { entries: open, losses: 1 };
      return { ended, rest: part.losses === 0 ? [again] : halves(again) };
    }
    if (losses < LOST_ALONE_SENDS || part.entries.length > 1) return { ended, rest: [{ entries: open, losses }] };
    this.#lostInARow += 1;
    if (this.#lostInARow >= LOST_IN_A_ROW) throw this.#takesNothing(error);
    return { ended: [...ended, this.#failing(first, "MAPPING_UNANSWERED", error.message)], rest: [] };
  }

  #countRefusal(error: ServiceError): void {
    const reason = JSON.stringify([error.code, error.status, error.serviceMessage]);
    const before = this.#refusedAlike;
    this.#refusedAlike = { reason, count: before.reason === reason ? before.count + 1 : 1 };
    if (this.#taken === 0 && this.#refusedAlike.count >= REFUSED_ALIKE) throw this.#takesNothing(error);
  }

  #takesNothing(error: ServiceError): ServiceError {
    this.#isServiceDown = true;
    return error;
  }

  async #lookUpAll(
    entries: readonly OpenEntry[],
  ): Promise<{ readonly ended: readonly EndedEntry[]; readonly open: readonly OpenEntry[] }> {
    const ended: EndedEntry[] = [];
    const open: OpenEntry[] = [];
    for (const entry of entries) {
      const seen = await this.#lookUp(entry.change.mapping.source);
      if (seen !== undefined && isAsPlanned(entry.change, seen.held)) {
        ended.push({ entry, end: this.#taking(entry, seen.id) });
      } else open.push(entry);
    }
    return { ended, open };
  }

  /** How an entry ended whose answer isn't that it was done. */
  async #endOf(entry: OpenEntry, code: string, message: string): Promise<EndedEntry> {
    const { ended } = await this.#lookUpAll([entry]);
    return ended[0] ?? this.#failing(entry, code, message);
  }

  async #lookUp(source: string): Promise<Seen> {
    const { service, signal, form } = this.#options;
    let found: StoredMapping<UserMapping> | StoredMapping<GroupMapping> | undefined;
    try {
      found = await service.find(source, signal);
    } catch (error) {
      if (refusesEntries(error)) return undefined;
      throw error;
    }
    if (found !== undefined) this.#hasSucceeded = true;
    if (found === undefined || found.isDeleted) return { held: "absent", id: found?.id };
    const { source: _, ...held } = membersOf(form, found);
    return { held, id: found.id };
  }

  #taking({ change }: OpenEntry, id: string | undefined): EntryEnd {
    this.#taken += 1;
    this.#lostInARow = 0;
    return { run: this.#options.run, outcome: change.intent, ...(id === undefined ? {} : { id }) };
  }

  #failing(entry: OpenEntry, code: string, message: string): EndedEntry {
    return { entry, end: { run: this.#options.run, outcome: "failed", code, message } };
  }

  /** One write: what came to its end, and what may be sent next by this key. */
  async #write(
    key: string,
    ended: readonly EndedEntry[],
    next: readonly OpenEntry[] | undefined,
    more: readonly JournalChange[] = [],
  ): Promise<void> {
    const { journal, run } = this.#options;
    const sending = next && { run, entries: next.map((entry) => [entry.key, entry.change.intent] as const) };
    await journal.write([...more, ...ended.map(endedRecord), putSending(key, sending)]);
    if (ended.length > 0) await this.#options.ended(ended);
  }
}

function endedRecord({ entry: { key, record, change }, end }: EndedEntry): JournalChange {
  const applied = end.outcome === "failed" ? record.applied : appliedAfter(change, record.applied);
  return putRecord(key, { ...record, ...(applied === undefined ? {} : { applied }), end });
}

function halves({ entries, losses }: Part): readonly Part[] {
  const middle = Math.ceil(entries.length / 2);
  return [entries.slice(0, middle), entries.slice(middle)]
    .filter((half) => half.length > 0)
    .map((half) => ({ entries: half, losses }));
}
