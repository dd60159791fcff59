import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { MigrationSummary, PackageStage, PackageStatus } from "@primepack/runner";
import { cliProgram } from "@primepack/test-support";
import { type KillMoment, WORK_DONE } from "./kill-moments.ts";

/** How a process of the command line ended. */
export interface ProcessEnd {
  /** Exit code, or the signal that ended it. */
  readonly exit: number | NodeJS.Signals | null;
  readonly summary: MigrationSummary | undefined;
  /** What it wrote to standard error, and its error line. */
  readonly said: string;
}

type Line =
  | { readonly type: "package"; readonly package: PackageStatus }
  | ({ readonly type: "summary" } & MigrationSummary)
  | { readonly type: "error" | "warning" }
  | { readonly type: "progress" };

/** How far a run is, by what its processes told so far. */
export class WorkDone {
  readonly #stages = new Map<string, PackageStage>();
  readonly #packages: number;

  readonly #onProgress: (share: number) => void;

  /** Of so many packages; `onProgress` is told of each step. */
  constructor(packages: number, onProgress: (share: number) => void = () => undefined) {
    this.#packages = packages;
    this.#onProgress = onProgress;
  }

  note({ name, stage }: PackageStatus): void {
    this.#stages.set(name, stage);
    this.#onProgress(this.share);
  }

  get share(): number {
    let sum = 0;
    for (const stage of this.#stages.values()) sum += WORK_DONE[stage];
    return sum / this.#packages;
  }
}

/** Runs the built command with `--json` in a process of its own, which is killed when the moment comes. */
export function runMigrationProcess(args: readonly string[], work: WorkDone, moment?: KillMoment): Promise<ProcessEnd> {
  const child = spawn(process.execPath, [cliProgram, ...args, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
  // Nothing is left behind if this process is told to exit.
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const fuse = new Fuse(child, work, moment);
  let said = "";
  let summary: MigrationSummary | undefined;
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = parsed(text);
    if (line?.type === "package") {
      work.note(line.package);
      fuse.look(line.package);
    } else if (line?.type === "summary") summary = line;
    else if (line?.type === "error" || line?.type === "warning") said += `${text}\n`;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", end);
      fuse.close();
      resolve({ exit: code ?? signal, summary, said });
    });
  });
}

/** Kills a process when the moment comes. */
class Fuse {
  readonly #child: ChildProcess;
  readonly #work: WorkDone;
  readonly #moment: KillMoment | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, work: WorkDone, moment: KillMoment | undefined) {
    this.#child = child;
    this.#work = work;
    this.#moment = moment;
    if (moment?.when === "start") this.#light(moment.delay);
  }

  look({ stage }: PackageStatus): void {
    const moment = this.#moment;
    if (moment === undefined || moment.when === "start" || this.#timer !== undefined) return;
    if (this.#work.share < moment.done || (moment.when === "stage" && moment.stage !== stage)) return;
    this.#light(moment.delay);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #light(delay: number): void {
    if (delay === 0) this.#child.kill("SIGKILL");
    this.#timer = setTimeout(() => this.#child.kill("SIGKILL"), delay);
  }
}

/** Undefined: the line was cut off when its process was killed. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
