import { resolve } from "node:path";
import { readMigrateArguments } from "../arguments/migrate-arguments.ts";
import { type RunFolderArguments, readCancelArguments, readResumeArguments } from "../arguments/run-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";
import { readRunFile } from "../migration/run-file.ts";
import { runMigration } from "../migration/run-migration.ts";

/** `primepack resume`: goes on with a run that was interrupted, in whatever way. */
export function resumeCommand(context: CommandContext): Promise<ExitCode> {
  return goOn(readResumeArguments(context.argv), "migrate", context);
}

/** `primepack cancel`: deletes the jobs of a run that have not ended, and ends it for good. */
export function cancelCommand(context: CommandContext): Promise<ExitCode> {
  return goOn(readCancelArguments(context.argv), "cancel", context);
}

async function goOn(
  given: RunFolderArguments,
  action: "migrate" | "cancel",
  context: CommandContext,
): Promise<ExitCode> {
  const directory = resolve(context.cwd, given.run);
  const file = await readRunFile(directory);
  const flags = readMigrateArguments(file.arguments);
  // Who asks, and how patiently, may be told anew.
  const isNew = Object.keys(given.credential).length > 0;
  return runMigration(
    {
      directory,
      file,
      flags,
      action,
      limits: { ...flags.limits, ...given.limits },
      credential: isNew ? absolute(given.credential, context.cwd) : flags.credential,
      resubmitUnknown: given.resubmitUnknown,
      json: given.json,
      quiet: given.quiet,
    },
    context,
  );
}

/** Paths of the present command line are relative to where it was given. */
function absolute(credential: RunFolderArguments["credential"], cwd: string): RunFolderArguments["credential"] {
  const { certificate, tokenFile } = credential;
  return {
    ...credential,
    ...(certificate === undefined ? {} : { certificate: resolve(cwd, certificate) }),
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(cwd, tokenFile) }),
  };
}
