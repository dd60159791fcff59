import { appendFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { JobEvent, JobEventData } from "./job-event.ts";
import { JobFile, type JobSecrets } from "./job-file.ts";
import { JobStore } from "./job-store.ts";
import { NO_COUNTS } from "./tally.ts";

const secrets: JobSecrets = {
  dataContainerUri: "http://a/data?sig=s",
  manifestContainerUri: "http://a/manifest?sig=s",
  queueUri: undefined,
  key: Buffer.alloc(32, 7),
};

describe("JobStore", () => {
  const folder = temporaryFolder();
  let folders = 0;

  async function newStore(): Promise<{ readonly store: JobStore; readonly directory: string }> {
    folders += 1;
    const directory = folder(`store-${folders}`);
    return { store: await JobStore.open(directory), directory };
  }

  function event(store: JobStore, data: JobEventData): JobEvent {
    const number = store.nextNumber();
    return {
      ...data,
      number,
      id: `e${number}`,
      time: "2026-01-02T03:04:05.006Z",
      correlationId: "c",
      totalRetryCount: 0,
    };
  }

  function create(store: JobStore, jobId: string): JobFile {
    const header = { jobId, service: "sharepoint", siteId: "s" } as const;
    const job = JobFile.create(store.path(jobId), header, secrets, event(store, { type: "JobQueued" }));
    store.add(job);
    return job;
  }

  it("finds jobs, events and secrets again, in the order of creation, and counts on", async () => {
    const { store, directory } = await newStore();
    create(store, "z");
    create(store, "a").append(event(store, { type: "JobStart", isRestarted: false }));
    const again = await JobStore.open(directory);
    expect([...again.jobs.keys()]).toEqual(["z", "a"]);
    expect(again.jobs.get("a")?.events.map(({ number, type }) => [number, type])).toEqual([
      [2, "JobQueued"],
      [3, "JobStart"],
    ]);
    expect(again.jobs.get("a")?.secrets).toEqual(secrets);
    expect(again.nextNumber()).toBe(4);
  });

  it("keeps key and SAS in a file for its owner only, and only until the job is over", async () => {
    const { store, directory } = await newStore();
    const job = create(store, "a");
    expect((await stat(join(directory, "a.secret"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(directory, "a.ndjson"), "utf8")).not.toContain("sig=");
    job.append(event(store, { type: "JobEnd", counts: NO_COUNTS }));
    expect(await readdir(directory)).toEqual(["a.ndjson"]);
    expect(job.secrets).toBeUndefined();
    expect((await JobStore.open(directory)).jobs.get("a")?.secrets).toBeUndefined();
  });

  it("removes secrets that a killed process left of a job that was over or never was", async () => {
    const { store, directory } = await newStore();
    create(store, "a").append(event(store, { type: "JobDeleted" }));
    await writeFile(join(directory, "a.secret"), "{}");
    await writeFile(join(directory, "b.secret"), "{}");
    const again = await JobStore.open(directory);
    expect(await readdir(directory)).toEqual(["a.ndjson"]);
    expect(again.jobs.get("a")?.isOver).toBe(true);
  });

  it("cuts off what a killed process left of a line, and goes on after the line before", async () => {
    const { store, directory } = await newStore();
    create(store, "a");
    await appendFile(join(directory, "a.ndjson"), '{"type":"JobSt');
    const again = await JobStore.open(directory);
    again.jobs.get("a")?.append(event(again, { type: "JobStart", isRestarted: false }));
    const events = (await JobStore.open(directory)).jobs.get("a")?.events ?? [];
    expect(events.map(({ type }) => type)).toEqual(["JobQueued", "JobStart"]);
  });

  it("forgets a job of which not even the first event was kept", async () => {
    const directory = folder("torn");
    await mkdir(directory);
    await writeFile(join(directory, "a.ndjson"), '{"jobId":"a"}\n{"ty');
    await writeFile(join(directory, "a.secret"), "{}");
    const store = await JobStore.open(directory);
    expect(store.jobs.size).toBe(0);
    expect(await readdir(directory)).toEqual([]);
  });

  it("gives the events of a job that is over from its file, after a number and up to a limit", async () => {
    const { store } = await newStore();
    const job = create(store, "a");
    job.append(event(store, { type: "JobStart", isRestarted: false }));
    const before = await job.eventsAfter(0, 10);
    job.append(event(store, { type: "JobEnd", counts: NO_COUNTS }));
    expect(job.events).toEqual([]);
    expect((await job.eventsAfter(0, 2)).map(({ type }) => type)).toEqual(["JobQueued", "JobStart"]);
    expect(await job.eventsAfter(0, 2)).toEqual(before);
    expect((await job.eventsAfter(2, 10)).map(({ type }) => type)).toEqual(["JobEnd"]);
    expect(await job.eventsAfter(3, 10)).toEqual([]);
  });

  it("refuses an event after the last", async () => {
    const { store } = await newStore();
    const job = create(store, "a");
    job.append(event(store, { type: "JobDeleted" }));
    expect(() => job.append(event(store, { type: "JobStart", isRestarted: false }))).toThrow("is over");
  });
});
