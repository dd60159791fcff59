import type { ViewClock } from "../clock.ts";
import type { OutputStream } from "./output-stream.ts";
import { safeText } from "./safe-text.ts";
import { StatusLine } from "./status-line.ts";

/** A terminal is painted about five times a second; a log gets a line every ten seconds. */
const PAINT_INTERVAL_MS = 200;
const LINE_INTERVAL_MS = 10_000;

/** Lines about warnings of one code. */
const WARNING_LINES = 10;

export interface TextRunViewOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: ViewClock;
  /** Only the summary. */
  readonly quiet: boolean;
}

/** What one kind of runs says where all say the same. */
export interface TextRunWords {
  /** What happens once the run was asked to drain: "submitting nothing more". */
  readonly draining: string;
  /** Lines about single problems. */
  readonly problemLines: number;
  /** Stands in place of the problems after these. */
  readonly furtherProblems: string;
  /** What becomes of the warnings of one code after the first ten. */
  readonly furtherWarnings: string;
}

/** What the views of all runs have in common for people: a progress line that is painted over on a terminal, plain lines elsewhere. Problems go to stderr. */
export abstract class TextRunView<Progress extends object> {
  readonly #options: TextRunViewOptions;
  readonly #words: TextRunWords;
  readonly #status: StatusLine;
  readonly #warned = new Map<string, number>();
  #progress: (() => Progress) | undefined;
  #problems = 0;
  #stop: (() => void) | undefined;

  constructor(options: TextRunViewOptions, words: TextRunWords) {
    this.#options = options;
    this.#words = words;
    this.#status = new StatusLine(options.stdout);
  }

  started(progress: () => Progress): void {
    const { clock, quiet, stdout } = this.#options;
    if (quiet) return;
    this.#progress = progress;
    this.#stop = clock.every(stdout.isTerminal ? PAINT_INTERVAL_MS : LINE_INTERVAL_MS, () => this.#show());
    // Speeds count from here on, whether or not it is shown.
    const text = this.progressText(progress(), clock.now());
    if (stdout.isTerminal) this.#status.paint(text);
  }

  draining(): void {
    this.#status.clear();
    this.#options.stderr.paint(`primepack: ${this.#words.draining}; press Ctrl+C again to end at once\n`);
  }

  ended(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#status.clear();
  }

  /** How far the run is, on one line. `at`: milliseconds that only go forward. */
  protected abstract progressText(progress: Progress, at: number): string;

  /** One of many things that went wrong: the first of them are shown. */
  protected async problem(text: string): Promise<void> {
    const { problemLines, furtherProblems } = this.#words;
    this.#problems += 1;
    if (this.#problems > problemLines + 1) return;
    await this.line(this.#problems <= problemLines ? text : furtherProblems);
  }

  /** The first ones of each code are shown. */
  protected async warning(warning: {
    readonly code: string;
    readonly message: string;
    readonly source?: string;
  }): Promise<void> {
    const { code, message, source } = warning;
    const count = (this.#warned.get(code) ?? 0) + 1;
    this.#warned.set(code, count);
    if (count > WARNING_LINES + 1) return;
    const text = `warning: ${source ? `${source}: ` : ""}${message} (${code})`;
    await this.line(count <= WARNING_LINES ? text : `further warnings ${code} ${this.#words.furtherWarnings}`);
  }

  protected async line(text: string): Promise<void> {
    if (this.#options.quiet) return;
    this.#status.clear();
    await this.#options.stderr.write(`${safeText(text)}\n`);
  }

  protected async end(lines: readonly string[]): Promise<void> {
    this.ended();
    await this.#options.stdout.write(`${lines.join("\n")}\n`);
  }

  #show(): void {
    const { clock, stdout } = this.#options;
    if (!this.#progress) return;
    const text = this.progressText(this.#progress(), clock.now());
    if (stdout.isTerminal) this.#status.paint(text);
    else stdout.paint(`${text}\n`);
  }
}
