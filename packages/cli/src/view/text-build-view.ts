import type { BuildEvent, BuildProgress, ItemOutcome } from "@primepack/core";
import type { BuildEnd, BuildView } from "./build-view.ts";
import { type ProgressState, progressText } from "./progress-text.ts";
import { buildSummaryLines } from "./summary-text.ts";
import { TextRunView, type TextRunViewOptions } from "./text-run-view.ts";
import { type Work, WorkRate } from "./work-rate.ts";

/** A build for people. */
export class TextBuildView extends TextRunView<BuildProgress> implements BuildView {
  readonly #rate = new WorkRate();
  #reused: Work = { files: 0, bytes: 0 };
  #total: Work | undefined;

  constructor(options: TextRunViewOptions) {
    super(options, {
      draining: "finishing what is in flight",
      problemLines: 50,
      furtherProblems: "further ones are recorded in the output folder only",
      furtherWarnings: "are counted only; --json tells all",
    });
  }

  async event(event: BuildEvent): Promise<void> {
    switch (event.type) {
      case "item": {
        const { outcome } = event;
        if (outcome.outcome === "skipped" || outcome.outcome === "failed") {
          await this.problem(`${outcome.outcome}: ${placeOf(outcome)}${outcome.message} (${outcome.code})`);
        }
        break;
      }
      case "warning":
        await this.warning(event);
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

  async summary(end: BuildEnd): Promise<void> {
    await this.end(buildSummaryLines(end));
  }

  protected progressText({ files, sealedBytes, packages }: BuildProgress, at: number): string {
    // What an earlier run finished counts as done, and not into the speed.
    this.#rate.add(at, { files: files - this.#reused.files, bytes: sealedBytes });
    return progressText({
      done: { files, bytes: sealedBytes + this.#reused.bytes },
      packages,
      ...this.#estimate(),
    });
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
