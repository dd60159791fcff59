import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileSystemSource, Secret } from "@primepack/core";
import { graphEvents } from "@primepack/event-reader";
import { memoryJournal, migrate, readStatus } from "@primepack/runner";
import { graphJobService, ownContainers, resolveGraphTarget } from "@primepack/submitter";
import { folderDigest, makeTree, manyFiles, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credential, type EmulatedSite, startEmulatedSite } from "./emulated-site.ts";

const folder = temporaryFolder();
let site: EmulatedSite;

beforeAll(async () => {
  site = await startEmulatedSite(folder("emulator"));
  await makeTree(folder("source"), manyFiles(2, 3));
});
afterAll(() => site?.stop());

const packaging = { limits: { maxItems: 4 }, workers: 0 };

describe("migrate() into own containers", () => {
  it("brings everything, with other rights for the service than for the upload", { timeout: 120_000 }, async () => {
    const library = await site.library();
    const containers = ownContainers({ storage: new Secret(site.emulator.storage) });
    const source = fileSystemSource(folder("source"));
    const options = library.options({ directory: folder("own"), source, containers, packaging });
    expect((await migrate(options).result).counts).toMatchObject({ imported: 10, failed: 0, unknown: 0 });
    expect(await library.digest()).toEqual(await folderDigest(folder("source")));
  });

  it("finds a job whose answer was lost by the names of its logs", { timeout: 120_000 }, async () => {
    const library = await site.library();
    const containers = ownContainers({ storage: new Secret(site.emulator.storage) });
    const source = fileSystemSource(folder("source"));
    const options = library.options({ directory: folder("own-lost"), source, containers, packaging, queue: false });
    // As if the service had never shown the job.
    Object.assign(options.service, { jobs: async () => [] });
    site.setFaults({ loseAnswer: { every: 1, path: "CreateMigrationJob" } });
    const { counts, jobs } = await migrate({ ...options, limits: { ...options.limits, pollQueuedMs: 1000 } }).result;
    site.setFaults({});
    expect({ counts, jobs }).toMatchObject({ counts: { imported: 10, unknown: 0 }, jobs: 3 });
    expect(library.jobs()).toBe(3);
  });
});

describe("migrate() into a SharePoint Embedded container", () => {
  it("brings everything by Graph, and sends again what a fatal error left open", { timeout: 120_000 }, async () => {
    const where = { containerId: "b!emulated", graphUrl: site.emulator.graphUrl, credential };
    const { target } = await resolveGraphTarget(where);
    const service = graphJobService(where);
    const events = graphEvents(where);
    const journal = memoryJournal();
    site.setFaults({ fatalAfter: { objects: 2, jobs: 1 } });
    const { counts, status } = await migrate({
      ...{ directory: folder("graph"), journal, source: fileSystemSource(folder("source")), target, service, events },
      packaging,
      limits: { pollRunningMs: 20, pollQueuedMs: 40, pollRequestsPerMinute: 60_000 },
    }).result;
    site.setFaults({});
    expect({ counts, status }).toMatchObject({ status: "complete", counts: { imported: 10, failed: 0, unknown: 0 } });
    expect([...readStatus(journal).packages()].some(({ retryOf }) => retryOf !== undefined)).toBe(true);
    const [container = ""] = await readdir(join(folder("emulator"), "contentstorage"));
    const imported = await folderDigest(join(folder("emulator"), "contentstorage", container, "Document Library"));
    expect(imported).toEqual(await folderDigest(folder("source")));
    await Promise.all([service.close(), events.close()]);
  });
});
