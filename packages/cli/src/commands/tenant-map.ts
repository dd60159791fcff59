import type { MappingKind } from "@primepack/cross-tenant";
import { readMapArguments } from "../arguments/tenant-map-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";
import { applyMappingFile } from "../tenant/apply-mapping-file.ts";
import { keepHeapSmall } from "../tenant/small-heap.ts";

/** `primepack tenant map users`. */
export function mapUsersCommand(context: CommandContext): Promise<ExitCode> {
  return map("users", context);
}

/** `primepack tenant map groups`. */
export function mapGroupsCommand(context: CommandContext): Promise<ExitCode> {
  return map("groups", context);
}

function map(kind: MappingKind, context: CommandContext): Promise<ExitCode> {
  keepHeapSmall();
  return applyMappingFile(readMapArguments(kind, context.argv), context);
}
