import { stat } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { ImportPackage, ImportStep, JobContainer, JobStorage, Site } from "../ports.ts";
import type { JobService, NewJob } from "../server/job-service.ts";
import { ServiceRefusal } from "../service-refusal.ts";
import type { EmulatorFaults, EmulatorSwitches } from "../types.ts";
import { openJobService } from "./open-job-service.ts";

const DAY = 24 * 60 * 60 * 1000;
const QUEUED = 2;
const PROCESSING = 4;

function siteOf(siteId: string): Site {
  const none = { lists: [], roleDefinitions: [], users: [], items: () => [] };
  return { siteId, webId: `web-of-${siteId}`, url: `/sites/${siteId}`, title: siteId, ...none };
}

/** A clock that stands still until it is told to move; who waits is woken in order of time. */
class Clock {
  #time = Date.parse("2026-01-02T03:04:05.006Z");
  readonly #waits: { readonly until: number; readonly wake: () => void }[] = [];
  readonly now = () => new Date(this.#time);
  readonly timer = (milliseconds: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const wait = { until: this.#time + milliseconds, wake: resolve };
      this.#waits.push(wait);
      signal.addEventListener("abort", () => {
        const index = this.#waits.indexOf(wait);
        if (index >= 0) this.#waits.splice(index, 1);
        reject(signal.reason);
      });
    });

  get waits(): number {
    return this.#waits.length;
  }

  advance(milliseconds: number): void {
    this.#time += milliseconds;
    const due = this.#waits.filter((wait) => wait.until <= this.#time).sort((one, other) => one.until - other.until);
    for (const wait of due) this.#waits.splice(this.#waits.indexOf(wait), 1);
    for (const wait of due) wait.wake();
  }
}

/** What a package's import does: its steps, and where it throws. */
type Script = readonly (ImportStep | Error)[];

const objects = (count: number, objectType = "SPFile"): ImportStep[] =>
  Array.from({ length: count }, (_, index) => ({
    ...({ type: "object", objectType, id: `id-${index}`, url: `/sites/one/Docs/${index}` } as const),
    ...{ files: objectType === "SPFile" ? 2 : 0, bytes: 20, currentBytes: 10 },
  }));

const problem = (level: "warning" | "error" | "fatal", id = "bad-id"): ImportStep => ({
  ...({
    type: "problem",
    level,
    objectType: "SPFile",
    id,
    url: "/sites/one/Docs/bad",
    sourceListItemIntId: 3,
  } as const),
  ...{ errorCode: "-2147024816", errorType: "Microsoft.SharePoint.SPException", message: "already exists" },
});

/** Containers and queues by URI, and the scripts of the packages in them; kept over restarts of the service. */
class World {
  readonly clock = new Clock();
  readonly scripts = new Map<string, Script>();
  readonly blobs = new Map<string, Map<string, Uint8Array>>();
  readonly messages: string[] = [];
  readonly refused = new Set<string>();
  readonly running: string[] = [];
  mostAtOnce = 0;
  #atOnce = 0;
  faults: EmulatorFaults = {};

  readonly storage: JobStorage = {
    openContainers: async ({ data, manifest }) => {
      if (this.refused.has(data)) throw new ServiceRefusal("badResource", "The SAS has expired");
      return { data: this.#container(data), manifest: this.#container(manifest), isProvided: true };
    },
    openQueue: async (uri) => {
      if (this.refused.has(uri)) throw new ServiceRefusal("badResource", "There is no such queue");
      return {
        send: async (text) => {
          if (this.refused.has(uri)) throw new Error("The queue is gone");
          this.messages.push(Buffer.from(text, "base64").toString("utf8"));
        },
      };
    },
  };

  readonly importPackage: ImportPackage = async function* (
    this: World,
    { data, jobId }: { data: JobContainer; jobId: string },
  ) {
    this.running.push(jobId);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    try {
      for (const step of this.scripts.get((await data.list()).join()) ?? []) {
        if (step instanceof Error) throw step;
        yield step;
      }
    } finally {
      this.#atOnce -= 1;
    }
  }.bind(this) as ImportPackage;

  #container(uri: string): JobContainer {
    const blobs = this.blobs.get(uri) ?? new Map<string, Uint8Array>();
    this.blobs.set(uri, blobs);
    return {
      find: async () => undefined,
      list: async () => [uri],
      write: async (name, body) => {
        if (this.refused.has(uri)) throw new Error("The SAS has expired");
        blobs.set(name, body);
      },
    };
  }
}

const switches: Required<EmulatorSwitches> = {
  ...({ badJobStatus: 400, missingSnapshot: "object", sideFiles: "lenient", manifestOrder: "listed" } as const),
  ...({ existingFiles: "append", errorLimit: 100, md5Error: "mismatch", deleteRunning: "cancel" } as const),
  ...({ movedItems: "refuse", deletedObjects: "delete", archiveEncryption: "archive", logLines: "fields" } as const),
};

type Rendered = Readonly<Record<string, string>>;

const root = temporaryFolder();
let directories = 0;

/** A service in a world of its own, which can be stopped and opened again. */
class Bench {
  readonly world = new World();
  readonly one = siteOf("one");
  readonly two = siteOf("two");
  readonly #directory: string;
  readonly #overrides: { readonly concurrentJobs?: number; readonly switches?: EmulatorSwitches };
  #service: JobService | undefined;
  #jobs = 0;

  constructor(overrides: { readonly concurrentJobs?: number; readonly switches?: EmulatorSwitches } = {}) {
    directories += 1;
    this.#directory = root(`jobs-${directories}`);
    this.#overrides = overrides;
    opened.push(this);
  }

  get service(): JobService {
    if (this.#service === undefined) throw new Error("The service isn't open");
    return this.#service;
  }

  async open(): Promise<JobService> {
    const { clock, storage, importPackage } = this.world;
    this.#service = await openJobService({
      ...{ directory: this.#directory, storage, importPackage, now: clock.now, timer: clock.timer },
      sites: [this.one, this.two],
      concurrentJobs: this.#overrides.concurrentJobs ?? 2,
      switches: { ...switches, ...this.#overrides.switches },
      faults: () => this.world.faults,
    });
    return this.#service;
  }

  async close(): Promise<void> {
    await this.#service?.close();
    this.#service = undefined;
  }

  create(script: Script, more: Partial<NewJob> = {}): Promise<string> {
    this.#jobs += 1;
    const uri = more.dataContainerUri ?? `http://data-${this.#jobs}?sig=secret`;
    this.world.scripts.set(uri, script);
    return this.service.create({
      ...({
        service: "sharepoint",
        site: this.one,
        dataContainerUri: uri,
        queueUri: undefined,
        key: undefined,
      } as const),
      manifestContainerUri: `http://manifest-${this.#jobs}?sig=secret`,
      ...more,
    });
  }

  async events(jobId: string, after = 0, site: Site = this.one): Promise<readonly Rendered[]> {
    const events = await this.service.events(site, jobId, after, 1_000_000);
    if (typeof events === "string") throw new Error(events);
    return events.map(({ log }) => JSON.parse(log));
  }

  async names(jobId: string, site: Site = this.one): Promise<string> {
    return (await this.events(jobId, 0, site)).map(({ Event }) => Event).join(" ");
  }

  /** Lets what can go on go on, until the condition holds; the clock stands still. A turn waits its turn for the disk. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; turn < 20_000; turn++) {
      if (await condition()) return;
      await stat(this.#directory);
    }
    throw new Error("It never came to that");
  }

  /** Lets what can go on go on for a while. */
  async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await stat(this.#directory);
  }

  async ended(jobId: string, site: Site = this.one): Promise<void> {
    await this.until(async () => /Job(End|Deleted)$/.test(await this.names(jobId, site)));
  }

  /** What was written into the manifest container of the n-th job. */
  logs(job: number): string[] {
    return [...(this.world.blobs.get(`http://manifest-${job}?sig=secret`)?.keys() ?? [])];
  }
}

const opened: Bench[] = [];
afterEach(async () => {
  for (const bench of opened.splice(0)) await bench.close();
});

describe("openJobService(): the life of a job", () => {
  it("queues, starts and ends a job, and writes its log", async () => {
    const bench = new Bench();
    await bench.open();
    const jobId = await bench.create([
      { type: "expected", objects: 3, bytes: 60 },
      ...objects(2),
      ...objects(1, "SPListItem"),
    ]);
    expect(jobId).toMatch(/^[0-9a-f-]{36}$/);
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobEnd");
    expect((await bench.events(jobId)).at(-1)).toMatchObject({
      ...{ FilesCreated: "4", FilesCreatedIrrespectiveOfVersions: "2", ObjectsProcessed: "3", TotalErrors: "0" },
      ...{ TotalExpectedSPObjects: "3", TotalExpectedBytes: "60" },
    });
    expect(bench.logs(1)).toEqual([`Import-${jobId}-1.log`]);
  });

  it("gives the run another correlation id than the queue", async () => {
    const bench = new Bench();
    await bench.open();
    const jobId = await bench.create(objects(1));
    await bench.ended(jobId);
    const [queued, start, end] = (await bench.events(jobId)).map(({ CorrelationId }) => CorrelationId);
    expect(queued).not.toBe(start);
    expect(start).toBe(end);
  });

  it("tells of progress every 50 objects, and every five seconds of slow ones", async () => {
    const bench = new Bench();
    await bench.open();
    const quick = await bench.create(objects(120));
    await bench.ended(quick);
    expect(await bench.names(quick)).toBe("JobQueued JobStart JobProgress JobProgress JobEnd");
    bench.world.faults = { slowObjectMs: 3_000 };
    const slow = await bench.create(objects(4));
    while (bench.service.state(bench.one, slow) !== 0) {
      await bench.until(() => bench.world.clock.waits > 0 || bench.service.state(bench.one, slow) === 0);
      bench.world.clock.advance(3_000);
    }
    expect(await bench.names(slow)).toBe("JobQueued JobStart JobProgress JobEnd");
    expect((await bench.events(slow)).at(-1)?.TotalDurationInMs).toBe("12000");
  });

  it("tells of warnings and errors with the object's id, and writes .wrn and .err", async () => {
    const bench = new Bench();
    await bench.open();
    const jobId = await bench.create([problem("warning"), ...objects(1), problem("error")]);
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobWarning JobError JobEnd");
    const events = await bench.events(jobId);
    expect(events[3]).toMatchObject({
      ObjectType: "File",
      Id: "bad-id",
      SourceListItemIntId: "3",
      ErrorCode: "-2147024816",
    });
    expect(events[4]).toMatchObject({ TotalErrors: "1", TotalWarnings: "1" });
    expect(bench.logs(1)).toEqual(["log", "err", "wrn"].map((kind) => `Import-${jobId}-1.${kind}`));
  });

  it("ends a fatal import with JobFatalError and JobEnd, and looks at no step after it", async () => {
    const bench = new Bench();
    await bench.open();
    const jobId = await bench.create([...objects(1), problem("fatal"), ...objects(9)]);
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobFatalError JobEnd");
    expect((await bench.events(jobId)).at(-1)).toMatchObject({ TotalErrors: "1", ObjectsProcessed: "1" });
  });

  it("makes a fatal error of what an import throws", async () => {
    const bench = new Bench();
    await bench.open();
    const jobId = await bench.create([...objects(1), new Error("The blob vanished")]);
    await bench.ended(jobId);
    const events = await bench.events(jobId);
    expect(events.map(({ Event }) => Event).join(" ")).toBe("JobQueued JobStart JobFatalError JobEnd");
    expect(events[2]).toMatchObject({ Message: "The blob vanished", ErrorCode: "-2146232832" });
    expect(events[3]).toMatchObject({ TotalErrors: "1" });
  });

  it("ends a job fatally whose SAS expired before it started, and without logs", async () => {
    const bench = new Bench({ concurrentJobs: 1 });
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    const first = await bench.create(objects(1));
    const second = await bench.create(objects(1));
    await bench.until(() => bench.world.clock.waits === 1);
    bench.world.refused.add("http://data-2?sig=secret");
    bench.world.clock.advance(1000);
    await bench.ended(first);
    await bench.ended(second);
    expect(await bench.names(second)).toBe("JobQueued JobStart JobFatalError JobEnd");
    expect(bench.logs(2)).toEqual([]);
  });

  it("ends a job whose logs can't be written, with a warning", async () => {
    const bench = new Bench();
    await bench.open();
    bench.world.refused.add("http://manifest-1?sig=secret");
    const jobId = await bench.create(objects(1));
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobWarning JobEnd");
    expect((await bench.events(jobId)).at(-1)?.TotalWarnings).toBe("1");
  });

  it("cancels by itself at the limit of object errors, and looks at no step after it", async () => {
    const bench = new Bench({ switches: { errorLimit: 3 } });
    await bench.open();
    const jobId = await bench.create(Array.from({ length: 9 }, () => problem("error")));
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe(
      "JobQueued JobStart JobError JobError JobError JobCancelled JobProgress JobFatalError JobEnd",
    );
    const events = await bench.events(jobId);
    expect(events[5]?.CancelledByUser).toBe("False");
    expect(events[7]).toMatchObject({ ErrorCode: "-2147213196", Message: "Operation canceled." });
    expect(events[8]?.TotalErrors).toBe("4");
  });
});

describe("openJobService(): the queue", () => {
  it("runs so many jobs of a site at once, those of another site beside them, in the order of creation", async () => {
    const bench = new Bench({ concurrentJobs: 2 });
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    const jobIds: string[] = [];
    for (let count = 0; count < 4; count++) jobIds.push(await bench.create(objects(1)));
    const other = await bench.create(objects(1), { site: bench.two });
    const states = () => jobIds.map((jobId) => bench.service.state(bench.one, jobId));
    expect(states()).toEqual([PROCESSING, PROCESSING, QUEUED, QUEUED]);
    expect(bench.service.state(bench.two, other)).toBe(PROCESSING);
    expect(bench.service.list(bench.one)).toEqual(jobIds.map((jobId, index) => ({ jobId, state: states()[index] })));
    await bench.until(() => bench.world.clock.waits === 3);
    bench.world.clock.advance(1000);
    await bench.until(() => bench.world.clock.waits === 2);
    expect(states()).toEqual([0, 0, PROCESSING, PROCESSING]);
    bench.world.clock.advance(1000);
    await bench.until(() => bench.service.list(bench.one).length === 0);
    expect(bench.world.mostAtOnce).toBe(3);
    expect(bench.world.running.filter((jobId) => jobId !== other)).toEqual(jobIds);
  });

  it("postpones as the fault says, and leaves the place at the service to others meanwhile", async () => {
    const bench = new Bench({ concurrentJobs: 1 });
    await bench.open();
    bench.world.faults = { postpone: { times: 2, milliseconds: 60_000 } };
    const late = await bench.create(objects(1));
    expect(bench.service.state(bench.one, late)).toBe(QUEUED);
    bench.world.faults = {};
    const early = await bench.create(objects(1));
    await bench.ended(early);
    bench.world.faults = { postpone: { times: 2, milliseconds: 60_000 } };
    bench.world.clock.advance(60_000);
    await bench.until(async () => (await bench.names(late)).endsWith("JobPostponed JobPostponed"));
    bench.world.clock.advance(60_000);
    await bench.ended(late);
    expect(await bench.names(late)).toBe("JobQueued JobPostponed JobPostponed JobStart JobEnd");
    expect((await bench.events(late))[1]).toMatchObject({
      NextPickupTime: "01/02/2026 03:05:05.006",
      JobsInQueue: "1",
    });
  });

  it("refuses a job when 5,000 are queued", async () => {
    const bench = new Bench({ concurrentJobs: 1 });
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    for (let count = 0; count < 5_001; count++) await bench.create(objects(1));
    await expect(bench.create(objects(1))).rejects.toThrow("5000 jobs are queued");
    await expect(bench.create(objects(1), { site: bench.two })).resolves.toBeTypeOf("string");
    expect(bench.service.list(bench.one).length).toBe(5_001);
  });

  it("refuses bad containers, queues and keys, and makes no job of them", async () => {
    const bench = new Bench();
    await bench.open();
    bench.world.refused.add("http://bad");
    await expect(bench.create([], { dataContainerUri: "http://bad" })).rejects.toBeInstanceOf(ServiceRefusal);
    await expect(bench.create([], { queueUri: "http://bad" })).rejects.toThrow("There is no such queue");
    await expect(bench.create([], { key: new Uint8Array(16) })).rejects.toThrow("16 bytes instead of 32");
    await expect(bench.create([], { site: siteOf("three") })).rejects.toMatchObject({ kind: "notFound" });
    expect(bench.service.list(bench.one)).toEqual([]);
  });
});

describe("openJobService(): deletion", () => {
  it("removes a queued or postponed job, whose last event is JobDeleted", async () => {
    const bench = new Bench({ concurrentJobs: 1 });
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000, postpone: { times: 1, milliseconds: 5_000 } };
    const postponed = await bench.create(objects(1));
    bench.world.faults = { slowObjectMs: 1000 };
    await bench.create(objects(1));
    const queued = await bench.create(objects(1));
    for (const jobId of [postponed, queued]) {
      expect(await bench.service.delete(bench.one, jobId)).toBe("deleted");
      expect(await bench.names(jobId)).toMatch(/^JobQueued( JobPostponed)? JobDeleted$/);
      expect(bench.service.state(bench.one, jobId)).toBe(0);
      expect(await bench.service.delete(bench.one, jobId)).toBe("notFound");
    }
    const [deleted] = (await bench.events(queued)).slice(-1);
    expect(Object.keys(deleted ?? {})).toEqual(["JobId", "Time", "CorrelationId", "Event"]);
  });

  it("cancels a running job before its next object, as Graph's sample shows, and writes its logs", async () => {
    const bench = new Bench();
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    const jobId = await bench.create(objects(5));
    await bench.until(() => bench.world.clock.waits === 1);
    expect(await bench.service.delete(bench.one, jobId)).toBe("cancelling");
    expect(await bench.service.delete(bench.one, jobId)).toMatch(/cancelling|notFound/);
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobCancelled JobProgress JobFatalError JobEnd");
    const events = await bench.events(jobId);
    expect(events[2]?.CancelledByUser).toBe("True");
    expect(events[5]).toMatchObject({ ObjectsProcessed: "1", TotalErrors: "1" });
    expect(bench.logs(1)).toEqual(["log", "err"].map((kind) => `Import-${jobId}-1.${kind}`));
  });

  it("refuses to delete a running job where the switch says so", async () => {
    const bench = new Bench({ switches: { deleteRunning: "refuse" } });
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    const jobId = await bench.create(objects(1));
    await bench.until(() => bench.world.clock.waits === 1);
    expect(await bench.service.delete(bench.one, jobId)).toBe("refused");
    bench.world.clock.advance(1000);
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobEnd");
  });

  it("knows a job under its own site only", async () => {
    const bench = new Bench();
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    const jobId = await bench.create(objects(1));
    expect(bench.service.state(bench.two, jobId)).toBe(0);
    expect(await bench.service.delete(bench.two, jobId)).toBe("notFound");
    expect(await bench.service.events(bench.two, jobId, 0, 10)).toBe("notFound");
  });
});

describe("openJobService(): faults", () => {
  it("ends the first jobs fatally after so many objects", async () => {
    const bench = new Bench({ concurrentJobs: 1 });
    await bench.open();
    bench.world.faults = { fatalAfter: { objects: 2, jobs: 1 } };
    const first = await bench.create(objects(5));
    const second = await bench.create(objects(5));
    await bench.ended(first);
    await bench.ended(second);
    expect(await bench.names(first)).toBe("JobQueued JobStart JobFatalError JobEnd");
    expect((await bench.events(first)).at(-1)).toMatchObject({ ObjectsProcessed: "2", TotalErrors: "1" });
    expect(await bench.names(second)).toBe("JobQueued JobStart JobEnd");
    bench.world.faults = { fatalAfter: { objects: 2, jobs: 1 } };
    const third = await bench.create(objects(5));
    await bench.ended(third);
    expect(await bench.names(third)).toBe("JobQueued JobStart JobFatalError JobEnd");
  });

  it("restarts each job once, which begins again and counts anew", async () => {
    const bench = new Bench();
    await bench.open();
    bench.world.faults = { restartAfter: { objects: 2 } };
    const jobId = await bench.create([problem("error"), ...objects(5)]);
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobError JobStart JobError JobEnd");
    const events = await bench.events(jobId);
    expect(events.map(({ TotalRetryCount }) => TotalRetryCount).join("")).toBe("000111");
    expect(events.at(-1)).toMatchObject({ ObjectsProcessed: "5", TotalErrors: "1" });
    const pages = await bench.service.events(bench.one, jobId, 0, 100);
    if (typeof pages === "string") throw new Error(pages);
    expect(pages.map(({ graph }) => graph?.isRestarted)).toEqual([
      undefined,
      false,
      undefined,
      true,
      undefined,
      undefined,
    ]);
  });
});

describe("openJobService(): messages", () => {
  const queueUri = "http://queue?sig=secret";

  it("sends every event to the job's queue, as the progress API has it", async () => {
    const bench = new Bench();
    await bench.open();
    const jobId = await bench.create([...objects(1), problem("error")], { queueUri });
    expect(JSON.parse(bench.world.messages[0] ?? "")).toMatchObject({ Event: "JobQueued", JobId: jobId });
    await bench.ended(jobId);
    await bench.until(() => bench.world.messages.length === 4);
    expect(bench.world.messages.map((text) => JSON.parse(text))).toEqual(await bench.events(jobId));
  });

  it("sends an encrypted job's events encrypted, while the progress API has them in clear text", async () => {
    const bench = new Bench();
    await bench.open();
    const jobId = await bench.create(objects(1), { queueUri, key: new Uint8Array(32) });
    await bench.ended(jobId);
    await bench.until(() => bench.world.messages.length === 3);
    for (const text of bench.world.messages)
      expect(JSON.parse(text)).toMatchObject({ Label: "Encrypted", JobId: jobId });
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobEnd");
  });

  it("loses and repeats every n-th message of all jobs", async () => {
    const bench = new Bench({ concurrentJobs: 1 });
    await bench.open();
    bench.world.faults = { loseMessage: { every: 3 }, repeatMessage: { every: 2 } };
    for (let count = 0; count < 2; count++) await bench.ended(await bench.create(objects(1), { queueUri }));
    await bench.until(() => bench.world.messages.length === 6);
    const names = bench.world.messages.map((text) => JSON.parse(text).Event).join(" ");
    expect(names).toBe("JobQueued JobStart JobStart JobQueued JobQueued JobStart");
  });

  it("imports a job whose queue fails", async () => {
    const bench = new Bench();
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    const jobId = await bench.create(objects(1), { queueUri });
    await bench.until(() => bench.world.clock.waits === 1);
    bench.world.refused.add(queueUri);
    bench.world.clock.advance(1000);
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toBe("JobQueued JobStart JobEnd");
  });
});

describe("openJobService(): events over time", () => {
  it("pages by number, gives equal answers to equal requests, and nothing where there is no news", async () => {
    const bench = new Bench();
    await bench.open();
    const jobId = await bench.create([problem("error"), problem("warning"), ...objects(1)]);
    await bench.ended(jobId);
    const read = async (after: number, limit: number) => {
      const events = await bench.service.events(bench.one, jobId, after, limit);
      if (typeof events === "string") throw new Error(events);
      return events;
    };
    const all = await read(0, 100);
    const paged = [];
    for (let after = 0, page = await read(0, 2); page.length > 0; page = await read(after, 2)) {
      paged.push(...page);
      after = page.at(-1)?.number ?? 0;
    }
    expect(paged).toEqual(all);
    expect(await read(0, 100)).toEqual(all);
    expect(await read(all.at(-1)?.number ?? 0, 100)).toEqual([]);
  });

  it.each([
    ["sharepoint", 5],
    ["graph", 4],
  ] as const)(
    "keeps events of a %s job for %d days after its end, and knows then that they expired",
    async (service, days) => {
      const bench = new Bench();
      await bench.open();
      const jobId = await bench.create(objects(1), { service });
      await bench.ended(jobId);
      bench.world.clock.advance(days * DAY - 1);
      expect(await bench.names(jobId)).toBe("JobQueued JobStart JobEnd");
      bench.world.clock.advance(1);
      expect(await bench.service.events(bench.one, jobId, 0, 10)).toBe("expired");
      await bench.close();
      await bench.open();
      expect(await bench.service.events(bench.one, jobId, 0, 10)).toBe("expired");
      expect(await bench.service.events(bench.one, "no-such-job", 0, 10)).toBe("notFound");
    },
  );
});

describe("openJobService(): a restarted emulator", () => {
  it("starts what ran again and leaves what was queued in the queue, with no event lost or changed", async () => {
    const bench = new Bench({ concurrentJobs: 1 });
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    const ran = await bench.create(objects(1));
    const queued = await bench.create(objects(1));
    await bench.until(() => bench.world.clock.waits === 1);
    const before = [await bench.events(ran), await bench.events(queued)];
    await bench.close();
    await bench.open();
    expect(bench.service.list(bench.one).map(({ state }) => state)).toEqual([PROCESSING, QUEUED]);
    await bench.until(() => bench.world.clock.waits === 1);
    bench.world.faults = {};
    bench.world.clock.advance(1000);
    await bench.ended(ran);
    await bench.ended(queued);
    expect(await bench.names(ran)).toBe("JobQueued JobStart JobStart JobEnd");
    expect(await bench.names(queued)).toBe("JobQueued JobStart JobEnd");
    expect([(await bench.events(ran)).slice(0, 2), (await bench.events(queued)).slice(0, 1)]).toEqual(before);
    expect((await bench.events(ran)).at(-1)?.TotalRetryCount).toBe("1");
  });

  it("ends a job that was cancelled, and not over, without importing it again", async () => {
    const bench = new Bench({ concurrentJobs: 1 });
    await bench.open();
    bench.world.faults = { slowObjectMs: 1000 };
    const jobs = [await bench.create([problem("error"), ...objects(9)]), await bench.create(objects(9))];
    await bench.until(() => bench.world.clock.waits === 1);
    await bench.close();
    await bench.open();
    await bench.until(() => bench.world.clock.waits === 1);
    const imports = bench.world.running.length;
    const [jobId = ""] = jobs;
    expect(await bench.service.delete(bench.one, jobId)).toBe("cancelling");
    await bench.close();
    await bench.open();
    await bench.ended(jobId);
    expect(await bench.names(jobId)).toMatch(/JobCancelled( JobProgress)? JobFatalError JobEnd$/);
    expect(bench.world.running.slice(imports)).not.toContain(jobId);
    expect((await bench.events(jobId)).at(-1)?.TotalErrors).toBe("2");
    expect(bench.logs(1)).toContain(`Import-${jobId}-1.err`);
  });
});

/** What a user, the clock and the machine do to the jobs, in any order. */
type Act =
  | { readonly act: "create"; readonly script: Script; readonly hasQueue: boolean }
  | { readonly act: "delete"; readonly job: number }
  | { readonly act: "advance"; readonly milliseconds: number }
  | { readonly act: "fault"; readonly faults: EmulatorFaults }
  | { readonly act: "settle" | "reopen" };

const steps: fc.Arbitrary<Script> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...objects(3), ...objects(1, "SPFolder")) },
    { weight: 3, arbitrary: fc.constantFrom(problem("error"), problem("warning")) },
    { weight: 1, arbitrary: fc.constantFrom<ImportStep | Error>(problem("fatal"), new Error("A fault of the import")) },
  ),
  { maxLength: 8 },
);

const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constant("create" as const), script: steps, hasQueue: fc.boolean() }),
  fc.record({ act: fc.constant("delete" as const), job: fc.nat({ max: 9 }) }),
  fc.record({ act: fc.constant("advance" as const), milliseconds: fc.constantFrom(1, 1000, 6000) }),
  fc.record({
    act: fc.constant("fault" as const),
    faults: fc.record(
      {
        postpone: fc.record({ times: fc.nat({ max: 2 }), milliseconds: fc.constantFrom(10, 2000) }),
        slowObjectMs: fc.constantFrom(0, 500),
        fatalAfter: fc.record({ objects: fc.integer({ min: 1, max: 4 }), jobs: fc.integer({ min: 1, max: 3 }) }),
        restartAfter: fc.record({ objects: fc.integer({ min: 1, max: 4 }) }),
        loseMessage: fc.record({ every: fc.integer({ min: 1, max: 3 }) }),
        repeatMessage: fc.record({ every: fc.integer({ min: 1, max: 3 }) }),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ act: fc.constantFrom("settle" as const, "reopen" as const) }),
);

/** A job's events: queued, postponed, then deleted, or any number of runs and one end. */
const LIFE =
  /^Queued( Postponed)*( Deleted|( Start( Progress| Warning| Error)*)+( FatalError|( Cancelled)( Progress| Warning| Error)*( FatalError))?( Warning)* End)$/;

describe("openJobService(): whatever happens", () => {
  it("every job ends once and last, in order, and is told of in the same words for ever", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 1, maxLength: 25 }), async (sequence) => {
        const bench = new Bench({ switches: { errorLimit: 4 } });
        const { world } = bench;
        await bench.open();
        const jobIds: string[] = [];
        for (const act of sequence) {
          if (act.act === "create") {
            const queue = act.hasQueue ? { queueUri: "http://queue" } : {};
            jobIds.push(await bench.create(act.script, queue));
          } else if (act.act === "delete") {
            await bench.service.delete(bench.one, jobIds[act.job] ?? "none");
          } else if (act.act === "advance") {
            world.clock.advance(act.milliseconds);
          } else if (act.act === "fault") {
            world.faults = act.faults;
          } else if (act.act === "reopen") {
            const before = await Promise.all(jobIds.map((jobId) => bench.events(jobId)));
            await bench.close();
            await bench.open();
            for (const [index, jobId] of jobIds.entries()) {
              expect((await bench.events(jobId)).slice(0, before[index]?.length)).toEqual(before[index]);
            }
          } else {
            await bench.turns(20);
          }
        }
        await bench.until(() => {
          world.clock.advance(1000);
          return bench.service.list(bench.one).length === 0;
        });
        for (const jobId of jobIds) {
          const events = await bench.service.events(bench.one, jobId, 0, 10_000);
          if (typeof events === "string") throw new Error(events);
          const rendered: Rendered[] = events.map(({ log }) => JSON.parse(log));
          expect(rendered.map(({ Event = "" }) => Event.slice(3)).join(" ")).toMatch(LIFE);
          const numbers = events.map(({ number }) => number);
          expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
          for (const { graph } of events) expect(graph?.jobId).toBe(jobId);
          expect(await bench.service.events(bench.one, jobId, 0, 10_000)).toEqual(events);
        }
        expect(world.mostAtOnce).toBeLessThanOrEqual(2);
        await bench.close();
      }),
      { numRuns: 100 },
    );
  });
});
