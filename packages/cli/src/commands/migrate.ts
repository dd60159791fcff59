import { resolve } from "node:path";
import { isWithin, PrimepackError } from "@primepack/core";
import { type MigrateArguments, readMigrateArguments } from "../arguments/migrate-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";
import { findTarget } from "../migration/find-target.ts";
import { type OpenedService, openService } from "../migration/open-service.ts";
import { containersFor } from "../migration/own-containers.ts";
import { checkNewRunFolder, type RunFile, writeRunFile } from "../migration/run-file.ts";
import { runMigration } from "../migration/run-migration.ts";
import { openSource } from "../open-source.ts";
import { mappedPeople } from "../user-map.ts";

/** `primepack migrate`: begins a run and follows it to its end. */
export async function migrateCommand(context: CommandContext): Promise<ExitCode> {
  const { argv, cwd } = context;
  const flags = readMigrateArguments(argv);
  const directory = resolve(cwd, flags.out);
  await checkNewRunFolder(directory);
  const ownContainers = await checkInput(flags, directory, context);
  const service = await openService(flags.service, flags.credential, context);
  let file: RunFile;
  try {
    file = await begin(flags, directory, { service, ownContainers }, context);
  } catch (error) {
    await service.close();
    throw error;
  }
  const { limits, credential, json, quiet } = flags;
  const run = { directory, file, flags, limits, credential, json, quiet };
  return runMigration({ ...run, action: "migrate", resubmitUnknown: false }, context, service);
}

/** Mistakes of the command line are told before there is a run. Whether the run has containers of its own. */
async function checkInput(flags: MigrateArguments, directory: string, context: CommandContext): Promise<boolean> {
  await mappedPeople(flags, context.cwd, context.interrupt.signal);
  const containers = await containersFor(flags, context);
  const { paths } = await openSource(flags.source, context, false);
  for (const path of paths) {
    if (!(await isWithin(directory, path)) && !(await isWithin(path, directory))) continue;
    throw new PrimepackError(
      "OUTPUT_CONTAINS_SOURCE",
      `Cannot keep the run in its folder as it lies in or around a source: current value is ${directory}`,
    );
  }
  return containers !== undefined;
}

/** Finds the library, and keeps with what the run begins. */
async function begin(
  flags: MigrateArguments,
  directory: string,
  { service, ownContainers }: { readonly service: OpenedService; readonly ownContainers: boolean },
  { argv, cwd, interrupt }: CommandContext,
): Promise<RunFile> {
  const found = await findTarget(flags.service, flags, service, interrupt.signal);
  const file = { arguments: argv, cwd, ...found, ownContainers };
  await writeRunFile(directory, file);
  return file;
}
