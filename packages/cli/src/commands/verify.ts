import { resolve } from "node:path";
import { azureContainerOpener, type VerifyDirectoryOptions, verifyDirectory } from "@primepack/core";
import { readVerifyArguments } from "../arguments/verify-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { networkFromEnvironment, storageSecret } from "../environment.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { openSource } from "../open-source.ts";
import { keyFor } from "../package-key.ts";
import { readTargetFile } from "../target-file.ts";
import { jsonVerifyView, textVerifyView } from "../view/verify-view.ts";

/** `primepack verify`: a second look at finished packages. */
export async function verifyCommand(context: CommandContext): Promise<ExitCode> {
  const { env, cwd, clock, interrupt, stdout } = context;
  const { json, quiet, ...flags } = readVerifyArguments(context.argv);
  const at = (path: string) => resolve(cwd, path);
  const directory = at(flags.directory);
  const { signal } = interrupt;

  const openContainer = await openerFor(flags.storageFile && at(flags.storageFile), env);
  const target = flags.target === undefined ? undefined : await readTargetFile(at(flags.target));
  const key = await keyFor(directory, flags.keyFile && at(flags.keyFile));
  const source = flags.source && (await openSource(flags.source, context, false)).source;
  const run = verifyDirectory(directory, {
    ...(key && { key }),
    ...(target && { target }),
    ...(openContainer && { openContainer }),
    ...(source && { source }),
    signal,
  });
  const view = (json ? jsonVerifyView : textVerifyView)({ stdout, clock, quiet });
  try {
    for await (const event of run) await view.event(event);
    const summary = await run.result;
    view.ended();
    const exitCode = summary.ok ? exitCodes.complete : exitCodes.itemsMissing;
    await view.summary(summary, exitCode);
    return exitCode;
  } finally {
    view.ended();
  }
}

async function openerFor(
  storageFile: string | undefined,
  env: CommandContext["env"],
): Promise<VerifyDirectoryOptions["openContainer"]> {
  const storage = await storageSecret(storageFile, env);
  const network = networkFromEnvironment(env);
  return storage && azureContainerOpener({ storage, now: new Date(), ...(network && { network }) });
}
