import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cliProgram } from "@primepack/test-support";
import type { ProcessUsage } from "./measured-process.ts";

/** How a process of the command line that could be killed ended. */
export interface MortalEnd {
  /** Exit code, or the signal that ended it. */
  readonly exit: number | NodeJS.Signals | null;
  /** Its line of type `summary`. */
  readonly summary: Readonly<Record<string, unknown>> | undefined;
  /** What it wrote to standard error, and its lines of errors and warnings. */
  readonly said: string;
  /** Bytes of resident memory at its peak, files that it maps into memory counted; undefined where only Linux could tell. */
  readonly peak: number | undefined;
  /** Bytes of it that are the process's own, at their peak as it was looked at; undefined where only Linux could tell. */
  readonly anonymous: number | undefined;
}

/** A process of the built command line, with `--json`. */
export interface MortalProcess {
  readonly end: Promise<MortalEnd>;
  /** SIGKILL; once. */
  kill(): void;
}

/** Milliseconds between two looks at a process's memory. */
const LOOK_MS = 50;

const reportUsage = fileURLToPath(new URL("report-usage.mjs", import.meta.url));

/** Starts the built command; what it took, it writes to the file as it ends by itself. */
export function startMortalProcess(
  args: readonly string[],
  { usageFile, env = {} }: { readonly usageFile: string; readonly env?: Readonly<Record<string, string>> },
): MortalProcess {
  const child = spawn(process.execPath, ["--import", reportUsage, cliProgram, ...args, "--json"], {
    env: { ...process.env, ...env, PRIMEPACK_USAGE_FILE: usageFile },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Nothing is left behind if this process is told to exit.
  const endWithThis = () => child.kill("SIGKILL");
  process.once("exit", endWithThis);
  let said = "";
  let peak: number | undefined;
  let anonymous: number | undefined;
  const look = () => {
    const memory = memoryOf(child.pid);
    peak = memory?.peak ?? peak;
    anonymous = memory === undefined ? anonymous : Math.max(memory.anonymous, anonymous ?? 0);
  };
  const looking = setInterval(look, LOOK_MS);
  let summary: MortalEnd["summary"];
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = /^\{"type":"(?:summary|error|warning)"/.test(text) ? parsed(text) : undefined;
    if (line?.type === "summary") summary = line;
    else if (line !== undefined) said += `${text}\n`;
  });
  const end = new Promise<MortalEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", endWithThis);
      clearInterval(looking);
      const ended = { exit: code ?? signal, summary, said, anonymous };
      if (signal !== null) resolve({ ...ended, peak });
      else
        readFile(usageFile, "utf8").then(
          (text) => resolve({ ...ended, peak: (JSON.parse(text) as ProcessUsage).peak }),
          reject,
        );
    });
  });
  return {
    end,
    kill() {
      look();
      child.kill("SIGKILL");
    },
  };
}

/** Bytes; Linux keeps the peak of a process until it ends. Undefined: it has ended, or this is no Linux. */
function memoryOf(pid: number | undefined): { readonly peak: number; readonly anonymous: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const [peak, anonymous] = ["VmHWM", "RssAnon"].map(
      (name) => new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1],
    );
    if (peak === undefined || anonymous === undefined) return undefined;
    return { peak: Number(peak) * 1024, anonymous: Number(anonymous) * 1024 };
  } catch {
    return undefined;
  }
}

/** Undefined: the line was cut off when its process was killed. */
function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
