import type { Code } from "../errors/index.ts";
import { type Finding, makeFinding, type ReportAt, type Severity } from "./finding.ts";

/** Findings on their way out, and how many there were. */
export class Findings {
  readonly counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  readonly codes: Partial<Record<Code, number>> = {};
  #waiting: Finding[] = [];

  /** Reports for one package; without a name, for what concerns the whole output. */
  reportFor(packageName?: string): ReportAt {
    return (code, place, message, severity = "error") => {
      this.counts[severity]++;
      this.codes[code] = (this.codes[code] ?? 0) + 1;
      this.#waiting.push(makeFinding(code, severity, packageName, place, message));
    };
  }

  /** What has come since the last call. */
  take(): readonly Finding[] {
    if (this.#waiting.length === 0) return NONE;
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}

const NONE: readonly Finding[] = [];
