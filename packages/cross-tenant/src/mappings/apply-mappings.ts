import { stat } from "node:fs/promises";
import { abortedError, PrimepackError, throwIfAborted } from "@primepack/core/errors";
import { systemNow } from "@primepack/core/http";
import { EventChannel, type JournalChange } from "@primepack/core/model";
import { type MappingForm, mappingForms } from "./mapping-forms.ts";
import { MappingJournal, putRecord, RECORDS_AT_ONCE } from "./mapping-journal.ts";
import { changeOutcome } from "./mapping-outcomes.ts";
import { MAPPING_FORMAT, MAPPING_SCHEMA_VERSION, type RunHead } from "./mapping-records.ts";
import type {
  MappingEvent,
  MappingProgress,
  MappingRun,
  MappingRunOptions,
  MappingSummary,
} from "./mapping-run-types.ts";
import { type EndedEntry, MappingSender, type OpenEntry } from "./mapping-sender.ts";
import { MappingTally } from "./mapping-tally.ts";
import { MAX_DELTA_ENTRIES } from "./mapping-types.ts";
import { plannedChange } from "./planned-change.ts";
import { digestOfMappings, readMappings } from "./read-mapping-file.ts";

/**
 * Applies a mapping file: reads it wholly, compares it with what was applied last, and sends what differs, at most 50
 * entries in a request. Nothing is sent before the file was read to its end, nor, unless `skipInvalid`, if a line can't
 * be used. Lines of findings remove nothing: with them, what the file lacks is not removed.
 *
 * A run that was killed, drained or ended by an error goes on where it was when the same file is applied with the same
 * options; each entry is applied once, as what may have been sent is looked up first. Another file, and the same one
 * once it was applied, is a new run that sends what differs then; so entries that failed are sent again. Mappings that
 * the journal doesn't know count as added, whether or not the service has them.
 *
 * Memory: some thousand lines, whatever the file's length. `result` rejects with INVALID_OPTION, RUN_MISMATCH, the codes
 * of journals, TABLE_INVALID, SOURCE_UNREADABLE, ABORTED, and those of services that concern all requests.
 */
export function applyMappings(options: MappingRunOptions): MappingRun {
  return new MappingEngine(options);
}

/** Events that wait for a slow reader before the run waits too. */
const EVENTS_AHEAD = 1024;
/** Records that are walked through before others have their turn. */
const RECORDS_IN_A_ROW = 2000;
const DEFAULT_REQUESTS = 4;

class MappingEngine implements MappingRun {
  readonly result: Promise<MappingSummary>;
  readonly #given: MappingRunOptions;
  readonly #form: MappingForm;
  readonly #journal: MappingJournal;
  readonly #events = new EventChannel<MappingEvent>(EVENTS_AHEAD);
  readonly #tally = new MappingTally();
  readonly #now: () => Date;
  readonly #stop = new AbortController();

  constructor(given: MappingRunOptions) {
    this.#given = given;
    this.#form = mappingForms[given.kind];
    this.#now = given.now ?? systemNow;
    this.#journal = new MappingJournal(given.dryRun === true ? given.scratch : given.journal);
    this.result = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#drive());
    // Whoever reads the events only is told there; nobody need listen twice.
    this.result.catch(() => undefined);
  }

  get progress(): MappingProgress {
    return this.#tally.progress;
  }

  drain(): void {
    this.#stop.abort();
    this.#events.letGo();
  }

  [Symbol.asyncIterator](): AsyncIterator<MappingEvent, void, undefined> {
    return this.#events[Symbol.asyncIterator]();
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** A reading of the file, that drain() ends too. Undefined: it did. */
  async #undrained<T>(read: (stopping: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const { signal } = this.#given;
    try {
      return await read(signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]));
    } catch (error) {
      const isDrained = this.#isStopping && error instanceof PrimepackError && error.code === "ABORTED";
      if (isDrained && signal?.aborted !== true) return undefined;
      throw error;
    }
  }

  async #drive(): Promise<MappingSummary> {
    const { signal } = this.#given;
    const letGo = () => this.#events.letGo();
    signal?.addEventListener("abort", letGo, { once: true });
    try {
      const summary = await this.#work();
      this.#events.end();
      return summary;
    } catch (error) {
      const failure = signal?.aborted
        ? abortedError(signal, "apply mappings")
        : PrimepackError.from(error, "INTERNAL", "apply mappings");
      this.#events.end(failure);
      throw failure;
    } finally {
      signal?.removeEventListener("abort", letGo);
    }
  }

  async #work(): Promise<MappingSummary> {
    const { signal } = this.#given;
    const requests = checkedRequests(this.#given.requests);
    throwIfAborted(signal, "apply mappings");
    const before = await this.#takeUp();
    const head = (await this.#continued(before)) ?? (await this.#read(before));
    if (head.status === "reading") return this.#summary(head, "interrupted");
    if (this.#given.dryRun === true) return this.#foretell(head);
    if (head.status === "refused") {
      await this.#count(head);
      return this.#end(head, "refused");
    }
    return this.#send(head, this.#given.service, requests);
  }

  /** The journal's earlier run, which has to be of the same mappings. A dry run goes by a copy of what was applied. */
  async #takeUp(): Promise<RunHead | undefined> {
    const given = this.#given;
    const kept = new MappingJournal(given.journal);
    const head = kept.head();
    if (head !== undefined && (head.kind !== given.kind || head.place !== given.place)) {
      throw new PrimepackError(
        "RUN_MISMATCH",
        `Cannot apply mappings of ${given.kind} to ${given.place} as the journal is of others: current value is ${head.kind} of ${head.place}`,
        { hint: "Keep one journal (on the command line: --state) for each kind of mappings and each organization." },
      );
    }
    if (given.dryRun !== true) return head;
    if (this.#journal.head() !== undefined) {
      throw new PrimepackError(
        "INVALID_OPTION",
        "Cannot try mappings out as the scratch journal must be empty: current value is one of a run",
      );
    }
    let changes: JournalChange[] = [];
    for (const [key, { source, applied }] of kept.records()) {
      if (applied !== undefined) changes.push(putRecord(key, { source, applied }));
      if (changes.length < RECORDS_AT_ONCE) continue;
      await this.#journal.write(changes);
      changes = [];
      throwIfAborted(given.signal, "apply mappings");
    }
    await this.#journal.write(changes);
    return undefined;
  }

  /** The run before, if it has read this very file already and isn't at its end; without reading it into the journal again. */
  async #continued(before: RunHead | undefined): Promise<RunHead | undefined> {
    const { rows } = this.#given;
    if (before?.status !== "applying" || this.#isStopping) return undefined;
    // What can be read only once, as streams and pipes, goes into the journal at once; the digest then tells the same.
    if (typeof rows.file !== "string" || !(await isPlainFile(rows.file))) return undefined;
    const digest = await this.#undrained((stopping) => digestOfMappings(this.#form, this.#given, stopping));
    if (digest !== before.digest) return undefined;
    this.#tally.lines = before.lines;
    this.#tally.counts.invalid = before.findings;
    return before;
  }

  async #read(before: RunHead | undefined): Promise<RunHead> {
    const { kind, place, removeMissing = false, resend = false, dryRun } = this.#given;
    const generation = (before?.generation ?? 0) + 1;
    const unfinished =
      before?.status === "applying" ? before : before?.status === "reading" ? before.unfinished : undefined;
    const begun: RunHead = {
      format: MAPPING_FORMAT,
      schemaVersion: MAPPING_SCHEMA_VERSION,
      ...{ kind, place, generation, run: generation, digest: "", status: "reading", lines: 0, findings: 0 },
      removesMissing: false,
      resends: resend,
      ...(dryRun === true ? { isDryRun: true } : {}),
      startedAt: this.#now().toISOString(),
      ...(unfinished === undefined
        ? {}
        : { unfinished: { run: unfinished.run, digest: unfinished.digest, startedAt: unfinished.startedAt } }),
    };
    await this.#journal.writeHead(begun);
    await this.#journal.forgetFindings();
    const read = await this.#undrained((stopping) =>
      readMappings({
        form: this.#form,
        journal: this.#journal,
        given: this.#given,
        generation,
        stopping,
        told: async (lines, findings) => {
          this.#tally.lines = lines;
          this.#tally.counts.invalid += findings.length;
          for (const finding of findings) await this.#events.emit({ type: "finding", finding });
        },
      }),
    );
    if (read === undefined) return begun;
    if (removeMissing && read.lines === 0) {
      throw new PrimepackError(
        "TABLE_INVALID",
        "Cannot remove what the mapping file lacks as it must have one line at least: current value is 0 lines",
        {
          hint: "See that the file is the right one. To remove all mappings, name each in a line with removed = true.",
        },
      );
    }
    const { unfinished: earlier, ...head } = begun;
    const goesOn = earlier?.digest === read.digest ? { run: earlier.run, startedAt: earlier.startedAt } : {};
    const isRefused = read.findings > 0 && this.#given.skipInvalid !== true && dryRun !== true;
    return this.#journal.writeHead({
      ...head,
      ...read,
      ...goesOn,
      status: isRefused ? "refused" : "applying",
      // A line that can't be used may be the one that names what seems to be missing.
      removesMissing: removeMissing && read.findings === 0,
    });
  }

  async #send(
    head: RunHead,
    service: NonNullable<MappingRunOptions["service"]>,
    lanes: number,
  ): Promise<MappingSummary> {
    const { signal } = this.#given;
    let failure: unknown;
    const sender = new MappingSender({
      form: this.#form,
      journal: this.#journal,
      service,
      run: head.run,
      signal,
      isStopping: () => this.#isStopping || failure !== undefined || signal?.aborted === true,
      sending: () => {
        this.#tally.requests += 1;
      },
      ended: (entries) => this.#tell(entries),
    });
    /** Works in lanes until all is done; what one of them fails by ends the others after their request. */
    const inLanes = async (work: (lane: number) => Promise<void>) => {
      const lane = (_: unknown, index: number) =>
        work(index).catch((error: unknown) => {
          failure ??= error;
        });
      await Promise.all(Array.from({ length: lanes }, lane));
    };
    await this.#recover(head, sender, inLanes);
    if (failure === undefined) await this.#count(head);
    if (failure === undefined) {
      const groups = this.#groups(head);
      const next = async () => (await groups.next()).value ?? undefined;
      await inLanes((lane) => sender.send(lane, next));
    }
    if (failure !== undefined) {
      if (sender.isServiceDown) await this.#journal.writeHead({ ...head, status: "stopped", endedAt: this.#moment() });
      throw failure;
    }
    throwIfAborted(signal, "apply mappings");
    const isDone = this.#tally.changes === this.#tally.done && this.#journal.sendings().length === 0;
    return this.#end(head, isDone ? "complete" : "interrupted");
  }

  /** Looks up what an earlier process, of this run or of another, may have sent without learning what became of it. */
  async #recover(
    head: RunHead,
    sender: MappingSender,
    inLanes: (work: (lane: number) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const left = [...this.#journal.sendings()];
    await inLanes(async () => {
      for (let next = left.shift(); next !== undefined && !this.#isStopping; next = left.shift()) {
        const [sendingKey, sending] = next;
        await sender.recover(sendingKey, sending, (key) => {
          const record = this.#journal.record(key);
          if (record === undefined) return undefined;
          const change = sending.run === head.run ? plannedChange(record, head) : undefined;
          const isOpen = typeof change === "object" && record.end?.run !== head.run;
          return { record, entry: isOpen ? { key, record, change } : undefined };
        });
      }
    });
  }

  /** Walks through all records once, to know how much there is to do. */
  async #count(head: RunHead): Promise<void> {
    const tally = this.#tally;
    const planned = { added: 0, changed: 0, removed: 0 };
    let changes = 0;
    // What was recovered is counted here, with all that earlier processes came to an end with.
    Object.assign(tally.counts, { added: 0, changed: 0, removed: 0, failed: 0, unchanged: 0 });
    const rest = this.#rests();
    for (const [, record] of this.#journal.records()) {
      if (rest.isDue()) await rest.take();
      if (record.end?.run === head.run) {
        changes += 1;
        tally.counts[record.end.outcome] += 1;
        continue;
      }
      const change = plannedChange(record, head);
      if (change === "unchanged") tally.counts.unchanged += 1;
      else if (change !== undefined) {
        changes += 1;
        planned[change.intent] += 1;
      }
    }
    if (head.isDryRun === true) Object.assign(tally.counts, planned);
    tally.changes = changes;
    await this.#events.emit({ type: "read", lines: tally.lines, changes });
  }

  /** Entries that are to be sent, in groups of one request; many may wait for the next one. */
  async *#groups(head: RunHead): AsyncGenerator<readonly OpenEntry[], void, undefined> {
    let group: OpenEntry[] = [];
    const rest = this.#rests();
    for (const [key, record] of this.#journal.records()) {
      if (rest.isDue()) await rest.take();
      if (record.end?.run === head.run) continue;
      const change = plannedChange(record, head);
      if (typeof change !== "object") continue;
      if (group.push({ key, record, change }) < MAX_DELTA_ENTRIES) continue;
      yield group;
      group = [];
    }
    if (group.length > 0) yield group;
  }

  /** What would be sent. */
  async #foretell(head: RunHead): Promise<MappingSummary> {
    await this.#count(head);
    const rest = this.#rests();
    for (const [, record] of this.#journal.records()) {
      if (rest.isDue()) await rest.take();
      const change = plannedChange(record, head);
      if (this.#isStopping) return this.#summary(head, "interrupted");
      if (typeof change !== "object") continue;
      const held = this.#events.emit({ type: "mapping", mapping: changeOutcome(change, change.intent) });
      if (held !== undefined) await held;
    }
    return this.#summary(head, "dryRun");
  }

  /** While records are walked through: pauses in which others have their turn. */
  #rests(): { isDue(): boolean; take(): Promise<void> } {
    let walked = 0;
    return {
      isDue: () => {
        walked += 1;
        return walked % RECORDS_IN_A_ROW === 0;
      },
      take: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throwIfAborted(this.#given.signal, "apply mappings");
      },
    };
  }

  async #tell(entries: readonly EndedEntry[]): Promise<void> {
    for (const { end } of entries) this.#tally.counts[end.outcome] += 1;
    for (const { entry, end } of entries) {
      const held = this.#events.emit({ type: "mapping", mapping: changeOutcome(entry.change, end.outcome, end) });
      if (held !== undefined) await held;
    }
  }

  async #end(head: RunHead, status: MappingSummary["status"]): Promise<MappingSummary> {
    const ended: RunHead = { ...head, status: status === "complete" ? status : head.status, endedAt: this.#moment() };
    await this.#journal.writeHead(ended);
    return this.#summary(ended, status);
  }

  #summary(head: RunHead, status: MappingSummary["status"]): MappingSummary {
    const { lines, changes = 0, done, counts, requests } = this.#tally;
    const pending = head.isDryRun === true ? 0 : changes - done;
    return {
      status,
      kind: head.kind,
      lines,
      findings: counts.invalid,
      counts: { ...counts, pending },
      requests,
      startedAt: head.startedAt,
      endedAt: this.#moment(),
    };
  }

  #moment(): string {
    return this.#now().toISOString();
  }
}

/** Whether a path can be read a second time. What can't be looked at fails as it is read. */
async function isPlainFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Most requests at once; what the service takes is unknown. */
const MAX_REQUESTS = 64;

function checkedRequests(requests = DEFAULT_REQUESTS): number {
  if (Number.isInteger(requests) && requests >= 1 && requests <= MAX_REQUESTS) return requests;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot apply mappings as requests must be an integer of 1 to ${MAX_REQUESTS}: current value is ${requests}`,
  );
}
