import type { MappingEvent, MappingProgress } from "@primepack/cross-tenant";
import { mappingProgressText, mappingSummaryLines } from "./mapping-text.ts";
import type { MappingEnd, MappingView } from "./mapping-view.ts";
import { TextRunView, type TextRunViewOptions } from "./text-run-view.ts";

/** A mapping file for people. */
export class TextMappingView extends TextRunView<MappingProgress> implements MappingView {
  constructor(options: TextRunViewOptions) {
    super(options, {
      draining: "sending nothing more",
      problemLines: 20,
      furtherProblems: "further ones are in the report, and told by --json",
      furtherWarnings: "are told by --json only",
    });
  }

  async event(event: MappingEvent): Promise<void> {
    if (event.type === "finding") {
      const { code, message } = event.finding;
      await this.problem(`${message} (${code})`);
    } else if (event.type === "mapping") {
      const { line, source, outcome, code, message } = event.mapping;
      if (outcome !== "failed" && outcome !== "pending") return;
      const where = line === undefined ? "" : `line ${line}: `;
      const why = `${message === undefined ? "" : `: ${message}`}${code === undefined ? "" : ` (${code})`}`;
      await this.problem(`${outcome}: ${where}${source}${why}`);
    }
  }

  async summary(end: MappingEnd): Promise<void> {
    await this.end(mappingSummaryLines(end));
  }

  protected progressText(progress: MappingProgress): string {
    return mappingProgressText(progress);
  }
}
