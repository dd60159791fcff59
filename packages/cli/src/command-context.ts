import type { ViewClock } from "./clock.ts";
import type { Interrupt } from "./interrupt.ts";
import type { OutputStream } from "./view/output-stream.ts";

/** What a command gets: the process with its rims wrapped. */
export interface CommandContext {
  /** Arguments after the command. */
  readonly argv: readonly string[];
  /** All arguments, for the command line that goes on with a run. */
  readonly commandLine: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly interrupt: Interrupt;
  readonly cwd: string;
  readonly clock: ViewClock;
}
