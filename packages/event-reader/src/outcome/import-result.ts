import { redact } from "@primepack/core/errors";
import { objectTypeIn } from "../parse/event-base.ts";
import { guidsIn } from "../parse/guids-in.ts";
import { jobIdOf } from "../parse/values.ts";
import type { JobCounts, JobEvent, LogEntry } from "../types.ts";
import { errorCodeIn } from "./error-code.ts";
import type { ImportResult, ImportResultState, ImportStatus, ReportedProblem } from "./outcome-types.ts";

/** Problems that are kept of one job; the service cancels jobs after about 100 object errors. */
const MAX_PROBLEMS = 10_000;
const MESSAGE_MAX_LENGTH = 2000;
const MAX_IDS = 100;

/** A result to which nothing was added yet, or what it was when `state` was taken. */
export function importResult(jobId: string, state?: ImportResultState): ImportResult {
  return new GatheredResult(jobIdOf(jobId), state);
}

/** What is kept, as plain JSON. */
interface Gathered {
  started: boolean;
  ended: boolean;
  fatal: boolean;
  cancelled: boolean;
  deleted: boolean;
  lost: boolean;
  cut: boolean;
  errorLogRead: boolean;
  message: string;
  counts: JobCounts;
  /** Milliseconds. */
  countsTime: number;
  totalErrors: number | null;
  errorCountFinal: boolean;
  restarted: boolean;
  /** Of the first `JobStart`, in milliseconds. */
  startTime: number | null;
  /** By what makes it one of its kind. */
  problems: Record<string, KeptProblem>;
}

/** A line of a log that begins an entry goes on in further lines. */
interface KeptProblem extends ReportedProblem {
  readonly lastLine?: number;
}

class GatheredResult implements ImportResult {
  readonly jobId: string;
  readonly #kept: Gathered;
  readonly #problems: Map<string, KeptProblem>;
  /** Key of the last entry of each log file that has marked ones. */
  readonly #markedEntry: Map<string, string> = new Map();

  constructor(jobId: string, state: ImportResultState | undefined) {
    this.jobId = jobId;
    // What `toState` gave; the journal that kept it is trusted.
    const { problems = {}, ...kept } = { ...((state ?? {}) as Partial<Gathered>) };
    this.#kept = { ...nothing(), ...kept };
    this.#problems = new Map(Object.entries(problems));
  }

  get status(): ImportStatus {
    const { fatal, cancelled, ended, deleted, lost } = this.#kept;
    if (fatal) return "fatal";
    if (cancelled) return "cancelled";
    // Whatever JobEnd counts: what was not begun before the job was deleted is no error.
    if (deleted) return "deleted";
    if (ended) return "ended";
    return lost ? "lost" : "open";
  }

  get isOver(): boolean {
    const { ended, lost, deleted, started } = this.#kept;
    return ended || lost || (deleted && !started);
  }

  get counts(): JobCounts {
    return this.#kept.counts;
  }

  get totalErrors(): number | undefined {
    return this.#kept.totalErrors ?? undefined;
  }

  get isErrorCountFinal(): boolean {
    return this.#kept.errorCountFinal;
  }

  get isRestarted(): boolean {
    return this.#kept.restarted;
  }

  get message(): string {
    return this.#kept.message;
  }

  get problems(): readonly ReportedProblem[] {
    return [...this.#problems.values()];
  }

  get isCut(): boolean {
    return this.#kept.cut;
  }

  get isErrorLogRead(): boolean {
    return this.#kept.errorLogRead;
  }

  get needsErrorLog(): boolean {
    if (!this.isOver || this.isErrorLogRead || (this.status === "deleted" && !this.#kept.started)) return false;
    const hasErrors =
      this.totalErrors !== 0 || !this.isErrorCountFinal || this.problems.some(({ level }) => level !== "warning");
    return hasErrors || this.status !== "ended";
  }

  addEvents(events: Iterable<JobEvent>): void {
    for (const event of events) if (event.jobId === this.jobId || event.jobId === "") this.#addEvent(event);
  }

  addLogEntry(entry: LogEntry): void {
    if (entry.kind === "log" || entry.text.trim() === "") return;
    const level = entry.kind;
    const isMarked = /\[(?:error|warning)\]/i.test(entry.text);
    const key = isMarked
      ? `${entry.file}:${entry.line}`
      : (this.#markedEntry.get(entry.file) ?? `${entry.file}:${entry.line}`);
    const begun = this.#problems.get(key);
    if (isMarked) {
      if (!this.#markedEntry.has(entry.file)) this.#dropHeading(entry.file);
      this.#markedEntry.set(entry.file, key);
    }
    if (begun === undefined) {
      this.#keep(key, {
        level,
        from: "log",
        objectType: objectTypeIn(entry.text),
        url: "",
        id: "",
        errorCode: errorCodeIn(entry.text),
        message: shortened(entry.text),
        ids: entry.ids.slice(0, MAX_IDS),
        lastLine: entry.line,
      });
      return;
    }
    const isNew = entry.line > (begun.lastLine ?? entry.line);
    this.#problems.set(key, {
      ...begun,
      errorCode: begun.errorCode || errorCodeIn(entry.text),
      message: isNew ? shortened(`${begun.message} ${entry.text}`) : begun.message,
      ids: [...new Set([...begun.ids, ...entry.ids])].slice(0, MAX_IDS),
      lastLine: Math.max(entry.line, begun.lastLine ?? 0),
    });
  }

  /** Lines that name nothing, above the first marked one, are no errors but the heading of the file. */
  #dropHeading(file: string): void {
    for (const [key, { ids }] of this.#problems) {
      if (key.startsWith(`${file}:`) && ids.length === 0) this.#problems.delete(key);
    }
  }

  errorLogRead(): void {
    this.#kept.errorLogRead = true;
  }

  lose(why: string): void {
    this.#kept.lost = true;
    this.#say(why);
  }

  toState(): ImportResultState {
    const state: Gathered = { ...this.#kept, problems: Object.fromEntries(this.#problems) };
    return JSON.parse(JSON.stringify(state)) as ImportResultState;
  }

  #addEvent(event: JobEvent): void {
    const kept = this.#kept;
    switch (event.type) {
      case "JobStart":
        this.#start(event);
        break;
      case "JobEnd":
        kept.started = true;
        kept.ended = true;
        if (event.counts.totalErrors !== undefined) kept.errorCountFinal = true;
        this.#count(event.counts, event.time);
        break;
      case "JobProgress":
        kept.started = true;
        this.#count(event.counts, event.time);
        break;
      case "JobCancelled":
        kept.cancelled = true;
        this.#say(event.reason ?? (event.cancelledByUser === true ? "cancelled by a user" : ""));
        break;
      case "JobDeleted":
        kept.deleted = true;
        break;
      case "JobFatalError":
        kept.fatal = true;
        this.#say([event.problem.errorCode, event.problem.message].filter(Boolean).join(" "), true);
        this.#keepProblem("fatal", event);
        break;
      case "JobError":
        this.#keepProblem("error", event);
        break;
      case "JobWarning":
        this.#keepProblem("warning", event);
        break;
    }
  }

  #start({ time, isRestarted }: JobEvent & { readonly type: "JobStart" }): void {
    const kept = this.#kept;
    const milliseconds = time?.getTime() ?? null;
    if (isRestarted === true || (kept.startTime !== null && milliseconds !== null && milliseconds !== kept.startTime)) {
      kept.restarted = true;
    }
    kept.started = true;
    kept.startTime ??= milliseconds;
  }

  /** The first word counts, but that of a fatal error over any other. */
  #say(message: string, overrides = false): void {
    if (this.#kept.message === "" || (overrides && message !== "")) this.#kept.message = shortened(message);
  }

  #count(counts: JobCounts, time: Date | undefined): void {
    const kept = this.#kept;
    const milliseconds = time?.getTime() ?? kept.countsTime;
    if (milliseconds >= kept.countsTime) {
      kept.counts = counts;
      kept.countsTime = milliseconds;
    }
    if (counts.totalErrors !== undefined) kept.totalErrors = Math.max(kept.totalErrors ?? 0, counts.totalErrors);
  }

  #keepProblem(
    level: ReportedProblem["level"],
    { problem, raw, correlationId }: JobEvent & { readonly type: "JobError" | "JobFatalError" | "JobWarning" },
  ): void {
    const { objectType, url, id, sourceListItemIntId, errorCode } = problem;
    const message = shortened(problem.message);
    const ownIds = new Set([this.jobId, correlationId?.toLowerCase()]);
    const ids = guidsIn(textIn(raw)).filter((guid) => !ownIds.has(guid));
    if (ids.length > MAX_IDS && level !== "warning") this.#kept.cut = true;
    const key = JSON.stringify([
      level,
      objectType,
      url,
      id,
      sourceListItemIntId ?? null,
      errorCode,
      message,
      ids.slice(0, MAX_IDS),
    ]);
    if (this.#problems.has(key)) return;
    this.#keep(key, {
      level,
      from: "event",
      objectType,
      url,
      id,
      ...(sourceListItemIntId === undefined ? {} : { itemId: sourceListItemIntId }),
      errorCode,
      message,
      ids: ids.slice(0, MAX_IDS),
    });
  }

  #keep(key: string, problem: KeptProblem): void {
    if (this.#problems.size < MAX_PROBLEMS) this.#problems.set(key, problem);
    else if (problem.level !== "warning") this.#kept.cut = true;
  }
}

function nothing(): Gathered {
  return {
    started: false,
    ended: false,
    fatal: false,
    cancelled: false,
    deleted: false,
    lost: false,
    cut: false,
    errorLogRead: false,
    message: "",
    counts: {},
    countsTime: Number.MIN_SAFE_INTEGER,
    totalErrors: null,
    errorCountFinal: false,
    restarted: false,
    startTime: null,
    problems: {},
  };
}

function shortened(text: string): string {
  return redact(text).trim().slice(0, MESSAGE_MAX_LENGTH);
}

function textIn(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? "";
  } catch {
    // Nested more deeply than the stack allows, or no JSON: it names nothing that could be found.
    return "";
  }
}
