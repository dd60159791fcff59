import { ContainerClient } from "@azure/storage-blob";
import { openSasContainer } from "@primepack/core";
import { type Emulator, startEmulator } from "@primepack/emulator";
import {
  graphEvents,
  importResult,
  type JobEvent,
  joinOutcomes,
  type MintedItem,
  type PolledEvents,
  progressEvents,
  queueEvents,
  readImportLogs,
  watchJobs,
} from "@primepack/event-reader";
import {
  graphJobService,
  type JobContainers,
  type MigrationService,
  resolveGraphTarget,
  resolveTarget,
  sharePointJobService,
} from "@primepack/submitter";
import { temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handWrittenPackage, type PackageTarget, type SealedBlob } from "../emulator/hand-written-package.ts";

// What the emulator says of jobs, in all of the service's forms, read by the event reader.

const credential = { getToken: async () => ({ token: "emulated", expiresOnTimestamp: Date.now() + 3_600_000 }) };
const CONTAINER = "b!emulated";

const folder = temporaryFolder();
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ directory: folder("emulator") });
});
afterAll(() => emulator.stop());

async function upload(uri: string, blobs: readonly SealedBlob[]): Promise<void> {
  const container = new ContainerClient(uri);
  for (const { name, bytes, iv } of blobs) {
    const blob = container.getBlockBlobClient(name);
    await blob.upload(bytes, bytes.length, iv === undefined ? {} : { metadata: { IV: iv } });
    await blob.createSnapshot();
  }
}

async function uploaded(service: MigrationService, target: PackageTarget): Promise<JobContainers> {
  const containers = await service.provisionContainers();
  const { content, manifest } = handWrittenPackage(target, Buffer.from(containers.encryptionKey?.reveal() ?? []));
  await upload(containers.dataContainerUri.reveal(), content);
  await upload(containers.metadataContainerUri.reveal(), manifest);
  return containers;
}

const id = (last: number) => `6f0a1c52-6c1d-4c55-9c0e-0d6c6c0f2a0${last}`;
const items = ({ webUrl, listUrl }: PackageTarget): readonly MintedItem[] => [
  { key: "folder", ids: [id(1), id(3)], url: `${webUrl}/${listUrl}/By hand`, itemId: 1 },
  { key: "file", ids: [id(2), id(4)], url: `${webUrl}/${listUrl}/By hand/note.txt`, itemId: 2 },
];

async function watched(events: PolledEvents, jobId: string): Promise<JobEvent[]> {
  const watcher = watchJobs({ events, jobs: [{ jobId }], pollRunningMs: 20, pollQueuedMs: 20, requestsPerMinute: 1e5 });
  const all: JobEvent[] = [];
  for await (const update of watcher) {
    if (update.type === "events") all.push(...update.events);
    if (update.type !== "over") continue;
    expect(update.how).toBe("ended");
    watcher.close();
  }
  return all;
}

/** By time of the same moment events may be told in any order. */
const told = (events: readonly JobEvent[]) => events.map(({ type, time }) => `${time?.toISOString()} ${type}`).sort();

describe("a job of the emulator", () => {
  it("tells the same by progress calls and by its queue; its failed file and that alone is failed, by events and logs", async () => {
    const { siteUrl } = emulator;
    const { target, close } = await resolveTarget({ siteUrl, credential, library: "Documents" });
    await close();
    const service = sharePointJobService({ siteUrl, credential });
    const progress = progressEvents({ siteUrl, credential });
    const { queueUri } = await service.provisionQueue();
    const containers = await uploaded(service, target);
    const key = containers.encryptionKey;
    emulator.setFaults({ alreadyExists: { every: 1 } });
    const jobId = await service.createJob({ containers, webId: target.webId, queueUri });
    const events = await watched(progress, jobId);
    emulator.setFaults({});
    const result = importResult(jobId);
    result.addEvents(events);
    // The file, and its list item, which isn't made without it.
    expect([result.status, result.totalErrors, result.needsErrorLog]).toEqual(["ended", 2, true]);
    const byEvents = joinOutcomes(result, items(target), { webUrl: target.webUrl });
    expect(Object.fromEntries(byEvents)).toMatchObject({
      folder: { outcome: "imported" },
      file: { outcome: "failed" },
    });

    // The queue's key is that of a package of which nobody said which job took it.
    const jobs = [{ id: "package", ...(key === undefined ? {} : { key }) }];
    const queued: JobEvent[] = [];
    for (let turn = 0; turn < 200 && queued.at(-1)?.type !== "JobEnd"; turn++) {
      for await (const update of queueEvents({ queueUri, jobs }).drain()) {
        if (update.type !== "events") throw new Error(`Cannot read a message: ${update.type}`);
        expect([update.jobId, update.id]).toEqual([jobId, "package"]);
        queued.push(...update.events);
        await update.acknowledge();
      }
    }
    expect(told(queued)).toEqual(told(events));

    // The log alone, as where all events but the last were lost.
    const fromLog = importResult(jobId);
    fromLog.addEvents(events.filter(({ type }) => type === "JobEnd"));
    const container = openSasContainer(containers.metadataContainerUri);
    for await (const entry of readImportLogs({ container, jobId, ...(key === undefined ? {} : { key }) })) {
      fromLog.addLogEntry(entry);
    }
    fromLog.errorLogRead();
    const byLog = joinOutcomes(fromLog, items(target));
    expect([...byLog].map(([key, { outcome }]) => [key, outcome])).toEqual([
      ["folder", "imported"],
      ["file", "failed"],
    ]);
    await Promise.all([service.close(), progress.close()]);
  });

  it("is read by Graph", async () => {
    const { graphUrl } = emulator;
    const { target } = await resolveGraphTarget({ graphUrl, credential, containerId: CONTAINER });
    const service = graphJobService({ graphUrl, credential, containerId: CONTAINER });
    const events = graphEvents({ graphUrl, credential, containerId: CONTAINER });
    const jobId = await service.createJob({ containers: await uploaded(service, target) });
    const result = importResult(jobId);
    result.addEvents(await watched(events, jobId));
    const outcomes = joinOutcomes(result, items(target));
    expect(Object.fromEntries(outcomes)).toEqual({ folder: { outcome: "imported" }, file: { outcome: "imported" } });
    await expect(events.read(id(9), undefined)).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    await Promise.all([service.close(), events.close()]);
  });
});
