import { readdir, readFile, writeFile } from "node:fs/promises";
import {
  type Azurite,
  exampleTarget,
  makeTree,
  manyFiles,
  runCliProcess,
  startAzurite,
  temporaryFolder,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();
let azurite: Azurite;

beforeAll(async () => {
  azurite = await startAzurite();
  await makeTree(path("source"), { ...manyFiles(2, 6), "large.bin": 11_000_000 });
  await writeFile(path("target.json"), JSON.stringify(exampleTarget));
  await writeFile(path("storage"), `${azurite.connectionString}\n`);
});

afterAll(() => azurite.stop());

const build = ["build", "source", "--target", "target.json", "--out", "out", "--max-items", "8", "--block-size", "5"];

describe("primepack with a storage account", () => {
  it("builds into containers, keeps records and key only, and verifies from there", async () => {
    const built = await runCliProcess([...build, "--storage-file", "storage", "--json"], { cwd: path() });
    expect(built.exit, built.stderr).toBe(0);
    const summary = JSON.parse(built.stdout.split("\n").at(-1) ?? "");
    expect(summary).toMatchObject({ type: "summary", inContainers: true, packages: 3 });

    const records = (await readFile(path("out", "packages.ndjson"), "utf8")).trimEnd().split("\n");
    expect(records).toHaveLength(3);
    for (const line of records) {
      const { name, containers } = JSON.parse(line);
      expect(containers.content).toEqual({ kind: "azure", url: expect.stringContaining(`-${name}-content`) });
      expect(await readdir(path("out", name))).toEqual(["blobs.ndjson"]);
    }
    const written = await readdir(path("out"), { recursive: true, withFileTypes: true });
    for (const entry of written.filter((each) => each.isFile())) {
      const text = await readFile(`${entry.parentPath}/${entry.name}`, "utf8");
      expect(text, entry.name).not.toContain(azurite.accountKey);
      expect(text, entry.name).not.toContain("sig=");
    }
    expect(built.stdout + built.stderr).not.toContain(azurite.accountKey);

    const env = { PRIMEPACK_STORAGE: azurite.connectionString };
    const verified = await runCliProcess(["verify", "out", "--source", "source"], { cwd: path(), env });
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
    expect(verified.stdout).toContain("13 files compared");
  });

  it("continues into the same containers, keeping what is finished", async () => {
    const continued = await runCliProcess([...build, "--storage-file", "storage", "--continue"], { cwd: path() });
    expect(continued.exit, continued.stderr).toBe(0);
    expect(continued.stdout).toContain("Built 0 packages and kept 3");
  });

  it("asks for the storage when packages lie there, and names a wrong one without a secret", async () => {
    const without = await runCliProcess(["verify", "out"], { cwd: path() });
    expect(without).toMatchObject({ exit: 2, stderr: expect.stringContaining("need a storage credential") });

    const other = azurite.connectionString.replaceAll(azurite.accountUrl, "http://127.0.0.1:9/devstoreaccount1");
    const elsewhere = await runCliProcess(["verify", "out"], { cwd: path(), env: { PRIMEPACK_STORAGE: other } });
    expect(elsewhere).toMatchObject({ exit: 2, stderr: expect.stringContaining("INVALID_OPTION") });
    expect(elsewhere.stderr).not.toContain(azurite.accountKey);
  });

  it("ends with exit status 3 when the storage is out of reach", async () => {
    const other = azurite.connectionString.replaceAll(azurite.accountUrl, "http://127.0.0.1:9/devstoreaccount1");
    const args = [...build.slice(0, 5), "unreached", ...build.slice(6)];
    const result = await runCliProcess(args, { cwd: path(), env: { PRIMEPACK_STORAGE: other } });
    expect(result).toMatchObject({ exit: 3, stderr: expect.stringContaining("CONTAINER_UNREACHABLE") });
    expect(result.stderr).toContain("--continue");
  });
});
