import type { ImportPackage, ImportStep, JobContainer, JobStorage, Site } from "../ports.ts";
import type { EmulatorFaults, EmulatorSwitches } from "../types.ts";
import { ImportLog } from "./import-log.ts";
import type { JobEvent, JobEventData, JobProblem } from "./job-event.ts";
import type { JobSecrets } from "./job-file.ts";
import { errorObjectType } from "./object-type.ts";
import { CANCELED, exceptionProblem, FATAL_FAULT } from "./problems.ts";
import { type JobCounts, NO_COUNTS, Tally } from "./tally.ts";

export interface JobRunOptions {
  readonly jobId: string;
  readonly site: Site;
  readonly secrets: JobSecrets | undefined;
  /** Events from before the run; more than `JobQueued` and `JobPostponed` if the job was stopped with an emulator. */
  readonly earlier: readonly JobEvent[];
  /** Where the log is gathered. */
  readonly directory: string;
  readonly storage: JobStorage;
  readonly importPackage: ImportPackage;
  readonly switches: Required<EmulatorSwitches>;
  readonly faults: () => EmulatorFaults;
  readonly now: () => Date;
  readonly timer: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Keeps the event and tells of it. */
  readonly emit: (data: JobEventData) => void;
  /** Undefined while the job's queue keeps up; else resolves once it does. */
  readonly queueBehind: () => Promise<void> | undefined;
  /** Whether the job ends now by the fault `fatalAfter`. */
  readonly isFatalAfter: (objects: number) => boolean;
}

type Containers = Awaited<ReturnType<JobStorage["openContainers"]>>;

type Outcome =
  | { readonly how: "done" | "cancelled" | "tooManyErrors" | "restart" | "stopped" }
  | { readonly how: "fatal"; readonly problem: JobProblem };

const PROGRESS_OBJECTS = 50;
const PROGRESS_MILLISECONDS = 5_000;

const LOGS_FAILED = "The logs of the job can't be written";

/** One job from its start to `JobEnd`, which comes last however it ends (wire-protocol 1). */
export class JobRun {
  readonly #options: JobRunOptions;
  readonly #log: ImportLog;
  readonly #cancelled = new AbortController();
  readonly #stopped = new AbortController();
  readonly #signal: AbortSignal = AbortSignal.any([this.#cancelled.signal, this.#stopped.signal]);
  #isEnding = false;

  constructor(options: JobRunOptions) {
    this.#options = options;
    this.#log = new ImportLog(options.directory, options.jobId, options.now, options.switches.logLines);
  }

  /** Whether the import is over, and only its end is missing: too late to cancel. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Stops before the next object; `JobCancelled` is the caller's. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** Stops without an end: the job is run again when the emulator is. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Resolves when the job is over, or stopped. */
  async run(): Promise<void> {
    const { earlier, emit, now } = this.#options;
    const before = earlier.findLast((event) => event.type === "JobFatalError" || event.type === "JobCancelled");
    if (before !== undefined) return this.#endInterrupted(before.type === "JobFatalError");
    const isRestarted = earlier.some((event) => event.type === "JobStart");
    emit({ type: "JobStart", isRestarted });
    let tally = new Tally(now);
    let containers: Containers | undefined;
    let outcome: Outcome;
    try {
      containers = await this.#openContainers();
      outcome = await this.#import(containers, tally, !isRestarted);
      if (outcome.how === "restart" && !this.#signal.aborted) {
        emit({ type: "JobStart", isRestarted: true });
        tally = new Tally(now);
        outcome = await this.#import(containers, tally, false);
      }
    } catch (error) {
      outcome = this.#interrupted() ?? { how: "fatal", problem: exceptionProblem(error) };
    }
    // It may have been stopped while the import ended.
    if (outcome.how === "done" || outcome.how === "restart") outcome = this.#interrupted() ?? outcome;
    if (outcome.how === "stopped") return this.#log.keep();
    await this.#end(outcome, tally, containers?.manifest);
  }

  async #openContainers(): Promise<Containers> {
    const { jobId, secrets, storage } = this.#options;
    if (secrets === undefined) throw new Error("The containers of the job are no longer known");
    const { dataContainerUri, manifestContainerUri, key } = secrets;
    return storage.openContainers(
      { data: dataContainerUri, manifest: manifestContainerUri },
      { id: jobId, isEncrypted: key !== undefined },
      this.#signal,
    );
  }

  async #import(containers: Containers, tally: Tally, mayRestart: boolean): Promise<Outcome> {
    const { jobId, secrets, site, switches, faults, importPackage } = this.#options;
    this.#log.info(`Import of job ${jobId} started`);
    let nextProgress = { objects: PROGRESS_OBJECTS, time: this.#time() + PROGRESS_MILLISECONDS };
    const { data, manifest } = containers;
    const request = { jobId, data, manifest, key: secrets?.key, site, switches, faults, signal: this.#signal };
    for await (const step of importPackage(request)) {
      const fatal = this.#tell(step);
      if (fatal !== undefined) return { how: "fatal", problem: fatal };
      tally.add(step);
      if (tally.errors >= switches.errorLimit) return { how: "tooManyErrors" };
      if (step.type === "object") {
        if (this.#options.isFatalAfter(tally.objects)) return { how: "fatal", problem: FATAL_FAULT };
        if (mayRestart && tally.objects >= (faults().restartAfter?.objects ?? Infinity)) return { how: "restart" };
        if (tally.objects >= nextProgress.objects || this.#time() >= nextProgress.time) {
          this.#options.emit({ type: "JobProgress", counts: tally.counts() });
          nextProgress = { objects: tally.objects + PROGRESS_OBJECTS, time: this.#time() + PROGRESS_MILLISECONDS };
        }
        await this.#slowObject();
      }
      await this.#queue();
      const interrupted = this.#interrupted();
      if (interrupted !== undefined) return interrupted;
    }
    return { how: "done" };
  }

  /** A fatal problem is given back: the import ends. */
  #tell(step: ImportStep): JobProblem | undefined {
    if (step.type === "expected") {
      this.#log.info(`${step.objects} objects and ${step.bytes} bytes are expected`);
      return undefined;
    }
    if (step.type === "object") {
      this.#log.object(step);
      return undefined;
    }
    const { type: _, level, objectType, ...rest } = step;
    const problem: JobProblem = { ...rest, objectType: errorObjectType(objectType) };
    if (level === "fatal") return problem;
    this.#log.problem(level, problem);
    this.#options.emit({ type: level === "warning" ? "JobWarning" : "JobError", problem });
    return undefined;
  }

  async #end(outcome: Outcome, tally: Tally, manifest: JobContainer | undefined): Promise<void> {
    this.#isEnding = true;
    const { emit } = this.#options;
    if (outcome.how === "tooManyErrors" && !this.#cancelled.signal.aborted) {
      emit({ type: "JobCancelled", cancelledByUser: false });
    }
    if (outcome.how === "cancelled" || outcome.how === "tooManyErrors") {
      emit({ type: "JobProgress", counts: tally.counts() });
      this.#fatal(CANCELED, tally);
    } else if (outcome.how === "fatal") {
      this.#fatal(outcome.problem, tally);
    }
    const { objectsProcessed, totalErrors, totalWarnings } = tally.counts();
    this.#log.info(`Import ended: ${objectsProcessed} objects, ${totalErrors} errors, ${totalWarnings} warnings`);
    if (manifest !== undefined) await this.#writeLogs(manifest, tally);
    emit({ type: "JobEnd", counts: tally.counts() });
    await this.#log.discard();
  }

  #fatal(problem: JobProblem, tally: Tally): void {
    tally.add({ type: "problem", level: "fatal", ...problem });
    this.#log.problem("fatal", problem);
    this.#options.emit({ type: "JobFatalError", problem });
  }

  /** A job whose logs can't be written (an expired SAS) ends all the same. */
  async #writeLogs(manifest: JobContainer, tally: Tally): Promise<void> {
    try {
      await this.#log.write(manifest, this.#options.secrets?.key);
    } catch (error) {
      const problem = exceptionProblem(error, LOGS_FAILED);
      tally.add({ type: "problem", level: "warning", ...problem });
      this.#options.emit({ type: "JobWarning", problem });
    }
  }

  /** Ends a job that was stopped with its emulator after its cancellation or fatal error, and before its end. */
  async #endInterrupted(hadFatalError: boolean): Promise<void> {
    this.#isEnding = true;
    const { earlier, emit } = this.#options;
    if (!hadFatalError) {
      this.#log.problem("fatal", CANCELED);
      emit({ type: "JobFatalError", problem: CANCELED });
    }
    const counts = countsOf(earlier);
    let { totalErrors, totalWarnings } = counts;
    if (!hadFatalError) totalErrors += 1;
    try {
      await this.#log.write((await this.#openContainers()).manifest, this.#options.secrets?.key);
    } catch (error) {
      emit({ type: "JobWarning", problem: exceptionProblem(error, LOGS_FAILED) });
      totalWarnings += 1;
    }
    emit({ type: "JobEnd", counts: { ...counts, totalErrors, totalWarnings } });
    await this.#log.discard();
  }

  #interrupted(): Outcome | undefined {
    if (this.#stopped.signal.aborted) return { how: "stopped" };
    if (this.#cancelled.signal.aborted) return { how: "cancelled" };
    return undefined;
  }

  async #slowObject(): Promise<void> {
    const { slowObjectMs } = this.#options.faults();
    if (slowObjectMs === undefined || slowObjectMs <= 0 || this.#signal.aborted) return;
    try {
      await this.#options.timer(slowObjectMs, this.#signal);
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }

  /** A queue that hangs must not keep a job from being stopped. */
  async #queue(): Promise<void> {
    const behind = this.#options.queueBehind();
    if (behind === undefined || this.#signal.aborted) return;
    const heard = new AbortController();
    const aborted = new Promise<void>((resolve) => {
      this.#signal.addEventListener("abort", () => resolve(), { signal: heard.signal });
    });
    await Promise.race([behind, aborted]);
    heard.abort();
  }

  #time(): number {
    return this.#options.now().getTime();
  }
}

/** What is known of a run that another process made: its last progress, and the errors that it told of. */
function countsOf(events: readonly JobEvent[]): JobCounts {
  const run = events.slice(events.findLastIndex((event) => event.type === "JobStart") + 1);
  const last = run.findLast((event) => event.type === "JobProgress");
  const of = (...types: readonly JobEvent["type"][]) => run.filter((event) => types.includes(event.type)).length;
  return {
    ...(last?.type === "JobProgress" ? last.counts : NO_COUNTS),
    totalErrors: of("JobError", "JobFatalError"),
    totalWarnings: of("JobWarning"),
  };
}
