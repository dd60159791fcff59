import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The built command line program. */
export const cliProgram: string = fileURLToPath(new URL("../../../packages/cli/dist/main.js", import.meta.url));

export interface CliResult {
  /** Exit code, or the signal that ended it. */
  readonly exit: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sees each line of standard output as it comes, with the process to act on. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
  /** Runs this program instead, with the built command as its last arguments: a wrapper such as `unshare`. */
  readonly through?: (command: readonly string[]) => readonly [string, ...string[]];
}

/** Runs the built command line program in a process of its own. */
export function runCliProcess(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const command: readonly [string, ...string[]] = [process.execPath, cliProgram, ...args];
  const [file, ...rest] = options.through?.(command) ?? command;
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: { ...process.env, PRIMEPACK_STORAGE: "", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const stdout: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    stdout.push(line);
    options.onLine?.(line, child);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ exit: code ?? signal, stdout: stdout.join("\n"), stderr }));
  });
}

/** An emulator of the Migration API in a process of its own. */
export interface EmulatorProcess {
  readonly siteUrl: string;
  readonly graphUrl: string;
  /** Root of Graph's cross-tenant routes. */
  readonly graphBetaUrl: string;
  /** Folder of what is imported. */
  readonly directory: string;
  /** Holds the connection string of its storage account. */
  readonly storageFile: string;
  stop(): Promise<void>;
  /** Ends it as a power cut would (SIGKILL). */
  kill(): Promise<void>;
}

/** Starts `primepack emulator` and resolves when it takes requests. */
export async function startEmulatorProcess(directory: string, args: readonly string[] = []): Promise<EmulatorProcess> {
  const child = spawn(process.execPath, [cliProgram, "emulator", "--directory", directory, "--json", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // Nothing is left behind if this process is told to exit.
  const end = () => child.kill();
  process.once("exit", end);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const endBy = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
    process.off("exit", end);
  };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (typeof value !== "string") throw new Error("The emulator did not start");
  const { siteUrl, graphUrl, graphBetaUrl, storageFile } = JSON.parse(value) as EmulatorProcess;
  return {
    siteUrl,
    graphUrl,
    graphBetaUrl,
    storageFile,
    directory,
    stop: () => endBy("SIGINT"),
    kill: () => endBy("SIGKILL"),
  };
}
