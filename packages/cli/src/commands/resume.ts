import { resolve } from "node:path";
import { readMigrateArguments } from "../arguments/migrate-arguments.ts";
import { type RunFolderArguments, readCancelArguments, readResumeArguments } from "../arguments/run-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";
import { renewedCredential } from "../migration/renewed-credential.ts";
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
  return runMigration(
    {
      directory,
      file,
      flags,
      action,
      // Who asks, and how patiently, may be told anew.
      limits: { ...flags.limits, ...given.limits },
      credential: renewedCredential(flags.credential, given.credential, context.cwd),
      resubmitUnknown: given.resubmitUnknown,
      json: given.json,
      quiet: given.quiet,
    },
    context,
  );
}
