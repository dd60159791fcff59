import { type EmulatorProcess, startEmulatorProcess } from "@primepack/test-support";
import { seededNumbers } from "./seeded-numbers.ts";

/** An emulator in a process of its own, which is killed when its moments come, and started again at the same place. */
export class MortalEmulator {
  readonly #args: readonly string[];
  readonly #log: (line: string) => void;
  readonly #moments: number[];
  #process: EmulatorProcess;
  #turn: Promise<void> = Promise.resolve();
  #kills = 0;

  private constructor(
    process: EmulatorProcess,
    args: readonly string[],
    moments: number[],
    log: (line: string) => void,
  ) {
    this.#process = process;
    this.#args = args;
    this.#moments = moments;
    this.#log = log;
  }

  /** Starts it; the seed decides the shares of work after which it is killed, so many times. */
  static async start(
    directory: string,
    args: readonly string[],
    { kills, seed, log }: { readonly kills: number; readonly seed: string; readonly log: (line: string) => void },
  ): Promise<MortalEmulator> {
    const draw = seededNumbers(`emulator ${seed}`);
    const moments = Array.from({ length: kills }, () => draw() * 0.9).sort((a, b) => a - b);
    return new MortalEmulator(await startEmulatorProcess(directory, args), args, moments, log);
  }

  get process(): EmulatorProcess {
    return this.#process;
  }

  /** Times that it was killed. */
  get kills(): number {
    return this.#kills;
  }

  /** Kills it if a moment has come; it is back a little later. */
  progress(share: number): void {
    const next = this.#moments[0];
    if (next === undefined || share < next) return;
    this.#moments.shift();
    this.#kills += 1;
    this.#turn = this.#turn.then(async () => {
      await this.#process.kill();
      this.#process = await startEmulatorProcess(this.#process.directory, this.#args);
      this.#log(`  the emulator was killed after ${(share * 100).toFixed(1)} % of the work, and is back`);
    });
    // Told to whoever waits.
    this.#turn.catch(() => undefined);
  }

  /** Resolves when it is up. */
  async up(): Promise<void> {
    await this.#turn;
  }

  async stop(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#process.stop();
  }
}
