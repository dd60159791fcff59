import type { BatchEvent, BatchProgress, BatchSummary } from "@primepack/cross-tenant";
import type { ExitCode } from "../exit-code.ts";

/** What the end of a batch tells beside its summary. */
export interface BatchEnd {
  readonly summary: BatchSummary;
  readonly exitCode: ExitCode;
  /** The run's folder, absolute. */
  readonly directory: string;
  /** The report's page. */
  readonly report: string;
  /** The command that goes on with an interrupted run, or creates what was validated. */
  readonly resume?: string;
}

/** Shows a batch of moves. Calls come in the order: started, events (with draining among them), ended, summary. */
export interface BatchView {
  /** `progress` is read whenever the view shows it. */
  started(progress: () => BatchProgress): void;
  /** Resolves when the next event may come. */
  event(event: BatchEvent): Promise<void>;
  /** The run was asked to drain. */
  draining(): void;
  /** No more of the run is shown: its view is cleared away. Harmless when repeated. */
  ended(): void;
  summary(end: BatchEnd): Promise<void>;
}
