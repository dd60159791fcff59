import { PrimepackError } from "@primepack/core";
import type { JobRequest } from "@primepack/submitter";
import { keyOf, type PackageEntry } from "../journal/entries.ts";
import { forget, put } from "../journal/run-journal.ts";
import { dependenciesOf } from "../plan/dependencies.ts";
import { isAbort, type LivePackage, type RunContext } from "../run-context.ts";
import type { BuildStage, UnsentPackages } from "./build-stage.ts";
import type { JobSearch } from "./job-search.ts";
import type { JobSlots } from "./job-slots.ts";
import type { PlanQueue } from "./plan-queue.ts";

/** Fresh containers that one package gets before it counts as refused. */
const MOST_UPLOADS = 5;

/** What the service's answer to a submission comes to. */
type Refusal = "lost" | "later" | "containers" | "refused" | "run";

/** Submissions in a row that were throttled away, or reached nobody, before the run ends. */
const SETBACKS = 5;

export interface SubmitPorts {
  readonly slots: JobSlots;
  readonly queue: PlanQueue;
  readonly search: JobSearch;
  readonly build: Pick<BuildStage, "lasts">;
  readonly unsent: UnsentPackages & {
    /** The service takes no job for it. */
    isRefused(live: LivePackage, because: { readonly code: string; readonly message: string }): Promise<void>;
  };
  /** Where the target is. */
  readonly webId: string | undefined;
  readonly queueUri: JobRequest["queueUri"];
  /** The package has a job. */
  submitted(live: LivePackage): void;
}

/** Sends packages off, in the order of their dependencies, as many as the bounds let. */
export class SubmitStage {
  readonly #context: RunContext;
  readonly #ports: SubmitPorts;
  /** Packages that something is being done with. */
  readonly #busy = new Set<string>();
  /** Packages whose jobs hold a slot. */
  readonly #holding = new Set<string>();
  #setbacks = 0;
  #isPaused = false;

  constructor(context: RunContext, ports: SubmitPorts) {
    this.#context = context;
    this.#ports = ports;
  }

  /** Looks for packages that can go out now; to be called after each change. */
  advance(): void {
    if (!this.#context.mayBegin || this.#isPaused) return;
    const built = [...this.#context.live.values()].filter(({ name, entry }) => isReady(entry) && !this.#busy.has(name));
    for (const live of built.sort(structuresFirst)) this.#consider(live);
  }

  /** Looks for the job of a package whose submission was cut off; it holds a slot meanwhile. */
  searchFor(live: LivePackage, looks: "patient" | "once"): void {
    this.#begin(live, async () => {
      if (looks === "patient") this.hold(live);
      await this.#search(live, looks);
    });
  }

  /** Counts a job that there is. */
  hold({ name }: LivePackage): void {
    if (this.#holding.has(name)) return;
    this.#holding.add(name);
    this.#ports.slots.take(this.#context.options.place);
  }

  /** The package's job has ended. */
  release(name: string): void {
    if (this.#holding.delete(name)) this.#ports.slots.release(this.#context.options.place);
  }

  /** Gives back what is held when the run ends: what goes on at the service is counted by whoever resumes it. */
  releaseAll(): void {
    for (const name of [...this.#holding]) this.release(name);
  }

  #consider(live: LivePackage): void {
    const { journal, options } = this.#context;
    const dependencies = dependenciesOf(live.entry, journal);
    if (dependencies.state === "waiting") return;
    if (dependencies.state === "failed" || dependencies.state === "unknown") {
      this.#begin(live, () => this.#ports.unsent.cannotBeSent(live, dependencies));
      return;
    }
    const containers = journal.containers(live.name);
    if (containers === undefined || !this.#ports.build.lasts(containers)) {
      this.#begin(live, () => this.#buildAnew(live, "Its containers would have expired too soon"));
      return;
    }
    if (!this.#ports.slots.tryTake(options.place, options.limits)) return;
    this.#holding.add(live.name);
    this.#begin(live, () => this.#submit(live));
  }

  #begin(live: LivePackage, work: () => Promise<void>): void {
    this.#busy.add(live.name);
    this.#context.spawn(async () => {
      try {
        await work();
      } finally {
        this.#busy.delete(live.name);
      }
    });
  }

  async #submit(live: LivePackage): Promise<void> {
    const { journal, options, signal } = this.#context;
    const containers = journal.containers(live.name);
    if (containers === undefined) throw new PrimepackError("INTERNAL", `Cannot submit ${live.name} without containers`);
    const { webId, queueUri } = this.#ports;
    await this.#context.update(live, { ...live.entry, stage: "submitting", submittedAt: this.#context.now() }, [
      forget(keyOf.evidence(live.name)),
    ]);
    try {
      const jobId = await options.service.createJob(
        {
          containers,
          ...(webId === undefined ? {} : { webId }),
          ...(queueUri === undefined ? {} : { queueUri }),
        },
        signal,
      );
      this.#setbacks = 0;
      await this.#accept(live, jobId.toLowerCase());
    } catch (error) {
      await this.#refused(live, error);
    }
  }

  async #accept(live: LivePackage, jobId: string): Promise<void> {
    const { candidates: _, ...entry } = live.entry;
    await this.#context.update(live, { ...entry, stage: "submitted", jobId }, [
      put(keyOf.jobId(jobId), live.name),
      forget(keyOf.evidence(live.name)),
    ]);
    this.#ports.submitted(live);
  }

  async #refused(live: LivePackage, error: unknown): Promise<void> {
    // The journal says that it was being submitted; whoever resumes the run looks for the job.
    if (isAbort(error) || !(error instanceof PrimepackError)) throw error;
    const { code, message } = error;
    const refusal = refusalOf(code);
    if (refusal === "lost") {
      await this.#context.warn(code, message);
      return this.#search(live, "patient");
    }
    this.release(live.name);
    const { submittedAt: _, ...entry } = live.entry;
    // Until the first job is taken, what is refused is the run's: a wrong site, a right that lacks.
    const isRuns = refusal === "run" || (refusal === "refused" && this.#context.accepted === 0);
    await this.#context.update(live, { ...entry, stage: "built" });
    if (isRuns) throw error;
    if (refusal === "later") return this.#setBack(error);
    if (refusal === "containers" && live.entry.uploads < MOST_UPLOADS) {
      await this.#context.warn(code, message);
      await this.#buildAnew(live, message);
    } else await this.#ports.unsent.isRefused(live, { code, message });
  }

  async #search(live: LivePackage, looks: "patient" | "once"): Promise<void> {
    const jobId = await this.#ports.search.find(live, looks);
    if (jobId !== undefined) {
      this.hold(live);
      return this.#accept(live, jobId);
    }
    this.release(live.name);
    await this.#context.update(live, {
      ...live.entry,
      stage: "unknown",
      message: "Nothing shows whether the service took the package: its answer to the submission was lost",
    });
  }

  /** The service is asked again when it had some time to rest. */
  async #setBack(error: PrimepackError): Promise<void> {
    this.#setbacks += 1;
    if (this.#setbacks > SETBACKS) throw error;
    this.#isPaused = true;
    await this.#context.warn(error.code, error.message);
    try {
      await this.#context.wait(this.#context.options.limits.pollRunningMs);
    } finally {
      this.#isPaused = false;
    }
  }

  /** From the plan, into fresh containers. */
  async #buildAnew(live: LivePackage, because: string): Promise<void> {
    const { options, journal } = this.#context;
    if (live.entry.uploads >= MOST_UPLOADS) {
      throw new PrimepackError(
        "SAS_TOO_SHORT",
        `Cannot submit package ${live.name} as it was uploaded ${MOST_UPLOADS} times and its SAS never lasted: ${because}`,
      );
    }
    options.logger?.warn("A package is uploaded again", { package: live.name, because });
    const { record: _, builtAt: __, ...entry } = live.entry;
    await this.#context.update(live, { ...entry, stage: "planned" }, [
      forget(keyOf.containers(live.name)),
      ...journal.forget(keyOf.storedBlobs(live.name)),
    ]);
    if (this.#context.hasContents(live)) this.#ports.queue.add(live.name, "retry");
  }
}

/** Built, and with something in it. */
function isReady({ stage, record }: PackageEntry): boolean {
  return stage === "built" && record !== undefined;
}

function structuresFirst(a: LivePackage, b: LivePackage): number {
  if (a.entry.kind !== b.entry.kind) return a.entry.kind === "structure" ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

function refusalOf(code: string): Refusal {
  switch (code) {
    case "SERVICE_ANSWER_LOST":
    // An answer that can't be read, or a failure after which nobody knows: there may be a job.
    case "SERVICE_REPLY_INVALID":
    case "SERVICE_FAILED":
      return "lost";
    case "SERVICE_THROTTLED":
    case "SERVICE_UNREACHABLE":
      return "later";
    case "JOB_CONTAINERS_REFUSED":
      return "containers";
    case "SERVICE_REFUSED":
      return "refused";
    default:
      return "run";
  }
}
