import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SelfSignedCertificate } from "./self-signed-certificate.ts";

/** The name and key that Azurite is documented with; they open nothing else. */
const ACCOUNT_NAME = "devstoreaccount1";
const ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** A running Azurite: blob and queue service on ports of its own, nothing kept on disk. */
export interface Azurite {
  readonly accountName: string;
  readonly accountKey: string;
  /** URL of the blob service: `http://127.0.0.1:PORT/devstoreaccount1`. */
  readonly accountUrl: string;
  readonly queueUrl: string;
  /** Of both services. */
  readonly connectionString: string;
  stop(): Promise<void>;
}

/**
 * Starts Azurite in a process of its own and resolves once both services answer.
 *
 * It ends with `stop()`, and by itself when this process ends in whatever way: its input pipe closes then. With a
 * certificate it speaks HTTPS, and takes bearer tokens besides: JSON Web Tokens whose signature it doesn't check.
 */
export async function startAzurite(certificate?: SelfSignedCertificate): Promise<Azurite> {
  const tls = await tlsFiles(certificate);
  try {
    return await startWith(tls.arguments);
  } finally {
    await tls.remove();
  }
}

/** Azurite reads certificates from files, once. */
async function tlsFiles(
  certificate: SelfSignedCertificate | undefined,
): Promise<{ readonly arguments: readonly string[]; remove(): Promise<void> }> {
  if (certificate === undefined) return { arguments: [], remove: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "primepack-azurite-"));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await writeFile(cert, certificate.cert);
  await writeFile(key, certificate.key, { mode: 0o600 });
  return {
    arguments: ["--cert", cert, "--key", key, "--oauth", "basic"],
    remove: () => rm(folder, { recursive: true }),
  };
}

async function startWith(further: readonly string[]): Promise<Azurite> {
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/azurite.js");
  const endWithParent = "process.stdin.on('close',()=>process.exit(0)).resume()";
  const child = spawn(
    process.execPath,
    [
      "--import",
      `data:text/javascript,${encodeURIComponent(endWithParent)}`,
      main,
      ...["--blobHost", "127.0.0.1", "--blobPort", "0"],
      ...["--queueHost", "127.0.0.1", "--queuePort", "0"],
      ...["--tableHost", "127.0.0.1", "--tablePort", "0"],
      "--inMemoryPersistence",
      "--skipApiVersionCheck",
      "--disableTelemetry",
      "--silent",
      ...further,
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const [blob, queue] = await listening(child, ["Blob", "Queue"]);
  const accountUrl = `${blob}/${ACCOUNT_NAME}`;
  const queueUrl = `${queue}/${ACCOUNT_NAME}`;
  return {
    accountName: ACCOUNT_NAME,
    accountKey: ACCOUNT_KEY,
    accountUrl,
    queueUrl,
    connectionString: [
      `DefaultEndpointsProtocol=${accountUrl.startsWith("https:") ? "https" : "http"}`,
      `AccountName=${ACCOUNT_NAME}`,
      `AccountKey=${ACCOUNT_KEY}`,
      `BlobEndpoint=${accountUrl}`,
      `QueueEndpoint=${queueUrl}`,
    ].join(";"),
    stop: () => stop(child),
  };
}

/** The URLs that the services say they listen on. */
function listening(child: ChildProcess, services: readonly string[]): Promise<string[]> {
  const urls = new Map<string, string>();
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`Azurite ended with code ${code}: ${said.join("\n")}`)));
    child.stderr?.on("data", (text: Buffer) => said.push(text.toString()));
    if (child.stdout === null) return reject(new Error("Azurite has no output"));
    createInterface(child.stdout).on("line", (line) => {
      said.push(line);
      const [, service, url] = /Azurite (\w+) service is successfully listening at (\S+)/.exec(line) ?? [];
      if (service !== undefined && url !== undefined) urls.set(service, url);
      const found = services.map((name) => urls.get(name)).filter((found) => found !== undefined);
      if (found.length === services.length) resolve(found);
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.stdin?.end();
  });
}
