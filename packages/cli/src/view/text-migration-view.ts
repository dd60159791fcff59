import type { ItemEnd, MigrationEvent, MigrationProgress, PackageStatus } from "@primepack/runner";
import type { ViewClock } from "../clock.ts";
import { migrationProgressText } from "./migration-progress-text.ts";
import { migrationSummaryLines } from "./migration-summary-text.ts";
import type { MigrationEnd, MigrationView } from "./migration-view.ts";
import type { OutputStream } from "./output-stream.ts";
import { safeText } from "./safe-text.ts";
import { StatusLine } from "./status-line.ts";
import { WorkRate } from "./work-rate.ts";

/** A terminal is painted about five times a second; a log gets a line every ten seconds. */
const PAINT_INTERVAL_MS = 200;
const LINE_INTERVAL_MS = 10_000;

/** Lines about single items; the report has all of them. */
const PROBLEM_LINES = 20;
/** Lines about warnings of one code. */
const WARNING_LINES = 10;

export interface TextMigrationViewOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: ViewClock;
  /** Only the summary. */
  readonly quiet: boolean;
}

/** For people: a progress line that is painted over on a terminal, plain lines elsewhere. Problems go to stderr. */
export class TextMigrationView implements MigrationView {
  readonly #options: TextMigrationViewOptions;
  readonly #status: StatusLine;
  readonly #rate = new WorkRate();
  readonly #warned = new Map<string, number>();
  #progress: (() => MigrationProgress) | undefined;
  #problems = 0;
  #stop: (() => void) | undefined;

  constructor(options: TextMigrationViewOptions) {
    this.#options = options;
    this.#status = new StatusLine(options.stdout);
  }

  started(progress: () => MigrationProgress): void {
    const { clock, quiet, stdout } = this.#options;
    if (quiet) return;
    this.#progress = progress;
    this.#stop = clock.every(stdout.isTerminal ? PAINT_INTERVAL_MS : LINE_INTERVAL_MS, () => this.#show());
    if (stdout.isTerminal) this.#show();
    else this.#rate.add(clock.now(), { files: 0, bytes: 0 });
  }

  async event(event: MigrationEvent): Promise<void> {
    switch (event.type) {
      case "package":
        await this.#package(event.package);
        break;
      case "warning":
        await this.#warning(event);
        break;
    }
  }

  draining(): void {
    this.#status.clear();
    this.#options.stderr.paint("primepack: submitting nothing more; press Ctrl+C again to end at once\n");
  }

  ended(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#status.clear();
  }

  item({ outcome, source, sourcePath, code, message }: ItemEnd): void {
    if (outcome !== "failed" && outcome !== "unknown" && outcome !== "skipped") return;
    this.#problems += 1;
    if (this.#options.quiet || this.#problems > PROBLEM_LINES + 1) return;
    const path = sourcePath.length === 0 ? source : sourcePath.join("/");
    const text =
      this.#problems <= PROBLEM_LINES
        ? `${outcome}: ${path}${message === undefined ? "" : `: ${message}`}${code === undefined ? "" : ` (${code})`}`
        : "further ones are in the report";
    this.#options.stderr.paint(`${safeText(text)}\n`);
  }

  async summary(end: MigrationEnd): Promise<void> {
    this.ended();
    await this.#options.stdout.write(`${migrationSummaryLines(end).join("\n")}\n`);
  }

  /** Jobs that went wrong as a whole. */
  async #package({ name, stage, result, jobId, message }: PackageStatus): Promise<void> {
    if (stage === "unknown") {
      await this.#line(`package ${name}: nobody can tell whether it became a job${message ? `: ${message}` : ""}`);
    } else if (stage === "ended" && result !== undefined && result !== "ended") {
      await this.#line(`package ${name}: job ${jobId ?? ""} ${result}${message ? `: ${message}` : ""}`);
    }
  }

  async #warning({ code, message, source }: Extract<MigrationEvent, { type: "warning" }>): Promise<void> {
    const count = (this.#warned.get(code) ?? 0) + 1;
    this.#warned.set(code, count);
    if (count > WARNING_LINES + 1) return;
    const text = `warning: ${source ? `${source}: ` : ""}${message} (${code})`;
    await this.#line(count <= WARNING_LINES ? text : `further warnings ${code} are told by --json only`);
  }

  async #line(text: string): Promise<void> {
    if (this.#options.quiet) return;
    this.#status.clear();
    await this.#options.stderr.write(`${safeText(text)}\n`);
  }

  #show(): void {
    const { clock, stdout } = this.#options;
    if (!this.#progress) return;
    const progress = this.#progress();
    this.#rate.add(clock.now(), { files: progress.imported, bytes: progress.importedBytes });
    const text = migrationProgressText(progress, this.#rate.bytesPerSecond ?? 0);
    if (stdout.isTerminal) this.#status.paint(text);
    else stdout.paint(`${text}\n`);
  }
}
