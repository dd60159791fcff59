import { groupMappings, userMappings } from "@primepack/cross-tenant";
import { readShowMappingArguments } from "../arguments/tenant-map-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { openTenant } from "../tenant/open-tenant.ts";
import { jsonLine } from "../view/json-line.ts";
import { safeText } from "../view/safe-text.ts";
import { mappingText } from "../view/task-text.ts";

/** `primepack tenant map show`: one mapping as the service has it. */
export async function showMappingCommand(context: CommandContext): Promise<ExitCode> {
  const { argv, stdout, interrupt } = context;
  const { kind, source, service, json } = readShowMappingArguments(argv);
  const tenant = await openTenant(service, context);
  try {
    const options = { client: tenant.client };
    const mappings = kind === "users" ? userMappings(options) : groupMappings(options);
    const found = await mappings.find(source, interrupt.signal);
    const exitCode = found === undefined ? exitCodes.itemsMissing : exitCodes.complete;
    if (json) {
      if (found !== undefined) await stdout.write(jsonLine({ type: "mapping", mapping: found }));
      await stdout.write(jsonLine({ type: "summary", kind, source, found: found !== undefined, exitCode }));
    } else await stdout.write(found === undefined ? `${safeText(source)}: not mapped\n` : mappingText(found));
    return exitCode;
  } finally {
    await tenant.close();
  }
}
