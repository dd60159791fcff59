import { type BuildEvent, type BuildProgress, formatNdjsonLine } from "@primepack/core";
import type { ViewClock } from "../clock.ts";
import type { BuildEnd, BuildView } from "./build-view.ts";
import type { OutputStream } from "./output-stream.ts";
import type { Work } from "./work-rate.ts";

const PROGRESS_INTERVAL_MS = 1000;

export interface JsonBuildViewOptions {
  readonly stdout: OutputStream;
  readonly clock: ViewClock;
  /** Only the summary line. */
  readonly quiet: boolean;
}

/** For programs: one JSON object a line, as docs/cli.md describes them. */
export class JsonBuildView implements BuildView {
  readonly #options: JsonBuildViewOptions;
  #stop: (() => void) | undefined;

  constructor(options: JsonBuildViewOptions) {
    this.#options = options;
  }

  started(progress: () => BuildProgress): void {
    const { clock, quiet, stdout } = this.#options;
    if (quiet) return;
    const begun = clock.now();
    this.#stop = clock.every(PROGRESS_INTERVAL_MS, () => {
      const elapsedMs = Math.round(clock.now() - begun);
      stdout.paint(jsonLine({ type: "progress", elapsedMs, ...progress() }));
    });
  }

  async event(event: BuildEvent): Promise<void> {
    if (!this.#options.quiet) await this.#options.stdout.write(jsonLine(event));
  }

  counted(total: Work): void {
    if (!this.#options.quiet) this.#options.stdout.paint(jsonLine({ type: "counted", ...total }));
  }

  draining(): void {
    if (!this.#options.quiet) this.#options.stdout.paint(jsonLine({ type: "draining" }));
  }

  ended(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  async summary({ summary, tally, ...end }: BuildEnd): Promise<void> {
    this.ended();
    await this.#options.stdout.write(jsonLine({ type: "summary", ...summary, ...tally, ...end }));
  }
}

/** One line of the machine-readable output. */
export function jsonLine(value: object): string {
  return formatNdjsonLine(value);
}
