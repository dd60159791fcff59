import { EventEmitter } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import {
  type Azurite,
  accountSas,
  containerSas,
  exampleTarget,
  startAzurite,
  temporaryFolder,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { runCli } from "./run-cli.ts";

const path = temporaryFolder();
let azurite: Azurite;
let container: string;
let sas: string;

beforeAll(async () => {
  azurite = await startAzurite();
  container = `${azurite.accountUrl}/archive`;
  await put(`${container}?restype=container&${accountSas(azurite)}`);
  for (const name of ["reports/2023/a.txt", "reports/2024/b.txt", "other.txt"]) {
    await put(`${container}/${name}?${accountSas(azurite)}`, name);
  }
  sas = containerSas(azurite, container, "rl");
  await writeFile(path("sas"), `?${sas}\n`);
  await writeFile(path("target.json"), JSON.stringify(exampleTarget));
}, 60_000);

afterAll(() => azurite.stop());

async function put(url: string, body = ""): Promise<void> {
  const headers = { "x-ms-version": "2021-12-02", "x-ms-blob-type": "BlockBlob" };
  const { status } = await fetch(url, { method: "PUT", body, headers });
  if (status !== 201) throw new Error(`Azurite answered ${status}`);
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const said = { stdout: "", stderr: "" };
  stdout.on("data", (chunk: Buffer) => {
    said.stdout += chunk;
  });
  stderr.on("data", (chunk: Buffer) => {
    said.stderr += chunk;
  });
  const signals = new EventEmitter();
  const exit = await runCli({ argv, env, stdout, stderr, signals, cwd: path(), clock: systemClock });
  return { exit, ...said };
}

const into = (out: string) => ["--target", "target.json", "--out", out, "--workers", "0"];

describe("primepack build --blob-container", () => {
  it("packages the blobs below a prefix, and verify compares with them", async () => {
    const source = ["--blob-container", container, "--blob-prefix", "reports", "--blob-sas-file", "sas"];
    const built = await run(["build", ...source, ...into("blobs")]);
    expect(built.exit, built.stderr).toBe(0);
    expect(built.stdout).toContain("Items: 4 packaged");
    const verified = await run(["verify", "blobs", ...source]);
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
    expect(verified.stdout).toContain("2 files compared");
    for (const file of ["items.ndjson", "packages.ndjson", "run.json"]) {
      expect(await readFile(path("blobs", file), "utf8")).not.toContain("sig=");
    }
  });

  it("takes the SAS from the environment, and says nothing of it when it is refused", async () => {
    const source = ["build", "--blob-container", container];
    const built = await run([...source, ...into("environment")], { PRIMEPACK_BLOB_SAS: sas });
    expect(built.exit, built.stderr).toBe(0);
    expect(built.stdout).toContain("Items: 6 packaged");
    const forged = sas.replace(/sig=[^&]{8}/, "sig=AAAAAAAA");
    const refused = await run([...source, ...into("refused")], { PRIMEPACK_BLOB_SAS: forged });
    expect(refused.exit).toBe(3);
    expect(refused.stderr + refused.stdout).not.toContain("sig=");
    const argument = await run(["build", "--blob-container", `${container}?${sas}`, ...into("argument")]);
    expect(argument).toMatchObject({ exit: 2, stderr: expect.stringContaining("--blob-sas-file") });
    expect(argument.stderr).not.toContain("sig=");
  });

  it("gives an inventory the contents that it names by blob", async () => {
    const line = { kind: "file", path: "copy.txt", content: { blob: "other.txt" } };
    const named = { kind: "file", path: "named.txt", content: { blob: "reports/2023/a.txt", container: "archive" } };
    await writeFile(path("inventory.ndjson"), `${JSON.stringify(line)}\n${JSON.stringify(named)}\n`);
    const source = ["--inventory", "inventory.ndjson", "--blob-container", container, "--blob-sas-file", "sas"];
    const built = await run(["build", ...source, ...into("inventory")]);
    expect(built.exit, built.stderr).toBe(0);
    const verified = await run(["verify", "inventory", ...source]);
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
    expect(verified.stdout).toContain("2 files compared");
  });
});
