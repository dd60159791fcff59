import type { ItemEnd, MigrationEvent, MigrationProgress, PackageStatus } from "@primepack/runner";
import { migrationProgressText } from "./migration-progress-text.ts";
import { migrationSummaryLines } from "./migration-summary-text.ts";
import type { MigrationEnd, MigrationView } from "./migration-view.ts";
import { TextRunView, type TextRunViewOptions } from "./text-run-view.ts";
import { WorkRate } from "./work-rate.ts";

/** A migration for people. */
export class TextMigrationView extends TextRunView<MigrationProgress> implements MigrationView {
  readonly #rate = new WorkRate();

  constructor(options: TextRunViewOptions) {
    super(options, {
      draining: "submitting nothing more",
      problemLines: 20,
      furtherProblems: "further ones are in the report",
      furtherWarnings: "are told by --json only",
    });
  }

  async event(event: MigrationEvent): Promise<void> {
    switch (event.type) {
      case "package":
        await this.#package(event.package);
        break;
      case "warning":
        await this.warning(event);
        break;
    }
  }

  item({ outcome, source, sourcePath, code, message }: ItemEnd): void {
    if (outcome !== "failed" && outcome !== "unknown" && outcome !== "skipped") return;
    const path = sourcePath.length === 0 ? source : sourcePath.join("/");
    const why = `${message === undefined ? "" : `: ${message}`}${code === undefined ? "" : ` (${code})`}`;
    // Some lines at most: nobody need wait for them.
    void this.problem(`${outcome}: ${path}${why}`);
  }

  async summary(end: MigrationEnd): Promise<void> {
    await this.end(migrationSummaryLines(end));
  }

  protected progressText(progress: MigrationProgress, at: number): string {
    this.#rate.add(at, { files: progress.imported, bytes: progress.importedBytes });
    return migrationProgressText(progress, this.#rate.bytesPerSecond ?? 0);
  }

  /** Jobs that went wrong as a whole. */
  async #package({ name, stage, result, jobId, message }: PackageStatus): Promise<void> {
    if (stage === "unknown") {
      await this.line(`package ${name}: nobody can tell whether it became a job${message ? `: ${message}` : ""}`);
    } else if (stage === "ended" && result !== undefined && result !== "ended") {
      await this.line(`package ${name}: job ${jobId ?? ""} ${result}${message ? `: ${message}` : ""}`);
    }
  }
}
