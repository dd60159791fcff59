import type { MappingEvent, MappingProgress, MappingSummary } from "@primepack/cross-tenant";
import type { ExitCode } from "../exit-code.ts";

/** What the end of applying a mapping file tells beside its summary. */
export interface MappingEnd {
  readonly summary: MappingSummary;
  readonly exitCode: ExitCode;
  /** Folder of what was applied, absolute. */
  readonly directory: string;
  /** The report's page; undefined: none was written. */
  readonly report?: string;
  /** The command that goes on with an interrupted run. */
  readonly resume?: string;
}

/** Shows how a mapping file is applied. Calls come in the order: started, events (with draining among them), ended, summary. */
export interface MappingView {
  /** `progress` is read whenever the view shows it. */
  started(progress: () => MappingProgress): void;
  /** Resolves when the next event may come. */
  event(event: MappingEvent): Promise<void>;
  /** The run was asked to drain. */
  draining(): void;
  /** No more of the run is shown: its view is cleared away. Harmless when repeated. */
  ended(): void;
  summary(end: MappingEnd): Promise<void>;
}
