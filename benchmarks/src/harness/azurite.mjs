import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const blobService = fileURLToPath(new URL("dist/src/blob/main.js", import.meta.resolve("azurite/package.json")));

/** Azurite's published account, the same on every machine. */
const account = "devstoreaccount1";
const accountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** What clients need to reach a blob service at the port with Azurite's account. */
function storageAt(port) {
  const url = `http://127.0.0.1:${port}/${account}`;
  return {
    url,
    account,
    accountKey,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};BlobEndpoint=${url};`,
  };
}

/** Starts a server that says in a line at which port it listens; gives its storage, and ends it with the scenario. */
export async function startServer({ onEnd }, command, env = {}) {
  const [program, ...args] = command;
  const server = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(server, "exit");
  onEnd(async () => {
    server.kill();
    await exited;
  });
  const port = await new Promise((resolve, reject) => {
    let text = "";
    server.stdout.setEncoding("utf8").on("data", (chunk) => {
      text = `${text}${chunk}`.slice(-1000);
      const listening = /listens? on \S+:(\d+)/.exec(text);
      if (listening) resolve(listening[1]);
    });
    server.once("exit", () => reject(new Error(`Cannot measure as ${command.join(" ")} ended before it listened`)));
  });
  return storageAt(port);
}

/** A real Azurite on a free port, its data below the scratch folder. */
export async function startAzurite(bench) {
  const location = `${bench.scratch}/azurite`;
  await mkdir(location);
  const args = ["--blobPort", "0", "--location", location, "--silent", "--skipApiVersionCheck", "--disableTelemetry"];
  return startServer(bench, [process.execPath, blobService, ...args]);
}
