import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PrimepackError } from "@primepack/core/errors";
import { azuritePrelude, IN_USE } from "./azurite-prelude.ts";

/** The name and key that Azurite is documented with; they open nothing but what this machine's loopback reaches. */
const ACCOUNT_NAME = "devstoreaccount1";
const ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** A running Azurite: blob and queue service on loopback, kept in a folder. */
export interface Azurite {
  readonly accountName: string;
  readonly accountKey: string;
  /** `http://127.0.0.1:PORT/devstoreaccount1`. */
  readonly blobUrl: string;
  readonly queueUrl: string;
  /** Of both services. */
  readonly connectionString: string;
  readonly ports: AzuritePorts;
  /** Lets Azurite's clock be so many milliseconds ahead of the machine's; resolves once it is. */
  setClockAhead(milliseconds: number): Promise<void>;
  /** Resolves once everything is on disk and the process is gone. */
  stop(): Promise<void>;
}

export interface AzuritePorts {
  readonly blob: number;
  readonly queue: number;
}

/**
 * Starts Azurite in a process of its own over the folder, which is made if need be, and resolves once it answers.
 *
 * The ports are those asked for, so that URIs given out in an earlier life stay good; free ones if they are taken or none
 * are asked for. The process ends with `stop()`, and by itself when this process ends. Rejects with
 * EMULATOR_IN_USE if another process has the folder, or EMULATOR_START_FAILED.
 */
export async function startAzurite(directory: string, ports?: AzuritePorts): Promise<Azurite> {
  await mkdir(directory, { recursive: true });
  if (ports === undefined) return await start(directory, { blob: 0, queue: 0 });
  try {
    return await start(directory, ports);
  } catch (error) {
    if (!/EADDRINUSE|EACCES/.test(String(error))) throw error;
    return await start(directory, { blob: 0, queue: 0 });
  }
}

async function start(directory: string, ports: AzuritePorts): Promise<Azurite> {
  const child = spawn(
    process.execPath,
    [
      ...["--import", `data:text/javascript,${encodeURIComponent(azuritePrelude(await lockAddress(directory)))}`],
      createRequire(import.meta.url).resolve("azurite/dist/src/azurite.js"),
      ...["--location", directory],
      ...["--blobHost", "127.0.0.1", "--blobPort", String(ports.blob)],
      ...["--queueHost", "127.0.0.1", "--queuePort", String(ports.queue)],
      ...["--tableHost", "127.0.0.1", "--tablePort", "0"],
      "--skipApiVersionCheck",
      "--disableTelemetry",
      "--silent",
    ],
    {
      stdio: ["pipe", "pipe", "pipe"],
      // Ctrl+C in a terminal reaches all of a process group: Azurite has to outlast the jobs that are being stopped.
      detached: process.platform !== "win32",
    },
  );
  const [blob, queue] = await listening(child);
  child.stdin.on("error", () => undefined);
  const clockLines = createInterface(child.stderr);
  let ahead = 0;
  const blobUrl = `${blob}/${ACCOUNT_NAME}`;
  const queueUrl = `${queue}/${ACCOUNT_NAME}`;
  return {
    accountName: ACCOUNT_NAME,
    accountKey: ACCOUNT_KEY,
    blobUrl,
    queueUrl,
    connectionString: [
      "DefaultEndpointsProtocol=http",
      `AccountName=${ACCOUNT_NAME}`,
      `AccountKey=${ACCOUNT_KEY}`,
      `BlobEndpoint=${blobUrl}`,
      `QueueEndpoint=${queueUrl}`,
    ].join(";"),
    ports: { blob: Number(new URL(blob).port), queue: Number(new URL(queue).port) },
    async setClockAhead(milliseconds) {
      const wanted = Math.round(milliseconds);
      if (wanted === ahead || child.exitCode !== null || child.signalCode !== null) return;
      ahead = wanted;
      const heard = new Promise<void>((resolve) => {
        const hear = (line: string) => {
          if (line !== `clock ${wanted}`) return;
          clockLines.off("line", hear);
          child.off("exit", hear);
          resolve();
        };
        clockLines.on("line", hear);
        child.once("exit", () => resolve());
      });
      child.stdin.write(`${wanted}\n`);
      await heard;
    },
    stop: () => stop(child),
  };
}

/** Where the two services say that they listen. */
function listening(
  child: ChildProcess & { readonly stdout: NodeJS.ReadableStream; readonly stderr: NodeJS.ReadableStream },
): Promise<[string, string]> {
  const urls = new Map<string, string>();
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown) => {
      const text = said.join("\n");
      const [code, reason] = text.includes(IN_USE)
        ? (["EMULATOR_IN_USE", "another emulator has its folder"] as const)
        : (["EMULATOR_START_FAILED", `it ended: ${text}`] as const);
      reject(new PrimepackError(code, `Cannot start Azurite as ${reason}`, { cause }));
    };
    child.once("error", refuse);
    child.once("exit", refuse);
    const hear = (text: Buffer) => said.push(text.toString());
    child.stderr.on("data", hear);
    createInterface(child.stdout).on("line", (line) => {
      if (urls.size < 3) said.push(line);
      const [, service, url] = /Azurite (\w+) service is successfully listening at (\S+)/.exec(line) ?? [];
      if (service === undefined || url === undefined) return;
      urls.set(service, url);
      const [blob, queue] = [urls.get("Blob"), urls.get("Queue")];
      if (blob === undefined || queue === undefined || !urls.has("Table")) return;
      child.off("error", refuse);
      child.off("exit", refuse);
      child.stderr.off("data", hear);
      resolve([blob, queue]);
    });
  });
}

/** Of the folder itself, whatever path leads to it; Linux has addresses that are in no folder. */
async function lockAddress(directory: string): Promise<string> {
  const { dev, ino } = await stat(directory, { bigint: true });
  const id = createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 24);
  if (process.platform === "win32") return `\\\\.\\pipe\\primepack-emulator-${id}`;
  return process.platform === "linux" ? `\0primepack-emulator-${id}` : join(tmpdir(), `primepack-emulator-${id}`);
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.stdin?.end();
  });
}
