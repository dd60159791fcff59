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

/** An emulator in a process of its own, and where it is. */
async function startProcess(directory: string) {
  const source = `
    import { startEmulator } from ${JSON.stringify(built)};
    const { siteUrl } = await startEmulator({ directory: ${JSON.stringify(directory)} });
    console.log(siteUrl);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [siteUrl] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, siteUrl };
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
