import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { ContainerClient } from "@azure/storage-blob";
import { startEmulator } from "@primepack/emulator";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { root } from "../workspace/root.ts";

const folder = temporaryFolder();
const built = pathToFileURL(join(root, "packages/emulator/dist/index.js")).href;

/** An emulator in a process (and process group) of its own, which hears Ctrl+C and goes on. */
async function startProcess(directory: string) {
  const source = `
    import { startEmulator } from ${JSON.stringify(built)};
    const { siteUrl } = await startEmulator({ directory: ${JSON.stringify(directory)} });
    process.on("SIGINT", () => console.log("interrupted"));
    console.log(siteUrl);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const lines = createInterface({ input: child.stdout });
  const [siteUrl] = (await once(lines, "line")) as [string];
  return { child, lines, siteUrl };
}

describe("startEmulator() after the process of the last one was killed", () => {
  it("waits until its Azurite has ended, and has what was stored up to the kill", { timeout: 120_000 }, async () => {
    const directory = folder("emulator");
    const { child, siteUrl } = await startProcess(directory);
    const headers = { authorization: "Bearer token", accept: "application/json;odata=nometadata" };
    const reply = await fetch(`${siteUrl}/_api/site/ProvisionMigrationContainers`, { method: "POST", headers });
    const { DataContainerUri } = (await reply.json()) as { readonly DataContainerUri: string };
    const blob = new ContainerClient(DataContainerUri).getBlockBlobClient("stored.bin");
    await blob.upload("stored", 6);
    child.kill("SIGKILL");
    await once(child, "exit");

    const emulator = await startEmulator({ directory });
    try {
      expect(emulator.siteUrl).toBe(siteUrl);
      expect((await blob.downloadToBuffer()).toString()).toBe("stored");
    } finally {
      await emulator.stop();
    }
    await expect(fetch(siteUrl, { headers })).rejects.toThrow();
  });
});

describe("cross-tenant migration after the emulator's process was killed", () => {
  it("has all that was answered, and goes on with it", { timeout: 120_000 }, async () => {
    const directory = folder("tenants");
    const { child, siteUrl } = await startProcess(directory);
    const headers = { authorization: "Bearer token", "content-type": "application/json" };
    const migrations = `${new URL(siteUrl).origin}/beta/solutions/sharePoint/migrations`;
    const source = (index: number) => ({ sourceUserIdentity: { userPrincipalName: `user${index}@south.example` } });
    const map = (first: number) =>
      fetch(`${migrations}/crossOrganizationUserMappings`, {
        method: "PATCH",
        headers,
        body: JSON.stringify({
          "@context": "#$delta",
          value: Array.from({ length: 50 }, (_, index) => source(first + index)),
        }),
      });
    expect((await map(0)).status).toBe(200);
    const created = await fetch(`${migrations}/crossOrganizationMigrationTasks`, {
      method: "POST",
      headers,
      body: JSON.stringify({
        parameters: {
          "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
          targetOrganizationHost: "https://north-my.sharepoint.com",
          ...source(7),
          targetUserIdentity: { userPrincipalName: "user7@north.example" },
        },
      }),
    });
    const { id } = (await created.json()) as { readonly id: string };
    const underWay = map(50).catch(() => undefined);
    child.kill("SIGKILL");
    await once(child, "exit");
    await underWay;

    const emulator = await startEmulator({ directory });
    try {
      expect(emulator.crossTenant.tasks().map((task) => task.id)).toEqual([id]);
      const mapped = new Set<unknown>();
      for await (const mapping of emulator.crossTenant.mappings("users")) {
        mapped.add(mapping.sourceUserIdentity?.userPrincipalName);
      }
      for (let index = 0; index < 50; index += 1) expect(mapped).toContain(`user${index}@south.example`);
      expect((await map(50)).status).toBe(200);
    } finally {
      await emulator.stop();
    }
  });
});

describe.skipIf(process.platform === "win32")("startEmulator() in a terminal", () => {
  it("still has its storage after Ctrl+C, until it stops by itself", { timeout: 120_000 }, async () => {
    const { child, lines, siteUrl } = await startProcess(folder("terminal"));
    try {
      const interrupted = once(lines, "line");
      process.kill(-(child.pid ?? 0), "SIGINT");
      await interrupted;
      const headers = { authorization: "Bearer token" };
      const provision = () => fetch(`${siteUrl}/_api/site/ProvisionMigrationContainers`, { method: "POST", headers });
      for (let time = 0; time < 30; time += 1) expect((await provision()).status).toBe(200);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });
});
