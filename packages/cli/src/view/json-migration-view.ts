import type { MigrationEvent, MigrationProgress } from "@primepack/runner";
import type { ViewClock } from "../clock.ts";
import { jsonLine } from "./json-build-view.ts";
import type { MigrationEnd, MigrationView } from "./migration-view.ts";
import type { OutputStream } from "./output-stream.ts";

const PROGRESS_INTERVAL_MS = 1000;

export interface JsonMigrationViewOptions {
  readonly stdout: OutputStream;
  readonly clock: ViewClock;
  /** Only the summary line. */
  readonly quiet: boolean;
}

/** For programs: one JSON object a line, as docs/cli.md describes them. Items are in the report's `items.ndjson`. */
export class JsonMigrationView implements MigrationView {
  readonly #options: JsonMigrationViewOptions;
  #stop: (() => void) | undefined;

  constructor(options: JsonMigrationViewOptions) {
    this.#options = options;
  }

  started(progress: () => MigrationProgress): void {
    const { clock, quiet, stdout } = this.#options;
    if (quiet) return;
    const begun = clock.now();
    this.#stop = clock.every(PROGRESS_INTERVAL_MS, () => {
      const elapsedMs = Math.round(clock.now() - begun);
      stdout.paint(jsonLine({ type: "progress", elapsedMs, ...progress() }));
    });
  }

  async event(event: MigrationEvent): Promise<void> {
    if (!this.#options.quiet) await this.#options.stdout.write(jsonLine(event));
  }

  draining(): void {
    if (!this.#options.quiet) this.#options.stdout.paint(jsonLine({ type: "draining" }));
  }

  ended(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  item(): void {}

  async summary({ summary, ...end }: MigrationEnd): Promise<void> {
    this.ended();
    await this.#options.stdout.write(jsonLine({ type: "summary", ...summary, ...end }));
  }
}
