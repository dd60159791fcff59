import { countFileSystem, fileSystemSource } from "@primepack/core";
import { readBuildArguments } from "../arguments/build-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";
import { sourcePaths } from "../source-paths.ts";
import { packageItems } from "./package-items.ts";

/** `primepack build`: packages from folders and files. */
export async function buildCommand(context: CommandContext): Promise<ExitCode> {
  const { include, exclude, ...flags } = readBuildArguments(context.argv);
  const { signal } = context.interrupt;
  return packageItems(flags, context, async () => {
    const paths = await sourcePaths(flags.sources, context.cwd);
    return {
      paths,
      source: fileSystemSource(paths, { include, exclude, signal }),
      count: (countSignal) => countFileSystem(paths, { include, exclude, signal: countSignal }),
    };
  });
}
