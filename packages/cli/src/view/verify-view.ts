import type { Finding, VerifyEvent, VerifySummary } from "@primepack/core";
import type { ViewClock } from "../clock.ts";
import { type ExitCode, verifyExitCodeMeanings } from "../exit-code.ts";
import { jsonLine } from "./json-line.ts";
import type { OutputStream } from "./output-stream.ts";
import { formatBytes, formatCountOf } from "./quantities.ts";
import { safeText } from "./safe-text.ts";
import { StatusLine } from "./status-line.ts";

const PAINT_INTERVAL_MS = 200;

/** Shows one verification. */
export interface VerifyView {
  event(event: VerifyEvent): Promise<void>;
  /** What is painted is cleared away. Harmless when repeated. */
  ended(): void;
  summary(summary: VerifySummary, exitCode: ExitCode): Promise<void>;
}

export interface VerifyViewOptions {
  readonly stdout: OutputStream;
  readonly clock: ViewClock;
  /** Only the summary. */
  readonly quiet: boolean;
}

/** For people: every finding, each code's remedy once, and how far it is on a terminal. */
export function textVerifyView({ stdout, clock, quiet }: VerifyViewOptions): VerifyView {
  const status = new StatusLine(stdout);
  const explained = new Set<string>();
  const done = { packages: 0, blobs: 0, bytes: 0 };
  let comparing = false;
  const stop =
    stdout.isTerminal && !quiet
      ? clock.every(PAINT_INTERVAL_MS, () =>
          status.paint(`${countsText(done)} verified${comparing ? ", comparing" : ""}`),
        )
      : () => {};

  async function show(finding: Finding): Promise<void> {
    const { severity, code, place, message, remedy } = finding;
    const where = finding.package === undefined ? place : `${finding.package}/${place}`;
    const remedyLine = explained.has(code) ? "" : `  ${safeText(remedy)}\n`;
    explained.add(code);
    status.clear();
    await stdout.write(`${severity}: ${safeText(where)}: ${safeText(message)} (${code})\n${remedyLine}`);
  }

  return {
    async event(event) {
      if (event.type === "finding" && !quiet) await show(event.finding);
      if (event.type === "comparing") comparing = true;
      if (event.type === "packageFinished") {
        done.packages += 1;
        done.blobs += event.blobs;
        done.bytes += event.bytes;
      }
    },
    ended() {
      stop();
      status.clear();
    },
    async summary(summary, exitCode) {
      const { error, warning, note } = summary.findings;
      const lines = [
        `Verified ${countsText(summary)}; ${formatCountOf(summary.compared, "file")} compared with the source`,
        `Findings: ${formatCountOf(error, "error")}, ${formatCountOf(warning, "warning")}, ${formatCountOf(note, "note")}`,
        `Exit status ${exitCode}: ${verifyExitCodeMeanings[exitCode]}`,
      ];
      await stdout.write(`${lines.join("\n")}\n`);
    },
  };
}

/** For programs: one JSON object a line, as docs/cli.md describes them. */
export function jsonVerifyView({ stdout, quiet }: VerifyViewOptions): VerifyView {
  return {
    async event(event) {
      if (quiet) return;
      await stdout.write(jsonLine(event.type === "finding" ? { type: "finding", ...event.finding } : event));
    },
    ended() {},
    summary: (summary, exitCode) => stdout.write(jsonLine({ type: "summary", ...summary, exitCode })),
  };
}

function countsText({ packages, blobs, bytes }: { packages: number; blobs: number; bytes: number }): string {
  return `${formatCountOf(packages, "package")}, ${formatCountOf(blobs, "blob")}, ${formatBytes(bytes)}`;
}
