import type { BuildEvent, BuildProgress, ItemOutcome } from "@primepack/core";
import type { ViewClock } from "../clock.ts";
import type { BuildEnd, BuildView } from "./build-view.ts";
import type { OutputStream } from "./output-stream.ts";
import { type ProgressState, progressText } from "./progress-text.ts";
import { safeText } from "./safe-text.ts";
import { StatusLine } from "./status-line.ts";
import { buildSummaryLines } from "./summary-text.ts";
import { type Work, WorkRate } from "./work-rate.ts";

/** A terminal is painted about five times a second; a log gets a line every ten seconds. */
const PAINT_INTERVAL_MS = 200;
const LINE_INTERVAL_MS = 10_000;

/** Lines about single items; `items.ndjson` has all of them. */
const PROBLEM_LINES = 50;
/** Lines about warnings of one code, which the summary counts. */
const WARNING_LINES = 10;

export interface TextBuildViewOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: ViewClock;
  /** Only the summary. */
  readonly quiet: boolean;
}

/** For people: a progress line that is painted over on a terminal, plain lines elsewhere. Problems go to stderr. */
export class TextBuildView implements BuildView {
  readonly #options: TextBuildViewOptions;
  readonly #status: StatusLine;
  readonly #rate = new WorkRate();
  #progress: (() => BuildProgress) | undefined;
  #reused: Work = { files: 0, bytes: 0 };
  #total: Work | undefined;
  #problems = 0;
  readonly #warned = new Map<string, number>();
  #stop: (() => void) | undefined;

  constructor(options: TextBuildViewOptions) {
    this.#options = options;
    this.#status = new StatusLine(options.stdout);
  }

  started(progress: () => BuildProgress): void {
    const { clock, quiet, stdout } = this.#options;
    if (quiet) return;
    this.#progress = progress;
    const interval = stdout.isTerminal ? PAINT_INTERVAL_MS : LINE_INTERVAL_MS;
    this.#stop = clock.every(interval, () => this.#show());
    if (stdout.isTerminal) this.#show();
    else this.#rate.add(clock.now(), { files: 0, bytes: 0 });
  }

  async event(event: BuildEvent): Promise<void> {
    switch (event.type) {
      case "item": {
        const { outcome } = event;
        if (outcome.outcome === "skipped" || outcome.outcome === "failed") {
          await this.#problem(`${outcome.outcome}: ${placeOf(outcome)}${outcome.message} (${outcome.code})`);
        }
        break;
      }
      case "warning":
        await this.#warning(event);
        break;
      case "packageReused": {
        const { files, bytes } = event.record;
        this.#reused = { files: this.#reused.files + files, bytes: this.#reused.bytes + bytes };
        break;
      }
    }
  }

  counted(total: Work): void {
    this.#total = total;
  }

  draining(): void {
    this.#status.clear();
    this.#options.stderr.paint("primepack: finishing what is in flight; press Ctrl+C again to end at once\n");
  }

  ended(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#status.clear();
  }

  async summary(end: BuildEnd): Promise<void> {
    this.ended();
    await this.#options.stdout.write(`${buildSummaryLines(end).join("\n")}\n`);
  }

  async #problem(text: string): Promise<void> {
    this.#problems += 1;
    if (this.#problems > PROBLEM_LINES + 1) return;
    await this.#line(this.#problems <= PROBLEM_LINES ? text : "further ones are recorded in the output folder only");
  }

  async #warning({ code, message, source }: Extract<BuildEvent, { type: "warning" }>): Promise<void> {
    const count = (this.#warned.get(code) ?? 0) + 1;
    this.#warned.set(code, count);
    if (count > WARNING_LINES + 1) return;
    const text = `warning: ${!source ? "" : `${source}: `}${message} (${code})`;
    await this.#line(count <= WARNING_LINES ? text : `further warnings ${code} are counted only; --json tells all`);
  }

  async #line(text: string): Promise<void> {
    if (this.#options.quiet) return;
    this.#status.clear();
    await this.#options.stderr.write(`${safeText(text)}\n`);
  }

  #show(): void {
    const { clock, stdout } = this.#options;
    if (!this.#progress) return;
    const { files, sealedBytes, packages } = this.#progress();
    // What an earlier run finished counts as done, and not into the speed.
    this.#rate.add(clock.now(), { files: files - this.#reused.files, bytes: sealedBytes });
    const text = progressText({
      done: { files, bytes: sealedBytes + this.#reused.bytes },
      packages,
      ...this.#estimate(),
    });
    if (stdout.isTerminal) this.#status.paint(text);
    else stdout.paint(`${text}\n`);
  }

  #estimate(): Partial<ProgressState> {
    const total = this.#total;
    const { bytesPerSecond } = this.#rate;
    const left = total && { files: total.files - this.#reused.files, bytes: total.bytes - this.#reused.bytes };
    const timeLeft = left && this.#rate.timeLeft(left);
    return {
      ...(total === undefined ? {} : { total }),
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
      ...(timeLeft === undefined ? {} : { timeLeft }),
    };
  }
}

/** Where in the source it is: its line, where the source has lines, and its path, where it has one. */
function placeOf({ line, source }: Pick<ItemOutcome, "line" | "source">): string {
  return `${line === undefined ? "" : `line ${line}: `}${source === "" ? "" : `${source}: `}`;
}
