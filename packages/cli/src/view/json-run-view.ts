import type { ViewClock } from "../clock.ts";
import { jsonLine } from "./json-line.ts";
import type { OutputStream } from "./output-stream.ts";

const PROGRESS_INTERVAL_MS = 1000;

export interface JsonRunViewOptions {
  readonly stdout: OutputStream;
  readonly clock: ViewClock;
  /** Only the summary line. */
  readonly quiet: boolean;
}

/** What the views of all runs have in common for programs: one JSON object a line, as docs/cli.md describes them. */
export abstract class JsonRunView<Event extends object, Progress extends object> {
  readonly #options: JsonRunViewOptions;
  #stop: (() => void) | undefined;

  constructor(options: JsonRunViewOptions) {
    this.#options = options;
  }

  started(progress: () => Progress): void {
    const { clock, quiet } = this.#options;
    if (quiet) return;
    const begun = clock.now();
    this.#stop = clock.every(PROGRESS_INTERVAL_MS, () => {
      const elapsedMs = Math.round(clock.now() - begun);
      this.paint({ type: "progress", elapsedMs, ...progress() });
    });
  }

  async event(event: Event): Promise<void> {
    if (!this.#options.quiet) await this.#options.stdout.write(jsonLine(event));
  }

  draining(): void {
    this.paint({ type: "draining" });
  }

  ended(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Shows what may be left out where nobody reads in time. */
  protected paint(value: object): void {
    if (!this.#options.quiet) this.#options.stdout.paint(jsonLine(value));
  }

  protected async end(value: object): Promise<void> {
    this.ended();
    await this.#options.stdout.write(jsonLine({ type: "summary", ...value }));
  }
}
