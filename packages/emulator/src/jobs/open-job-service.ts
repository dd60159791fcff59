import { randomUUID } from "node:crypto";
import { FaultCount } from "../fault-count.ts";
import type { Site } from "../ports.ts";
import type { JobService, JobServiceOptions, NewJob, OpenJobService, StoredJobEvent } from "../server/job-service.ts";
import { ServiceRefusal } from "../service-refusal.ts";
import { graphEvent } from "./graph-event.ts";
import { isLast, type JobEvent, type JobEventData } from "./job-event.ts";
import { JobFile, type JobSecrets } from "./job-file.ts";
import { JobRun } from "./job-run.ts";
import { JobStore } from "./job-store.ts";
import { QueueReports } from "./queue-reports.ts";
import { sharePointEvent } from "./sharepoint-event.ts";
import { SiteJobs } from "./site-jobs.ts";

/** `SPMigrationJobState` (wire-protocol 2.3). */
const STATE = { none: 0, queued: 2, processing: 4 } as const;
/** What Microsoft's speed guidance keeps to; the emulator holds more to be a mistake. */
const MAXIMUM_QUEUED = 5_000;
const KEY_BYTES = 32;
const DAY = 24 * 60 * 60 * 1000;
/** How long the events of a job that is over are kept (wire-protocol 2.2, graph-spe-migration 5.2). */
const RETENTION = { sharepoint: 5 * DAY, graph: 4 * DAY } as const;

/** Opens the jobs of an emulator, and goes on with those that its last process left unfinished. */
export const openJobService: OpenJobService = async (options) => {
  const service = new Jobs(options, await JobStore.open(options.directory));
  service.start();
  return service;
};

class Jobs implements JobService {
  readonly #options: JobServiceOptions;
  readonly #store: JobStore;
  readonly #sites: ReadonlyMap<string, SiteJobs>;
  readonly #reports: QueueReports;
  readonly #active = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  readonly #fatalJobs: FaultCount;
  #isClosed = false;

  constructor(options: JobServiceOptions, store: JobStore) {
    this.#options = options;
    this.#store = store;
    this.#reports = new QueueReports(options.storage, options.faults);
    this.#fatalJobs = new FaultCount(options.faults);
    this.#sites = new Map(options.sites.map((site) => [site.siteId, new SiteJobs(site)]));
  }

  /** Queues what is unfinished. Jobs of a site that the emulator has no more are left as they are. */
  start(): void {
    for (const job of this.#store.jobs.values()) {
      if (!job.isOver) this.#sites.get(job.header.siteId)?.enqueue(job);
    }
    for (const jobs of this.#sites.values()) this.#startNext(jobs);
  }

  async create(job: NewJob): Promise<string> {
    const { service, site, ...secrets } = job;
    const jobs = this.#sites.get(site.siteId);
    if (jobs === undefined) throw new ServiceRefusal("notFound", "There is no such site collection");
    const jobId = randomUUID();
    await this.#check(jobs, jobId, secrets);
    const header = { jobId, service, siteId: site.siteId };
    const queued = this.#event([], { type: "JobQueued" });
    const file = JobFile.create(this.#store.path(jobId), header, secrets, queued);
    this.#store.add(file);
    this.#report(file, queued, secrets);
    jobs.enqueue(file);
    this.#startNext(jobs);
    await this.#reports.settled(jobId);
    return jobId;
  }

  state(site: Site, jobId: string): number {
    const job = this.#find(site, jobId);
    if (job === undefined || job.isOver) return STATE.none;
    return hasStarted(job) ? STATE.processing : STATE.queued;
  }

  list(site: Site): readonly { readonly jobId: string; readonly state: number }[] {
    return [...this.#store.jobs.values()]
      .filter((job) => job.header.siteId === site.siteId && !job.isOver)
      .map((job) => ({ jobId: job.header.jobId, state: hasStarted(job) ? STATE.processing : STATE.queued }));
  }

  async delete(site: Site, jobId: string): Promise<"deleted" | "cancelling" | "refused" | "notFound"> {
    const job = this.#find(site, jobId);
    const jobs = this.#sites.get(site.siteId);
    if (job === undefined || jobs === undefined || job.isOver) return "notFound";
    if (!hasStarted(job)) {
      jobs.remove(job);
      this.#emit(job, { type: "JobDeleted" });
      return "deleted";
    }
    const run = jobs.runs.get(jobId);
    if (run?.isEnding) return "notFound";
    if (this.#options.switches.deleteRunning === "refuse") return "refused";
    if (job.events.some((event) => event.type === "JobCancelled")) return "cancelling";
    this.#emit(job, { type: "JobCancelled", cancelledByUser: true });
    run?.cancel();
    return "cancelling";
  }

  async events(
    site: Site,
    jobId: string,
    after: number,
    limit: number,
  ): Promise<readonly StoredJobEvent[] | "notFound" | "expired"> {
    const job = this.#find(site, jobId);
    if (job === undefined) return "notFound";
    const { endTime, header } = job;
    if (endTime !== undefined && this.#options.now().getTime() - Date.parse(endTime) >= RETENTION[header.service]) {
      return "expired";
    }
    const events = await job.eventsAfter(after, limit);
    return events.map((event) => ({
      number: event.number,
      log: sharePointEvent(event, jobId, site),
      graph: graphEvent(event, jobId),
    }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const jobs of this.#sites.values()) jobs.stop();
    while (this.#active.size > 0) await Promise.all(this.#active);
    await this.#reports.close();
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #find(site: Site, jobId: string): JobFile | undefined {
    const job = this.#store.jobs.get(jobId);
    return job?.header.siteId === site.siteId ? job : undefined;
  }

  async #check(jobs: SiteJobs, jobId: string, { key, queueUri, ...uris }: JobSecrets): Promise<void> {
    if (key !== undefined && key.length !== KEY_BYTES) {
      throw new ServiceRefusal("badResource", `The encryption key has ${key.length} bytes instead of ${KEY_BYTES}`);
    }
    if (jobs.queued >= MAXIMUM_QUEUED) {
      throw new ServiceRefusal("badRequest", `${MAXIMUM_QUEUED} jobs are queued for this site collection already`);
    }
    if (queueUri !== undefined) await this.#reports.check(queueUri);
    // Last: containers that were opened belong to this job.
    await this.#options.storage.openContainers(
      { data: uris.dataContainerUri, manifest: uris.manifestContainerUri },
      { id: jobId, isEncrypted: key !== undefined },
    );
    if (this.#isClosed) throw new ServiceRefusal("badRequest", "The service is stopping");
  }

  #startNext(jobs: SiteJobs): void {
    while (!this.#isClosed && jobs.runs.size < this.#options.concurrentJobs) {
      const job = jobs.next();
      if (job === undefined) return;
      if (!this.#postpone(jobs, job)) this.#run(jobs, job);
    }
  }

  /** By the fault `postpone`: the job comes back to its place in the queue. */
  #postpone(jobs: SiteJobs, job: JobFile): boolean {
    const { postpone } = this.#options.faults();
    const times = job.events.filter((event) => event.type === "JobPostponed").length;
    if (postpone === undefined || times >= postpone.times || hasStarted(job)) return false;
    const wait = jobs.postpone(job);
    this.#emit(job, {
      type: "JobPostponed",
      nextPickupTime: new Date(this.#options.now().getTime() + postpone.milliseconds).toISOString(),
      jobsInQueue: jobs.queued,
      reason: "JobInQueue:Resource",
    });
    this.#track(async () => {
      try {
        await this.#options.timer(postpone.milliseconds, wait.signal);
      } catch (error) {
        if (!wait.signal.aborted) throw error;
      }
      if (!this.#isClosed && jobs.resume(job)) this.#startNext(jobs);
    });
    return true;
  }

  #run(jobs: SiteJobs, job: JobFile): void {
    const { jobId } = job.header;
    const { storage, importPackage, switches, faults, now, timer } = this.#options;
    const run = new JobRun({
      ...{ jobId, storage, importPackage, switches, faults, now, timer },
      site: jobs.site,
      secrets: job.secrets,
      earlier: [...job.events],
      directory: this.#store.directory,
      emit: (data) => this.#emit(job, data),
      queueBehind: () => this.#reports.behind(jobId),
      isFatalAfter: (objects) => this.#isFatalAfter(objects),
    });
    jobs.runs.set(jobId, run);
    this.#track(async () => {
      try {
        await run.run();
      } finally {
        jobs.runs.delete(jobId);
        this.#startNext(jobs);
      }
    });
  }

  #isFatalAfter(objects: number): boolean {
    const { fatalAfter } = this.#options.faults();
    if (fatalAfter === undefined || objects < fatalAfter.objects) return false;
    if (this.#fatalJobs.value >= (fatalAfter.jobs ?? Number.POSITIVE_INFINITY)) return false;
    this.#fatalJobs.next();
    return true;
  }

  /** Keeps the event, and then tells of it. */
  #emit(job: JobFile, data: JobEventData): void {
    const { secrets } = job;
    const event = this.#event(job.events, data);
    job.append(event);
    this.#report(job, event, secrets);
  }

  #event(earlier: readonly JobEvent[], data: JobEventData): JobEvent {
    const previous = earlier.at(-1);
    const isRestart = data.type === "JobStart" && earlier.some((event) => event.type === "JobStart");
    return {
      ...data,
      number: this.#store.nextNumber(),
      id: randomUUID(),
      time: this.#options.now().toISOString(),
      // The queue has a correlation id of its own, and so has each start (samples of the progress API).
      correlationId: data.type === "JobStart" || previous === undefined ? randomUUID() : previous.correlationId,
      totalRetryCount: (previous?.totalRetryCount ?? 0) + (isRestart ? 1 : 0),
    };
  }

  #report(job: JobFile, event: JobEvent, secrets: JobSecrets | undefined): void {
    const { jobId, siteId } = job.header;
    const site = this.#sites.get(siteId)?.site;
    if (site !== undefined) this.#reports.send(jobId, secrets, sharePointEvent(event, jobId, site), isLast(event));
  }

  /** Work that `close()` waits for. */
  #track(work: () => Promise<void>): void {
    const done = work()
      .catch((error) => {
        this.#failures.push(error);
      })
      .finally(() => this.#active.delete(done));
    this.#active.add(done);
  }
}

function hasStarted(job: JobFile): boolean {
  return job.events.some((event) => event.type === "JobStart");
}
