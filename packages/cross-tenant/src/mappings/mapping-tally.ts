import type { MappingOutcome, MappingProgress } from "./mapping-run-types.ts";

/** How many entries of a run are where. */
export class MappingTally {
  lines = 0;
  /** PATCH requests of this process. */
  requests = 0;
  /** Entries to send, those of earlier processes included; undefined until all lines are read. */
  changes: number | undefined;
  readonly counts: Record<MappingOutcome["outcome"], number> = {
    added: 0,
    changed: 0,
    removed: 0,
    unchanged: 0,
    failed: 0,
    invalid: 0,
    pending: 0,
  };

  /** Entries that have their outcome. */
  get done(): number {
    const { added, changed, removed, failed } = this.counts;
    return added + changed + removed + failed;
  }

  get progress(): MappingProgress {
    const { lines, changes, done, requests } = this;
    return { lines, changes, done, failed: this.counts.failed, requests };
  }
}
