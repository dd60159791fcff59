import { ContainerClient } from "@azure/storage-blob";
import { Secret } from "@primepack/core/errors";
import { type Emulator, startEmulator } from "@primepack/emulator";
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
import { handWrittenPackage, type PackageTarget } from "./hand-written-package.ts";

// Our submitter against the emulator: what it finds before an import, and after.

const folder = temporaryFolder();
const credential = { getToken: async () => ({ token: "token", expiresOnTimestamp: Date.UTC(2100, 0) }) };
const containerId = "b!emulated";
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ directory: folder("emulator") });
});
afterAll(() => emulator.stop());

async function uploadTo(containers: JobContainers, target: PackageTarget): Promise<void> {
  const key = Buffer.from((containers.encryptionKey ?? new Secret(new Uint8Array(32))).reveal());
  const { content, manifest } = handWrittenPackage(target, key);
  for (const [uri, blobs] of [
    [containers.dataContainerUri, content],
    [containers.metadataContainerUri, manifest],
  ] as const) {
    for (const { name, bytes, iv = "" } of blobs) {
      const blob = new ContainerClient(uri.reveal()).getBlockBlobClient(name);
      await blob.upload(bytes, bytes.length, { metadata: { IV: iv } });
      await blob.createSnapshot();
    }
  }
}

/** Imports the package and waits until the target has it. */
async function importInto(
  service: MigrationService,
  target: PackageTarget,
  highestItemId: () => Promise<number>,
): Promise<void> {
  const containers = await service.provisionContainers();
  await uploadTo(containers, target);
  const jobId = await service.createJob({ containers, webId: target.webId });
  expect(jobId).toMatch(/^[0-9a-f-]{36}$/);
  for (let turn = 0; (await highestItemId()) < 2; turn++) expect(turn).toBeLessThan(1000);
  await service.close();
}

describe("resolveTarget()", () => {
  it("finds the emulator's library, empty and with what was imported", async () => {
    const resolve = async (path = "") => {
      const options = { siteUrl: emulator.siteUrl, credential, library: "Documents", folder: path };
      const { target, folder: names, roleDefinitions, siteUsers, close } = await resolveTarget(options);
      const roles = [];
      for await (const { name } of roleDefinitions()) roles.push(name);
      const users = [];
      for await (const { login } of siteUsers()) users.push(login);
      await close();
      return { target, names, roles, users };
    };
    const { target, roles } = await resolve();
    expect(target).toMatchObject({ firstItemId: 1, existingFolders: {}, webUrl: "/sites/emulated" });
    expect(roles).toContain("Full Control");
    const service = sharePointJobService({ siteUrl: emulator.siteUrl, credential });
    expect(await service.jobs()).toEqual([]);
    await importInto(service, target, async () => (await resolve()).target.firstItemId - 1);
    const { target: after, names, users } = await resolve("by HAND/new");
    expect(Object.keys(after.existingFolders ?? {})).toEqual(["By hand"]);
    expect([after.firstItemId, names]).toEqual([3, ["By hand", "new"]]);
    expect(users).toContain("i:0#.f|membership|kim@contoso.example");
  });
});

describe("resolveGraphTarget()", () => {
  it("finds the emulator's container, empty and with what was imported", async () => {
    const resolve = async () =>
      (await resolveGraphTarget({ containerId, graphUrl: emulator.graphUrl, credential })).target;
    const target = await resolve();
    expect(target).toMatchObject({ firstItemId: 1, existingFolders: {}, listTitle: "Documents" });
    const service = graphJobService({ containerId, graphUrl: emulator.graphUrl, credential });
    await importInto(service, target, async () => (await resolve()).firstItemId - 1);
    expect(await resolve()).toMatchObject({
      firstItemId: 3,
      existingFolders: { "By hand": "6f0a1c52-6c1d-4c55-9c0e-0d6c6c0f2a01" },
    });
  });
});
