import type { BatchEvent, BatchProgress, MoveStatus } from "@primepack/cross-tenant";
import { batchProgressText, batchSummaryLines } from "./batch-text.ts";
import type { BatchEnd, BatchView } from "./batch-view.ts";
import { TextRunView, type TextRunViewOptions } from "./text-run-view.ts";

export interface TextBatchViewOptions extends TextRunViewOptions {
  /** That moves are cancelled is what is wanted. */
  readonly isCancelling: boolean;
}

/** A batch of moves for people. */
export class TextBatchView extends TextRunView<BatchProgress> implements BatchView {
  /** How moves end that are no problem. */
  readonly #wanted: ReadonlySet<MoveStatus["outcome"]>;

  constructor({ isCancelling, ...options }: TextBatchViewOptions) {
    super(options, {
      draining: "creating nothing more; tasks go on at the service",
      problemLines: 20,
      furtherProblems: "further ones are in the report, and told by --json",
      furtherWarnings: "are told by --json only",
    });
    this.#wanted = new Set([...(["completed", "validated"] as const), ...(isCancelling ? ["cancelled" as const] : [])]);
  }

  async event(event: BatchEvent): Promise<void> {
    if (event.type === "finding") {
      const { code, message } = event.finding;
      await this.problem(`${message} (${code})`);
    } else if (event.type === "move") {
      const { line, kind, source, outcome, code, message, taskId } = event.move;
      if (outcome === undefined || this.#wanted.has(outcome)) return;
      const task = taskId === undefined ? "" : `, task ${taskId}`;
      const why = `${message === undefined ? "" : `: ${message}`}${code === undefined ? "" : ` (${code})`}`;
      const what = [kind, source].filter(Boolean).join(" ");
      await this.problem(`${outcome}: line ${line}${what === "" ? "" : `, ${what}`}${task}${why}`);
    }
  }

  async summary(end: BatchEnd): Promise<void> {
    await this.end(batchSummaryLines(end));
  }

  protected progressText(progress: BatchProgress): string {
    return batchProgressText(progress);
  }
}
