import type { ItemEnd, MigrationEvent, MigrationProgress, MigrationSummary } from "@primepack/runner";
import type { ExitCode } from "../exit-code.ts";

/** What the end of a migration tells beside the runner's summary. */
export interface MigrationEnd {
  readonly summary: MigrationSummary;
  readonly exitCode: ExitCode;
  /** The run's folder, absolute. */
  readonly directory: string;
  /** The report's page. */
  readonly report: string;
  /** The command that goes on with an interrupted run. */
  readonly resume?: string;
}

/**
 * Shows one migration. Calls come in the order: started, then events (with draining among them), then ended, then the
 * items, then the summary.
 */
export interface MigrationView {
  /** `progress` is read whenever the view shows it. */
  started(progress: () => MigrationProgress): void;
  /** Resolves when the next event may come. */
  event(event: MigrationEvent): Promise<void>;
  /** The run was asked to drain. */
  draining(): void;
  /** No more of the run is shown: its view is cleared away. Harmless when repeated. */
  ended(): void;
  /** How one item ended: told while the report is written, for all items. */
  item(item: ItemEnd): void;
  summary(end: MigrationEnd): Promise<void>;
}
