import { join } from "node:path";
import { fileSystemSource } from "@primepack/core";
import { PrimepackError, Secret } from "@primepack/core/errors";
import { createServiceClient } from "@primepack/core/http";
import { type Emulator, startEmulator } from "@primepack/emulator";
import { graphEvents, progressEvents } from "@primepack/event-reader";
import { type MigrateOptions, memoryJournal, migrate } from "@primepack/runner";
import {
  graphJobService,
  ownContainers,
  providedContainers,
  resolveGraphTarget,
  resolveTarget,
  sasExpiry,
  sharePointJobService,
  withTargetFolder,
} from "@primepack/submitter";
import { collect, folderDigest, makeTree, temporaryFolder } from "@primepack/test-support";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const folder = temporaryFolder();
const credential = { getToken: async () => ({ token: "emulated", expiresOnTimestamp: Date.now() + 3_600_000 }) };
const containerId = "b!submitter";
const lists = [
  { title: "Documents", url: "Shared Documents" },
  { title: "O'Neil #1 100%", url: "O'Neil #1 100%" },
  { title: "Tasks", url: "Lists/Tasks", baseTemplate: 100 },
];
const tree = { "a.txt": "a", "Sub/b.txt": "b", "Sub/Deep/c.txt": "c" };

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ directory: folder("emulator"), lists, graphContainers: [containerId] });
  await makeTree(folder("source"), tree);
});
afterAll(() => emulator?.stop());

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  emulator.setFaults({});
  for (const stop of stops.splice(0).reverse()) await stop();
});

const retry = { firstDelayMs: 1, maxDelayMs: 10 };

function service() {
  const opened = sharePointJobService({ siteUrl: emulator.siteUrl, credential, retry });
  stops.push(() => opened.close());
  return opened;
}

async function resolved(library: string, options: { folder?: string; existingFolders?: "all" | "none" } = {}) {
  const target = await resolveTarget({ siteUrl: emulator.siteUrl, credential, retry, library, ...options });
  stops.push(() => target.close());
  return target;
}

async function run(options: Omit<MigrateOptions, "journal" | "directory">, name: string) {
  const limits = { pollRunningMs: 20, pollQueuedMs: 20, pollRequestsPerMinute: 60_000 };
  const { result } = migrate({
    journal: memoryJournal(),
    directory: folder(name),
    packaging: { workers: 0 },
    limits,
    ...options,
  });
  return result;
}

describe("resolveTarget() against the emulator", () => {
  it.each(lists)("finds $title by title, id and URL", async ({ title, url, baseTemplate = 101 }) => {
    const { target, siteId } = await resolved(title);
    expect(target).toMatchObject({
      siteUrl: emulator.siteUrl,
      webUrl: "/sites/emulated",
      listTitle: title,
      listUrl: url,
      baseTemplate: String(baseTemplate),
      firstItemId: 1,
      existingFolders: {},
    });
    expect(siteId).not.toBe(target.webId);
    expect((await resolved(target.listId)).target).toEqual(target);
    // Names with these take GetListUsingPath, which the emulator doesn't have.
    if (!/[#%]/.test(url)) {
      expect((await resolved(`/sites/emulated/${url}`)).target).toEqual(target);
      expect((await resolved(url)).target).toEqual(target);
    }
  });

  it("says that there is no such library", async () => {
    await expect(resolved("Elsewhere")).rejects.toMatchObject({ code: "TARGET_NOT_FOUND" });
    await expect(resolved("d4444444-0000-4000-8000-00000000000f")).rejects.toMatchObject({ code: "TARGET_NOT_FOUND" });
  });

  it("tells roles and users", async () => {
    const target = await resolved("Documents", { existingFolders: "none" });
    expect(await collect(target.roleDefinitions())).toContainEqual(
      expect.objectContaining({ id: 1073741829, name: "Full Control", permMask: "9223372036854775807" }),
    );
    expect(Array.isArray(await collect(target.siteUsers()))).toBe(true);
  });

  it("comes through throttling", async () => {
    emulator.setFaults({ throttle: { every: 2, retryAfterSeconds: 0 } });
    expect((await resolved("Documents")).target.listTitle).toBe("Documents");
  });
});

describe("sharePointJobService() against the emulator", () => {
  it("provisions containers and queues that last as long as the service's", async () => {
    const before = Date.now();
    const { expiresAt, encryptionKey } = await providedContainers(service()).provide("p");
    expect(encryptionKey?.reveal()).toHaveLength(32);
    expect(((expiresAt?.getTime() ?? 0) - before) / 3_600_000).toBeCloseTo(72, 0);
    const { queueUri } = await service().provisionQueue();
    expect(((sasExpiry(queueUri)?.getTime() ?? 0) - before) / 3_600_000).toBeCloseTo(21 * 24, 0);
  });

  it("knows of no job that never was", async () => {
    const jobId = "d4444444-0000-4000-8000-00000000000f";
    expect(await service().jobState(jobId)).toBe("none");
    expect(await service().deleteJob(jobId)).toBe(false);
    expect(await service().jobs()).toEqual([]);
  });

  it("sees a job queued, running and deleted", async () => {
    emulator.setFaults({ postpone: { times: 1, milliseconds: 60_000 } });
    const { target } = await resolved("Documents");
    const containers = await service().provisionContainers();
    const jobId = await service().createJob({ containers, webId: target.webId });
    expect(["queued", "processing"]).toContain(await service().jobState(jobId));
    expect((await service().jobs()).map((job) => job.jobId)).toEqual([jobId]);
    expect(await service().deleteJob(jobId)).toBe(true);
    expect(await service().jobState(jobId)).toBe("none");
  });

  it("loses the answer rather than create a job twice", async () => {
    const { target } = await resolved("Documents");
    const one = service();
    const containers = await one.provisionContainers();
    const before = new Set((await one.jobs()).map(({ jobId }) => jobId));
    emulator.setFaults({
      loseAnswer: { every: 1, path: "CreateMigrationJobEncrypted" },
      postpone: { times: 1, milliseconds: 60_000 },
    });
    await expect(one.createJob({ containers, webId: target.webId })).rejects.toMatchObject({
      code: "SERVICE_ANSWER_LOST",
    });
    const made = (await one.jobs()).filter(({ jobId }) => !before.has(jobId));
    expect(made).toHaveLength(1);
    for (const { jobId } of made) expect(await one.deleteJob(jobId)).toBe(true);
  });

  it("says why a job is refused", async () => {
    const { target } = await resolved("Documents");
    const containers = await service().provisionContainers();
    const { encryptionKey: _, ...plain } = containers;
    const error: unknown = await service()
      .createJob({ containers: plain, webId: target.webId })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PrimepackError);
    expect(error).toMatchObject({ code: "SERVICE_REFUSED", status: 400 });
    expect(String(error)).not.toMatch(/sig=(?!\[redacted\])/);
  });
});

describe("ownContainers() against the emulator", () => {
  it("make pairs that the service takes, with a key and without", async () => {
    const { target } = await resolved("Documents");
    emulator.setFaults({ postpone: { times: 1, milliseconds: 60_000 } });
    for (const encryption of ["aes256", "none"] as const) {
      const provider = ownContainers({ storage: new Secret(emulator.storage), encryption });
      const containers = await provider.provide("package-1");
      const jobId = await service().createJob({ containers, webId: target.webId });
      expect(await service().deleteJob(jobId)).toBe(true);
    }
  });
});

describe("a migration into a folder, by own containers", () => {
  it("lands below it, and is found there afterwards", async () => {
    const name = "Moved";
    const client = createServiceClient({ baseUrl: emulator.siteUrl, credential, scopes: ["x"], retry });
    stops.push(() => client.close());
    const events = progressEvents({ siteUrl: emulator.siteUrl, credential, retry });
    stops.push(() => events.close());
    const containers = ownContainers({ storage: new Secret(emulator.storage) });
    const library = "O'Neil #1 100%";
    const first = await resolved(library, { folder: `${name}/2024` });
    const ends = await run(
      {
        source: withTargetFolder(fileSystemSource(folder("source")), first.folder),
        target: first.target,
        service: sharePointJobService({ siteUrl: emulator.siteUrl, client }),
        events,
        containers,
        queue: false,
      },
      `run-${name}`,
    );
    expect(ends).toMatchObject({ status: "complete", counts: { failed: 0, unknown: 0, pending: 0 } });
    const imported = join(emulator.directory, "sites", "emulated", library, name, "2024");
    expect(await folderDigest(imported)).toEqual(await folderDigest(folder("source")));

    const { target, folder: names } = await resolved(library, { folder: `${name.toLowerCase()}/2024/SUB` });
    expect(names).toEqual([name, "2024", "Sub"]);
    expect(Object.keys(target.existingFolders ?? {}).sort()).toEqual(
      [name, `${name}/2024`, `${name}/2024/Sub`, `${name}/2024/Sub/Deep`].sort(),
    );
    expect(target.firstItemId).toBeGreaterThan(first.target.firstItemId + 5);
    const lookedUp = await resolved(library, { folder: `${name}/2024/New`, existingFolders: "none" });
    expect(lookedUp.target.firstItemId).toBe(target.firstItemId);
    expect(lookedUp.target.existingFolders).toEqual({
      [name]: target.existingFolders?.[name],
      [`${name}/2024`]: target.existingFolders?.[`${name}/2024`],
    });
  });
});

describe("a migration into a SharePoint Embedded container", () => {
  it("lands in its drive, and is found there afterwards", async () => {
    const { graphUrl } = emulator;
    const options = { containerId, graphUrl, credential, retry };
    const first = await resolveGraphTarget(options);
    expect(first.target).toMatchObject({ listUrl: "Document Library", firstItemId: 1, existingFolders: {} });
    const embedded = graphJobService(options);
    const events = graphEvents(options);
    stops.push(
      () => embedded.close(),
      () => events.close(),
    );
    const ends = await run(
      { source: fileSystemSource(folder("source")), target: first.target, service: embedded, events },
      "run-graph",
    );
    expect(ends).toMatchObject({ status: "complete", counts: { failed: 0, unknown: 0, pending: 0 } });
    const second = await resolveGraphTarget({ ...options, folder: "sub/New" });
    expect(second.folder).toEqual(["Sub", "New"]);
    expect(second.target.firstItemId).toBe(6);
    expect(Object.keys(second.target.existingFolders ?? {})).toEqual(["Sub"]);
    expect(await embedded.deleteJob("d4444444-0000-4000-8000-00000000000f")).toBe(false);
  });
});
