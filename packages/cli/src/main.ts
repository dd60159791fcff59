#!/usr/bin/env node
import { systemClock } from "./clock.ts";
import { runCli } from "./run-cli.ts";

/** What still keeps the process alive so long after the end of its work (a read of a dead mount) is left behind. */
const EXIT_GRACE_MS = 5000;

void runCli({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  cwd: process.cwd(),
  clock: systemClock,
}).then((exitCode) => {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
});
