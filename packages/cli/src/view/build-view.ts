import type { BuildEvent, BuildProgress, BuildSummary } from "@primepack/core";
import type { TallyCounts } from "../build-tally.ts";
import type { ExitCode } from "../exit-code.ts";
import type { Work } from "./work-rate.ts";

/** What the end of a build tells beside core's summary. */
export interface BuildEnd {
  readonly summary: BuildSummary;
  readonly tally: TallyCounts;
  readonly exitCode: ExitCode;
  /** The output folder, absolute. */
  readonly directory: string;
  /** Where the key is; undefined when nothing was encrypted or written. */
  readonly keyFile?: string;
  /** Packages are in containers of Azure Blob Storage. */
  readonly inContainers: boolean;
  readonly dryRun: boolean;
  /** The command that goes on with an interrupted run. */
  readonly resume?: string;
}

/**
 * Shows one build. Calls come in the order: started, then events (with counted and draining among them), then ended;
 * warnings of what the command line names come before.
 */
export interface BuildView {
  /** `progress` is read whenever the view shows it. */
  started(progress: () => BuildProgress): void;
  /** Resolves when the next event may come. */
  event(event: BuildEvent): Promise<void>;
  /** How much there is in all; may never come. */
  counted(total: Work): void;
  /** The run was asked to drain. */
  draining(): void;
  /** No more of the run is shown: its view is cleared away. Harmless when repeated. */
  ended(): void;
  summary(end: BuildEnd): Promise<void>;
}
