import { codes, PrimepackError } from "@primepack/core";
import { type ExitCode, exitCodeOfError, exitCodes } from "./exit-code.ts";
import { jsonLine } from "./view/json-line.ts";
import type { OutputStream } from "./view/output-stream.ts";
import { safeText } from "./view/safe-text.ts";

export interface ErrorReportOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Also a JSON line on stdout. */
  readonly json: boolean;
  /** There was a SIGINT. */
  readonly interrupted: boolean;
  /** The command that goes on with the run, if one can. */
  readonly resume?: string;
}

/** Says what ended the command: one line with the message, one with what to do next. Gives the exit status. */
export async function reportError(reason: unknown, options: ErrorReportOptions): Promise<ExitCode> {
  const { stdout, stderr, json, interrupted } = options;
  const error = PrimepackError.from(reason, "INTERNAL", "run the command");
  const { code, message, hint } = error;
  const exitCode = exitCodeOfError(code, codes[code].area, interrupted);
  // What is wrong with the input is so again when the run is continued.
  const resume = exitCode === exitCodes.usage ? undefined : options.resume;
  const goOn = resume === undefined ? "" : `  Go on with: ${safeText(resume)}\n`;
  const said =
    exitCode === exitCodes.interrupted
      ? "primepack: interrupted, and what was in flight is dropped"
      : `primepack: ${safeText(message)}\n  ${safeText(hint)} (${code})`;
  await stderr.write(`${said}\n${goOn}`);
  if (json) {
    await stdout.write(
      jsonLine({ type: "error", code, message, hint, exitCode, ...(resume === undefined ? {} : { resume }) }),
    );
  }
  return exitCode;
}
