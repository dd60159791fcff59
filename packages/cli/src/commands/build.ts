import { readBuildArguments } from "../arguments/build-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";
import { openSource } from "../open-source.ts";
import { packageItems } from "./package-items.ts";

/** `primepack build`: packages from folders and files, an inventory, or blobs. */
export async function buildCommand(context: CommandContext): Promise<ExitCode> {
  const { source, ...flags } = readBuildArguments(context.argv);
  return packageItems(flags, context, () => openSource(source, context, flags.ledger !== undefined));
}
