import { PrimepackError, Secret, type SourceItem } from "@primepack/core";
import { ServiceError } from "@primepack/core/http";
import { type MigrateOptions, memoryJournal, migrate, readStatus } from "@primepack/runner";
import { type ContainerProvider, providedContainers } from "@primepack/submitter";
import { temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatedSite, endsByOutcome, startEmulatedSite } from "./emulated-site.ts";

const folder = temporaryFolder();
let site: EmulatedSite;
let runs = 0;

beforeAll(async () => {
  site = await startEmulatedSite(folder("emulator"));
});
afterAll(() => site?.stop());

function file(path: string): SourceItem {
  return { kind: "file", path: path.split("/"), size: 4, content: new TextEncoder().encode("text") };
}

async function* filesInFolder(): AsyncGenerator<SourceItem, void, undefined> {
  for (const path of ["a/1.txt", "a/2.txt", "a/3.txt"]) yield file(path);
}

async function* filesInRoot(): AsyncGenerator<SourceItem, void, undefined> {
  for (let number = 0; number < 12; number += 1) yield file(`${number}.txt`);
}

async function prepare(source = filesInFolder(), maxItems = 2) {
  runs += 1;
  const library = await site.library();
  const journal = memoryJournal();
  const options = library.options({
    directory: folder(`run-${runs}`),
    journal,
    source,
    packaging: { limits: { maxItems } },
  });
  return { library, options, packages: () => [...readStatus(journal).packages()] };
}

const refusal = (code: "SERVICE_REFUSED" | "SERVICE_THROTTLED" | "SERVICE_FORBIDDEN") =>
  new ServiceError(code, "Cannot create the migration job as the service says so");

/** Rejects the calls of these numbers, from 1, with an error. */
function refusing(options: MigrateOptions, error: () => Error, calls: readonly number[]): void {
  const { service } = options;
  const { createJob } = service;
  let call = 0;
  Object.assign(service, {
    createJob: (...given: Parameters<typeof createJob>) => {
      call += 1;
      return calls.includes(call) ? Promise.reject(error()) : createJob.apply(service, given);
    },
  });
}

describe("drain() while the storage is given time to rest", () => {
  it("interrupts the run, and lets it be resumed", { timeout: 60_000 }, async () => {
    const { options } = await prepare(filesInRoot(), 250);
    const provide = async () => {
      throw new PrimepackError("CONTAINER_BUSY", "Cannot make containers as the storage is busy");
    };
    const drained = migrate({
      ...options,
      containers: { kind: "own", provide },
      timer: async (milliseconds, signal) => {
        if (milliseconds === 30_000) drained.drain();
        else await new Promise((resolve) => setTimeout(resolve, 5));
        signal?.throwIfAborted();
      },
    });
    expect(await drained.result).toMatchObject({ status: "interrupted", counts: { pending: 12 } });
    expect(await migrate({ ...options, source: filesInRoot() }).result).toMatchObject({ status: "complete" });
  });
});

describe("migrate() with jobs that don't come to a proper end", () => {
  it("takes one that falls silent for lost, and sends nothing of it again", { timeout: 60_000 }, async () => {
    const { library, options, packages } = await prepare();
    const read = async () => ({ events: [], token: "0" });
    const limits = { ...options.limits, silenceMs: 60 };
    const given = { ...options, events: { read }, limits };
    const { counts } = await migrate(given).result;
    expect(counts).toMatchObject({ imported: 0, unknown: 1, failed: 3 });
    expect(packages().find(({ jobId }) => jobId !== undefined)?.result).toBe("lost");
    expect((await endsByOutcome(options)).unknown?.[0]?.code).toBe("JOB_LOST");
    expect(library.jobs()).toBe(1);
  });

  it("takes one whose events the service forgot for lost", { timeout: 60_000 }, async () => {
    const { options, packages } = await prepare(filesInRoot(), 250);
    const read = async () => {
      throw new ServiceError("JOB_STATUS_EXPIRED", "Cannot read the job's events as they have expired");
    };
    const { counts } = await migrate({ ...options, events: { read } }).result;
    expect(counts).toMatchObject({ imported: 0, unknown: 12 });
    expect(packages()[0]?.result).toBe("lost");
  });

  it("doesn't send again what somebody deleted", { timeout: 60_000 }, async () => {
    const { library, options, packages } = await prepare(filesInRoot(), 250);
    site.setFaults({ postpone: { times: 1, milliseconds: 600_000 } });
    const run = migrate(options);
    for await (const event of run) {
      if (event.type !== "package" || event.package.stage !== "submitted") continue;
      if (event.package.jobId !== undefined) await options.service.deleteJob(event.package.jobId);
    }
    site.setFaults({});
    expect((await run.result).counts).toMatchObject({ imported: 0, unknown: 12 });
    expect(packages()).toMatchObject([{ result: "deleted" }]);
    expect((await endsByOutcome(options)).unknown?.[0]?.code).toBe("JOB_DELETED");
    expect(library.jobs()).toBe(1);
  });
});

describe("migrate() with submissions that are refused", () => {
  it("ends where the first is refused, and goes on from there once it isn't", { timeout: 60_000 }, async () => {
    const { library, options } = await prepare(filesInRoot(), 250);
    refusing(options, () => refusal("SERVICE_REFUSED"), [1]);
    await expect(migrate(options).result).rejects.toMatchObject({ code: "SERVICE_REFUSED" });
    const again = { ...options, source: filesInRoot() };
    expect((await migrate(again).result).counts).toMatchObject({ imported: 12 });
    expect(library.jobs()).toBe(1);
  });

  it("reports a later one, and brings the rest", { timeout: 60_000 }, async () => {
    const { options } = await prepare(filesInRoot(), 4);
    refusing(options, () => refusal("SERVICE_REFUSED"), [2]);
    const given = { ...options, limits: { ...options.limits, jobsPerSite: 1 } };
    expect((await migrate(given).result).counts).toMatchObject({ imported: 8, failed: 4, unknown: 0 });
    expect((await endsByOutcome(options)).failed?.every(({ code }) => code === "SERVICE_REFUSED")).toBe(true);
  });

  it("waits where the service is throttled, and asks again", { timeout: 60_000 }, async () => {
    const { options } = await prepare(filesInRoot(), 4);
    refusing(options, () => refusal("SERVICE_THROTTLED"), [1, 3]);
    expect((await migrate(options).result).counts).toMatchObject({ imported: 12, failed: 0 });
  });

  it("ends where a right lacks", { timeout: 60_000 }, async () => {
    const { options, packages } = await prepare(filesInRoot(), 4);
    refusing(options, () => refusal("SERVICE_FORBIDDEN"), [1, 2, 3]);
    await expect(migrate(options).result).rejects.toMatchObject({ code: "SERVICE_FORBIDDEN" });
    expect(packages().some(({ stage }) => stage === "submitting")).toBe(false);
  });
});

describe("migrate() with containers that don't last", () => {
  it("uploads a package again that would go out too late", { timeout: 60_000 }, async () => {
    const { library, options, packages } = await prepare();
    let later = 0;
    const clock = () => new Date(Date.now() + later);
    const provided = providedContainers(options.service);
    const containers: ContainerProvider = {
      kind: "provided",
      provide: async (name, signal) => ({
        ...(await provided.provide(name, signal)),
        expiresAt: new Date(clock().getTime() + 12.5 * 3_600_000),
      }),
    };
    const run = migrate({ ...options, clock, containers, limits: { ...options.limits, silenceMs: 1e9 } });
    const uploads = new Map<string, number>();
    for await (const event of run) {
      if (event.type !== "package") continue;
      const { name, stage, jobId } = event.package;
      if (stage === "building") uploads.set(name, (uploads.get(name) ?? 0) + 1);
      // While the folders are imported the files wait.
      if (jobId !== undefined && later === 0) later = 3_600_000;
    }
    expect((await run.result).counts).toMatchObject({ imported: 4 });
    expect(Math.max(...uploads.values())).toBe(2);
    expect(packages().every(({ result }) => result === "ended")).toBe(true);
    expect(library.jobs()).toBe(packages().length);
  });

  it("builds on with fresh ones where the first may not be written to", { timeout: 60_000 }, async () => {
    const { options } = await prepare(filesInRoot(), 4);
    const provided = providedContainers(options.service);
    let given = 0;
    const containers: ContainerProvider = {
      kind: "provided",
      provide: async (name, signal) => {
        given += 1;
        const isFirst = given === 1;
        const fresh = await provided.provide(name, signal);
        if (!isFirst) return fresh;
        return {
          ...fresh,
          dataContainerUri: new Secret(fresh.dataContainerUri.reveal().replace(/sig=[^&]{8}/, "sig=AAAAAAAA")),
        };
      },
    };
    expect((await migrate({ ...options, containers }).result).counts).toMatchObject({ imported: 12, failed: 0 });
    expect(given).toBeGreaterThan(3);
  });
});

describe("migrate()", () => {
  it("sends the first job while the source is still being read", { timeout: 60_000 }, async () => {
    let isSubmitted = () => {};
    const submitted = new Promise<void>((resolve) => {
      isSubmitted = resolve;
    });
    async function* source(): AsyncGenerator<SourceItem, void, undefined> {
      yield* filesInRoot();
      await submitted;
      yield file("last.txt");
    }
    const { options } = await prepare(source(), 4);
    const run = migrate(options);
    for await (const event of run) {
      if (event.type === "package" && event.package.jobId !== undefined) isSubmitted();
    }
    expect((await run.result).counts).toMatchObject({ imported: 13 });
  });

  it("has no more jobs at the site than it may, and builds no more ahead than it may", {
    timeout: 60_000,
  }, async () => {
    const { options } = await prepare(filesInRoot(), 1);
    const run = migrate({ ...options, limits: { ...options.limits, jobsPerSite: 2, packagesAhead: 3 } });
    let jobs = 0;
    let ahead = 0;
    for await (const _ of run) {
      const { stages } = run.progress;
      jobs = Math.max(jobs, stages.submitting + stages.submitted);
      ahead = Math.max(ahead, stages.building + stages.built);
    }
    expect((await run.result).counts).toMatchObject({ imported: 12 });
    expect(jobs).toBe(2);
    expect(ahead).toBeLessThanOrEqual(4);
  });

  it("ends at once when it is aborted, and is resumed", { timeout: 60_000 }, async () => {
    const { options } = await prepare(filesInRoot(), 4);
    const abort = new AbortController();
    const run = migrate({ ...options, signal: abort.signal });
    for await (const event of run) {
      if (event.type === "package" && event.package.stage === "building") break;
    }
    abort.abort();
    await expect(run.result).rejects.toMatchObject({ code: "ABORTED" });
    const again = { ...options, source: filesInRoot() };
    expect((await migrate(again).result).counts).toMatchObject({ imported: 12 });
  });

  it("says at once what is wrong with its options", async () => {
    const { options } = await prepare();
    expect(() => migrate({ ...options, limits: { jobsPerSite: 0 } })).toThrow(PrimepackError);
    expect(() => migrate({ ...options, limits: { sasHoursLeft: -1 } })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});
