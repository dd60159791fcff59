import { type BlobContainer, openSasContainer, PrimepackError, type Secret } from "@primepack/core";
import type { SharePointJobService } from "@primepack/submitter";
import { keyOf } from "../journal/entries.ts";
import { put } from "../journal/run-journal.ts";
import type { LivePackage, RunContext } from "../run-context.ts";
import type { QueueEvidence } from "./queue-evidence.ts";

/** Looks that show no job and no candidate before the search is given up. */
const LOOKS = 3;

/** The same where the logs of a job that has ended can be listed: jobs take their time. */
const LOOKS_FOR_LOGS = 12;

/**
 * Looks for the job of a package whose submission was cut off, by what the service really shows:
 *
 * - a message in the run's own queue that the package's key opens;
 * - jobs of the site that no package of the run has: each is a candidate, no more. Once it has ended, its log in the
 *   package's manifest container proves it;
 * - in own containers, which can be listed, the names of logs.
 *
 * What can't be asked just now shows nothing; the search goes on.
 */
export class JobSearch {
  readonly #context: RunContext;
  readonly #queue: QueueEvidence | undefined;

  constructor(context: RunContext, queue: QueueEvidence | undefined) {
    this.#context = context;
    this.#queue = queue;
  }

  /** The job's id; undefined where nothing shows one. Rejects when the run is stopped meanwhile. */
  async find(live: LivePackage, looks: "patient" | "once"): Promise<string | undefined> {
    const { limits, clock, containers } = this.#context.options;
    const most = containers.kind === "own" ? LOOKS_FOR_LOGS : LOOKS;
    const begun = clock().getTime();
    for (let empty = 0; ; ) {
      const look = await this.#look(live);
      if (look.jobId !== undefined) return look.jobId;
      if (looks === "once") return undefined;
      empty = look.isHopeful ? 0 : empty + 1;
      if (empty >= most || clock().getTime() - begun > limits.silenceMs) return undefined;
      await this.#context.wait(look.isHopeful || most > LOOKS ? limits.pollQueuedMs : limits.pollRunningMs);
    }
  }

  async #look(live: LivePackage): Promise<{ readonly jobId?: string; readonly isHopeful: boolean }> {
    const shown = (await this.#fromQueue(live)) ?? (await this.#fromListing(live));
    if (shown !== undefined) return { jobId: shown, isHopeful: true };
    return this.#fromCandidates(live);
  }

  async #fromQueue(live: LivePackage): Promise<string | undefined> {
    if (this.#queue === undefined) return undefined;
    try {
      await this.#queue.read();
    } catch (error) {
      if (this.#context.stopping.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      this.#context.options.logger?.warn("The run's queue can't be read", { error: message });
    }
    return this.#context.journal.evidence(live.name);
  }

  async #fromListing(live: LivePackage): Promise<string | undefined> {
    if (this.#context.options.containers.kind !== "own") return undefined;
    const containers = this.#context.journal.containers(live.name);
    if (containers === undefined) return undefined;
    const container = this.#open(containers.metadataContainerUri);
    try {
      for await (const { name } of container.list(this.#context.stopping)) {
        const [, jobId] = /^Import-([0-9a-f-]{36})-\d+\.(?:log|err|wrn)$/i.exec(name) ?? [];
        if (jobId !== undefined) return jobId.toLowerCase();
      }
    } catch (error) {
      if (!showsNothing(error)) throw error;
    }
    return undefined;
  }

  async #fromCandidates(live: LivePackage): Promise<{ readonly jobId?: string; readonly isHopeful: boolean }> {
    const { service } = this.#context.options;
    if (service.kind !== "sharepoint") return { isHopeful: false };
    const { journal, stopping } = this.#context;
    const running = new Set<string>();
    for (const jobId of await this.#jobsOf(service, stopping)) {
      if (journal.packageOfJob(jobId) === undefined) running.add(jobId);
    }
    const before = live.entry.candidates ?? [];
    const candidates = [...new Set([...before, ...running])];
    if (candidates.length > before.length) {
      const entry = { ...live.entry, candidates };
      // Not the run's to tell of: the package is where it was.
      await journal.write([put(keyOf.package(live.name), entry)]);
      live.entry = entry;
    }
    for (const jobId of candidates) {
      if (running.has(jobId) || journal.packageOfJob(jobId) !== undefined) continue;
      if (await this.#hasLog(live, jobId)) return { jobId, isHopeful: true };
    }
    return { isHopeful: running.size > 0 };
  }

  /** None where the service can't say. */
  async #jobsOf(service: SharePointJobService, stopping: AbortSignal): Promise<readonly string[]> {
    try {
      return (await service.jobs(stopping)).map(({ jobId }) => jobId.toLowerCase());
    } catch (error) {
      if (stopping.aborted || !isUnanswered(error)) throw error;
      this.#context.options.logger?.warn("The jobs of the site can't be listed", { error: error.message });
      return [];
    }
  }

  async #hasLog({ name }: LivePackage, jobId: string): Promise<boolean> {
    const containers = this.#context.journal.containers(name);
    if (containers === undefined) return false;
    const { metadataContainerUri, upload } = containers;
    const container = this.#open(upload?.metadataContainerUri ?? metadataContainerUri);
    try {
      await container.properties(`Import-${jobId}-1.log`, this.#context.stopping);
      return true;
    } catch (error) {
      if (showsNothing(error)) return false;
      throw error;
    }
  }

  #open(uri: Secret): BlobContainer {
    const { network, logger, timer } = this.#context.options;
    return openSasContainer(uri, {
      retry: { timer },
      ...(network === undefined ? {} : { network }),
      ...(logger === undefined ? {} : { logger }),
    });
  }
}

/** The service gave no list: it is busy, away, or has none to give. Who may not ask it is told so. */
const UNANSWERED: ReadonlySet<string> = new Set([
  "SERVICE_FAILED",
  "SERVICE_REFUSED",
  "SERVICE_REPLY_INVALID",
  "SERVICE_THROTTLED",
  "SERVICE_UNREACHABLE",
]);

function isUnanswered(error: unknown): error is PrimepackError {
  return error instanceof PrimepackError && UNANSWERED.has(error.code);
}

/** There is no log, or the storage can't say whether there is one. */
const WITHOUT_LOG: ReadonlySet<string> = new Set([
  "BLOB_NOT_FOUND",
  "CONTAINER_BUSY",
  "CONTAINER_FORBIDDEN",
  "CONTAINER_NOT_FOUND",
  "CONTAINER_REFUSED",
  "CONTAINER_UNREACHABLE",
]);

function showsNothing(error: unknown): boolean {
  return error instanceof PrimepackError && WITHOUT_LOG.has(error.code);
}
